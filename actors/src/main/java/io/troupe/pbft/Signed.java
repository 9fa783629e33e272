package io.troupe.pbft;

import io.troupe.replication.Replica;
import io.troupe.wire.Wire;
import org.apache.pekko.util.ByteString;

/**
 * A message with a signature, which convinces whoever it is handed on to: view changes have one, because a new view is
 * proved by them (§5.2).
 *
 * @param payload the {@link PbftMessage}, exactly as it was said
 */
record Signed(String from, ByteString payload, ByteString signature) implements Replica.Message, Wire {}
