/**
 * Snapshots of consensus groups as files: {@link io.troupe.persistence.snapshots.FileSnapshotStorage}. A snapshot is
 * written to a partial file, synced, renamed, and the folder synced; its footer holds length and checksum.
 */
@NullMarked
package io.troupe.persistence.snapshots;

import org.jspecify.annotations.NullMarked;
