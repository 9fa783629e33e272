package io.troupe.pbft;

import java.util.Optional;

/**
 * Tentative execution (§5.1): what this replica has executed, or is executing, before it has committed. It is one batch at
 * most, the last that the service was given, and all below it have committed. Its clients are answered without the commit
 * phase.
 *
 * <p>Why a client may believe a quorum of tentative replies that are alike and of one view: each is said when the replica has
 * said its commit to the batch, or holds it ({@link Execution#answer}, {@link HeldCommits}), so what is durable before the one is
 * durable before the other, and the client has seen what the replicas are about to see: that the batch has committed (§4.2). In one
 * view one batch prepares under each number, so alike they are of the same batch; in two views they might not be.
 *
 * <p>Transitions: none → begun, when the batch has prepared → none, executed for good, when this very batch commits, in this view
 * or a later one; or → none, taken back, when a view begins without it, or none does for long, another batch commits there, or
 * another state takes the place of this replica's.
 */
final class TentativeExecution {

    /** One that has prepared in that view. */
    record Batch(long view, long sequence, Digest digest) {}

    private Optional<Batch> batch = Optional.empty();
    /** What it came to, when the service has executed it. */
    private Optional<Executor.Executed> executed = Optional.empty();

    private boolean answered;

    void begin(Batch prepared) {
        batch = Optional.of(prepared);
    }

    Optional<Batch> batch() {
        return batch;
    }

    boolean isUnderWay() {
        return batch.isPresent();
    }

    void onExecuted(Executor.Executed outcome) {
        executed = Optional.of(outcome);
    }

    /** What it came to, until its clients are told. */
    Optional<Executor.Executed> unanswered() {
        return answered ? Optional.empty() : executed;
    }

    void markAnswered() {
        answered = true;
    }

    /** It is executed for good, or taken back. @return what it came to, when that is known */
    Optional<Executor.Executed> end() {
        Optional<Executor.Executed> outcome = executed;
        batch = Optional.empty();
        executed = Optional.empty();
        answered = false;
        return outcome;
    }
}
