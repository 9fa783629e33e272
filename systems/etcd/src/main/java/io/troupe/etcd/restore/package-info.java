/**
 * Begins a cluster from a snapshot of another etcd (setting {@code troupe.etcd.restore-from}): from its file, or from the data
 * directories that {@code etcdctl snapshot restore} has made of it ({@link io.troupe.etcd.restore.RestoredDirectory}).
 *
 * <pre>
 *   snapshot file ─▶ {@link io.troupe.etcd.restore.SnapshotPieces} (blocking dispatcher) ─▶ {@link io.troupe.etcd.restore.Importer}
 *                         one piece at a time                                  └─ session ─▶ log ─▶ every replica
 * </pre>
 *
 * The pieces go through the log like everything else, so that one member needs the file and members that join later get
 * what is in it. Where all have it, who leads sends. A member that has it serves clients when all of it is in the store. A
 * store that is not empty, and not where an earlier attempt left it, is left as it is.
 */
@NullMarked
package io.troupe.etcd.restore;

import org.jspecify.annotations.NullMarked;
