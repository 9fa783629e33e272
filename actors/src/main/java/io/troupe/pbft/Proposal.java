package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Request;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * A batch as a replica deals with it: read once.
 *
 * @param batch as it travels, which is what the digest is of
 * @param requests in its order; those that are none were left out, the same everywhere
 * @param value what the primary chose for them
 * @param isProvable whether this replica can tell from the batch alone, at any time, that it may pre-prepare
 */
record Proposal(
        Digest digest, ByteString batch, List<Request> requests, Optional<ByteString> value, boolean isProvable) {

    /** One that this replica need not be convinced of. */
    static Proposal of(ByteString batch, List<Request> requests, Optional<ByteString> value) {
        return new Proposal(Digest.of(batch), batch, requests, value, true);
    }
}
