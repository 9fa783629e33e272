/**
 * Compaction without being asked (etcd --auto-compaction-mode, --auto-compaction-retention): {@link
 * io.troupe.etcd.compactor.Compactor} on the node that leads, by one of two rules ({@link
 * io.troupe.etcd.compactor.Retention}).
 */
@NullMarked
package io.troupe.etcd.compactor;

import org.jspecify.annotations.NullMarked;
