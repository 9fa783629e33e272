/**
 * The snapshot store {@code troupe.persistence.snapshot-store}: one file a snapshot, {@link
 * io.troupe.persistence.snapshot.SnapshotFiles} has the layout.
 */
@NullMarked
package io.troupe.persistence.snapshot;

import org.jspecify.annotations.NullMarked;
