package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.QueryStable;
import io.troupe.pbft.PbftMessage.ReplyStable;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Recovery of a replica whose disk was lost (TOCS 2002). It does not know what it has said; so it votes for nothing,
 * until it knows from the others up to where it can have voted, and from then on for nothing up to there ({@link
 * VotingRight}). When a stable checkpoint is beyond that, nothing that it has forgotten matters any more, and it is a correct
 * replica again: until then it counts as one of the f that are faulty.
 *
 * <p>Transitions: all is forgotten → what is above a number is not ({@link Estimate}) → nothing that matters is.
 *
 * <p>What it said in view changes it has forgotten, too. So it goes to the view that a quorum has gone to; and to a later one
 * that it had left for alone, when somebody shows its own view change to it.
 *
 * <p>Sequence numbers must come that far, also when nobody asks for anything: it has null requests ordered, as a client.
 * That is all that one gains who only says that it recovers.
 */
final class Recovery {

    private final Core core;
    private final ViewChanger viewChanger;
    private final LongSupplier nonces;
    private final Runnable askForNothing;
    private final Runnable whenFounding;
    private final TreeMap<String, ReplyStable> told = new TreeMap<>();
    /** Of this life's query: what was said before it began does not count. 0 until it is asked. */
    private long nonce;

    private boolean isUnderWay;
    private long executedWhenAsked = -1;
    private long askedAt;

    /**
     * @param nonces random
     * @param askForNothing has a null request ordered
     * @param whenFounding is run when it is durable that there was nothing to be forgotten
     */
    Recovery(Core core, ViewChanger viewChanger, LongSupplier nonces, Runnable askForNothing, Runnable whenFounding) {
        this.core = core;
        this.viewChanger = viewChanger;
        this.nonces = nonces;
        this.askForNothing = askForNothing;
        this.whenFounding = whenFounding;
    }

    /** After a start. */
    void resume() {
        isUnderWay = core.ledger.hasForgotten();
        if (isUnderWay) {
            logWhatIsForgotten();
        }
    }

    private boolean isAllForgotten() {
        return core.ledger.forgottenThrough() == Fact.Forgot.ALL;
    }

    void onTick() {
        if (isAllForgotten()) {
            if (core.now() % core.settings.ticks(core.settings.standingInterval()) == 0) {
                nonce = nonce == 0 ? nonces.getAsLong() : nonce;
                core.multicast(new QueryStable(nonce));
            }
        } else if (core.ledger.hasForgotten()) {
            goOn();
        } else if (isUnderWay && !core.right.hasForgotten()) {
            isUnderWay = false;
            core.log.info(
                    "Group {}: {} has recovered, with the stable checkpoint at {}",
                    core.group,
                    core.node,
                    core.ledger.stableSequence());
        }
    }

    /**
     * The next number, when this replica has executed another one since it asked last. One that executes nothing is behind, and
     * fetches a state: were numbers given as fast as ever, that would be gone each time before it is here.
     */
    private void goOn() {
        boolean hasExecuted = core.executed() > executedWhenAsked;
        if (hasExecuted || core.now() - askedAt > core.settings.ticks(core.settings.viewChangeTimeout())) {
            executedWhenAsked = core.executed();
            askedAt = core.now();
            askForNothing.run();
        }
    }

    /** One who has lost its disk asks. */
    void onQuery(String from, QueryStable query) {
        viewChanger.showLast(from);
        core.send(
                from,
                new ReplyStable(
                        query.nonce(),
                        core.ledger.view(),
                        Math.max(core.executed(), core.ledger.latestStateSequence()),
                        core.highestUsed()));
    }

    void onReply(String from, ReplyStable reply) {
        if (isAllForgotten() && reply.nonce() == nonce && !from.equals(core.node)) {
            told.put(from, reply);
            Estimate.of(core.members, told.values(), core.settings.window()).ifPresent(this::onEstimate);
        }
    }

    private void onEstimate(Estimate estimate) {
        told.clear();
        if (estimate.isFounding()) {
            core.record(List.of(new Fact.Forgot(0)), whenFounding);
        } else {
            viewChanger.leaveForgotten(estimate.view());
            core.record(List.of(new Fact.Forgot(estimate.executed() + core.settings.window())), () -> {});
        }
        logWhatIsForgotten();
    }

    private void logWhatIsForgotten() {
        core.log.info(
                "Group {}: {} has lost what it said; votes for nothing{}",
                core.group,
                core.node,
                isAllForgotten() ? "" : " through " + core.ledger.forgottenThrough());
    }
}
