/**
 * Bytes between nodes and in the journal: Kryo with registration required (DESIGN.md, "Bytes on
 * the wire between nodes are Kryo"). The serializer lives in this lowest module, so that protocols
 * are simulated with the same bytes they use in a cluster, and golden-bytes tests stand beside the
 * events they guard.
 *
 * <p>Whatever bytes come are a message, or a {@link java.io.NotSerializableException}. Where senders may lie ({@link
 * io.troupe.wire.WireTypes#sendersMayLie}) it is one of the types that it declares: a node that is faulty or malicious costs those
 * who hear it neither their memory nor an exception where nobody expects one.
 */
@NullMarked
package io.troupe.wire;

import org.jspecify.annotations.NullMarked;
