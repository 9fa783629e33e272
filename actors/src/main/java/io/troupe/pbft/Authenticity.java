package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Whether the requests of a batch are their clients' own. Each was sealed for this replica by its client, or signed for all, or
 * came from the client itself (thesis, normal-case operation): a client may have sealed it well for the primary alone ({@link Suspects}).
 */
final class Authenticity {

    private final Core core;

    Authenticity(Core core) {
        this.core = core;
    }

    /**
     * The batch, when it is one, with no more operations than a batch may have, all of them authentic. A request without any is
     * none: a primary could give as many of these as fit a message, and each would be remembered.
     *
     * @param digest of it
     */
    Optional<Proposal> read(ByteString batch, Digest digest) {
        Optional<Batch> read = core.notary.readBatch(batch);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<Request> requests = new ArrayList<>();
        int operations = 0;
        boolean isProvable = true;
        for (Sealed letter : read.get().requests()) {
            Optional<Request> request = core.notary
                    .read(letter)
                    .filter(Request.class::isInstance)
                    .map(Request.class::cast)
                    .filter(one -> Core.isFrom(letter, one) && !one.operations().isEmpty());
            boolean isSealed = core.notary.isRequestOfItsClient(letter);
            operations += request.map(one -> one.operations().size()).orElse(0);
            if (request.isEmpty()
                    || !isSealed && !core.requests.holds(request.get().id(), letter)
                    || operations > core.settings.maxBatchRequests()) {
                return Optional.empty();
            }
            isProvable &= isSealed;
            requests.add(request.get());
        }
        return Optional.of(new Proposal(digest, batch, requests, read.get().value(), isProvable));
    }
}
