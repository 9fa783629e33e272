/**
 * Begins a cluster from a snapshot of another etcd (setting {@code troupe.etcd.restore-from}).
 *
 * <pre>
 *   snapshot file ─▶ {@link io.troupe.etcd.restore.SnapshotPieces} (blocking dispatcher) ─▶ {@link io.troupe.etcd.restore.Importer}
 *                         one piece at a time                                  └─ session ─▶ log ─▶ every replica
 * </pre>
 *
 * The pieces go through the log like everything else, so that one member needs the file and members that join later get
 * what is in it. A store that is not empty, and not where an earlier attempt left it, is left as it is.
 */
@NullMarked
package io.troupe.etcd.restore;

import org.jspecify.annotations.NullMarked;
