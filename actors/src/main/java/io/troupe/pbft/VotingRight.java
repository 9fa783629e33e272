package io.troupe.pbft;

/**
 * For what this replica may say a prepare, and what it may execute. A prepare is no fact when it is said, so a crash makes the
 * replica forget it; and yet it must not say another in its next life (§4.2). What is durable bounds what it can have said:
 * it votes in no view before it is durable that this is in force here, and above the last stable checkpoint that is durable
 * only for the numbers of its window. So one that comes back says no prepare in that view for numbers up to that bound, and
 * leaves those to the others.
 *
 * <p>That is the estimate H<sub>M</sub> of TOCS 2002 (recovery), which a recovering replica there gets from the others, because
 * its own disk may have been tampered with. Here only one whose disk was lost does ({@link Recovery}), and it says nothing
 * through that number in any view.
 */
final class VotingRight {

    private static final long NONE = -1;

    private final long window;
    /** The last view that is durably in force here. */
    private long view = NONE;
    /** The last stable checkpoint that is durable. */
    private long stable;
    /** The latest state that is. */
    private long state;
    /** Whether anything is. */
    private boolean begun;

    private long muteIn = NONE;
    private long muteAbove;
    private long muteThrough;
    /** Votes for numbers through this one went with the disk, in any view. */
    private long forgottenThrough;

    /** @param recovered what was durable at the start */
    VotingRight(Ledger recovered, long window) {
        this.window = window;
        this.stable = recovered.stableSequence();
        this.state = recovered.latestStateSequence();
        this.begun = !recovered.isFresh();
        this.forgottenThrough = recovered.forgottenThrough();
        if (!recovered.isFresh() && recovered.isActive()) {
            view = recovered.view();
            muteIn = view;
            muteThrough = stable + window;
        }
    }

    /** Through this number nobody can vote for more than one batch in the view that was in force at the start. */
    void mayRepeatThrough(long sequence) {
        muteAbove = sequence;
    }

    /** The fact is durable. */
    void onDurable(Fact fact) {
        begun = true;
        if (fact instanceof Fact.Started) {
            view = 0;
        } else if (fact instanceof Fact.ViewEntered entered) {
            view = entered.proof().view();
        } else if (fact instanceof Fact.Stable checkpoint) {
            stable = checkpoint.sequence();
            state = Math.max(state, stable);
        } else if (fact instanceof Fact.CheckpointTaken taken) {
            state = taken.sequence();
        } else if (fact instanceof Fact.Forgot forgot) {
            forgottenThrough = forgot.through();
        }
    }

    /** Whether the replica may have said a prepare there in an earlier life that it has forgotten. */
    boolean isMute(long inView, long sequence) {
        return isForgotten(sequence) || (inView == muteIn && sequence > muteAbove && sequence <= muteThrough);
    }

    /** Whether it may have said anything about that number and lost it with its disk: then it does not commit to it, either. */
    boolean isForgotten(long sequence) {
        return sequence <= forgottenThrough;
    }

    /** Whether, by what is durable, anything that it lost matters still. */
    boolean hasForgotten() {
        return forgottenThrough > stable;
    }

    /**
     * What is executed is no fact either, and clients are told of it: through this number the next life knows how far this
     * one may have come ({@link Core#mayAnswerReads}).
     */
    long mayExecuteThrough() {
        return begun ? stable + window : 0;
    }

    /** Whether the next life knows that this one may have come so far. */
    boolean mayTellOf(long executed) {
        return executed <= Math.max(mayExecuteThrough(), state);
    }

    boolean mayVote(long inView, long sequence) {
        return inView == view && sequence <= stable + window && !isMute(inView, sequence);
    }
}
