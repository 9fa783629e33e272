/**
 * The snapshot store {@code troupe.persistence.snapshot-store}: one file a snapshot, {@link
 * io.troupe.persistence.snapshot.SnapshotFiles} has the layout. {@link io.troupe.persistence.snapshot.SnapshotDirectories}
 * keeps other actor systems out, {@link io.troupe.persistence.snapshot.Turns} has what is asked for one actor done in order.
 */
@NullMarked
package io.troupe.persistence.snapshot;

import org.jspecify.annotations.NullMarked;
