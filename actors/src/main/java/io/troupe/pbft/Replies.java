package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.TentativeReply;
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
            Reply whole = whole(core.ledger.view(), outcome);
            boolean isToldInThisView = core.requests
                    .tentativeReplyTo(outcome.id())
                    .filter(said -> said.reply().view() == whole.view())
                    .isPresent();
            core.requests.executed(outcome.id(), outcome.operations(), whole, core.now());
            if (!isToldInThisView) { // Else clients have a quorum of these; who lacks one asks again.
                core.send(outcome.id().client(), fromHere(whole));
            }
        }
    }

    void onExecutedTentatively(long view, Executor.Executed executed) {
        for (Executor.Outcome outcome : executed.outcomes()) {
            Reply whole = whole(view, outcome);
            core.requests.executedTentatively(outcome.id(), new TentativeReply(whole));
            core.send(outcome.id().client(), new TentativeReply(fromHere(whole)));
        }
    }

    /**
     * To what was executed in a state that this replica did not execute, or in an earlier life: for clients that ask again,
     * when that state is durable. Who has asked meanwhile is answered then.
     */
    void onRestored(List<Executor.Outcome> replies) {
        core.requests.forgetAll(core.now());
        core.whenDurable(() -> replies.forEach(outcome -> {
            Reply whole = whole(core.ledger.view(), outcome);
            boolean isAskedFor = core.requests.isWaiting(outcome.id());
            core.requests.executed(outcome.id(), outcome.operations(), whole, core.now());
            if (isAskedFor) {
                core.send(outcome.id().client(), whole);
            }
        }));
    }

    private static Reply whole(long view, Executor.Outcome outcome) {
        return new Reply(view, outcome.id(), Digest.of(outcome.results()), Optional.of(outcome.results()));
    }

    private Reply fromHere(Reply whole) {
        return isWholeFromHere(whole.id())
                ? whole
                : new Reply(whole.view(), whole.id(), whole.digest(), Optional.empty());
    }

    /** Reads that are not ordered: from a state that may be read, and no more than a correct client asks for together. */
    boolean mayAnswer(ReadOnly read) {
        return core.mayAnswerReads() && read.queries().size() <= core.settings.maxBatchRequests();
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
                : preferred.get(Math.floorMod(id.number(), preferred.size())).equals(core.node); // A client may say -1.
    }
}
