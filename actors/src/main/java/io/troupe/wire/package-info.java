/**
 * Bytes between nodes and in the journal: Kryo with registration required (DESIGN.md, "Bytes on
 * the wire between nodes are Kryo"). The serializer lives in this lowest module, so that protocols
 * are simulated with the same bytes they use in a cluster, and golden-bytes tests stand beside the
 * events they guard.
 */
@NullMarked
package io.troupe.wire;

import org.jspecify.annotations.NullMarked;
