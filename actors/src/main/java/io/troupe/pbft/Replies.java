package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.RequestId;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What this replica answers clients. One replica a request sends the whole reply, the others its digest (§5.1). */
final class Replies {

    private final Core core;

    Replies(Core core) {
        this.core = core;
    }

    void onExecuted(Executor.Executed executed) {
        executed.again().forEach(id -> core.requests.executedBefore(id, core.now()));
        for (Executor.Outcome outcome : executed.outcomes()) {
            Reply whole = whole(outcome);
            core.requests.executed(outcome.id(), outcome.operations(), whole, core.now());
            core.send(
                    outcome.id().client(),
                    isWholeFromHere(outcome.id())
                            ? whole
                            : new Reply(whole.view(), whole.id(), whole.digest(), Optional.empty()));
        }
    }

    /**
     * To what was executed in a state that this replica did not execute, or in an earlier life: for clients that ask again,
     * when that state is durable.
     */
    void onRestored(List<Executor.Outcome> replies) {
        core.requests.forgetAll(core.now());
        core.whenDurable(() ->
                replies.forEach(outcome -> core.requests.keep(outcome.id(), outcome.operations(), whole(outcome))));
    }

    private Reply whole(Executor.Outcome outcome) {
        return new Reply(
                core.ledger.view(), outcome.id(), Digest.of(outcome.results()), Optional.of(outcome.results()));
    }

    /** For the client not to wait for it. */
    void refuse(String client, RequestId id) {
        core.send(client, new ReadReply(core.ledger.view(), id, ReadReply.REFUSED, new Digest(""), Optional.empty()));
    }

    void onRead(Executor.ReadDone read) {
        ByteString results = core.notary.write(read.results());
        core.send(
                read.client(),
                new ReadReply(
                        core.ledger.view(),
                        read.id(),
                        read.index(),
                        Digest.of(results),
                        isWholeFromHere(read.id()) ? Optional.of(results) : Optional.empty()));
    }

    /** The client's own node when that votes, for it has the shortest way; else each in its turn of those that do. */
    private boolean isWholeFromHere(RequestId id) {
        List<String> preferred = core.members.preferred(core.ledger.view());
        return preferred.contains(id.client())
                ? id.client().equals(core.node)
                : preferred.get((int) (id.number() % preferred.size())).equals(core.node);
    }
}
