package io.troupe.pbft;

import io.troupe.replication.Replica;
import io.troupe.wire.Wire;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * A message with an authenticator: a vector of codes, one for each reader (§5.2). A reader is sure who spoke, and cannot
 * make another sure of it.
 *
 * @param from stable node id of who spoke
 * @param payload the {@link PbftMessage}, exactly as it was said
 * @param macs by reader; under {@link #EVERYBODY} a signature, which convinces each: a request has one that its client sends
 *     again
 */
record Sealed(String from, ByteString payload, Map<String, ByteString> macs) implements Replica.Message, Wire {
    static final String EVERYBODY = "";

    Sealed {
        macs = Collections.unmodifiableMap(new TreeMap<>(macs));
    }

    boolean hasSignature() {
        return macs.containsKey(EVERYBODY);
    }
}
