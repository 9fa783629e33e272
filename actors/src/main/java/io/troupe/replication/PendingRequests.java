package io.troupe.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * The numbered requests of one {@link SessionClient} that are under way: sent, and sent again after a rejection or
 * silence, until they are answered or their deadline passes. Commands and reads are numbered apart, so each have one.
 */
final class PendingRequests {

    /** Time in ticks of {@link SessionClient.Settings#retryMin()}, and the pauses between attempts. */
    static final class Pace {
        private final SessionClient.Settings settings;
        private final RandomGenerator random;
        private long tick;

        Pace(SessionClient.Settings settings, RandomGenerator random) {
            this.settings = settings;
            this.random = random;
        }

        void advance() {
            tick++;
        }

        boolean isReached(long dueTick) {
            return tick >= dueTick;
        }

        long after(Duration duration) {
            return tick + settings.ticks(duration);
        }

        long afterSilence() {
            return after(settings.silence());
        }

        /** Half of the doubled pause, and a random share of the other half. */
        long afterBackoff(int attempts) {
            long ceiling = Math.min(settings.ticks(settings.retryMax()), 1L << Math.min(attempts, 20));
            return tick + ceiling / 2 + random.nextLong(ceiling / 2 + 1) + 1;
        }
    }

    /** One request of a caller, with what is known of its attempts. */
    static final class Pending {
        private final long id;
        final ByteString payload;
        final Optional<ReadConsistency> consistency;
        private final ActorRef<SessionClient.Outcome> replyTo;
        private final long deadlineTick;
        private long nextSendTick;
        private int attempts;
        /** Sends that no reply has accounted for: any of them may still be, or have been, applied. */
        private int unaccounted;

        private boolean outcomeUnknown;
        private Replica.Reason lastReason = Replica.Reason.NO_LEADER;
        private String lastDetail = "no answer from the group within the deadline";

        /** @param consistency empty for a command */
        private Pending(
                long id,
                ByteString payload,
                Optional<ReadConsistency> consistency,
                ActorRef<SessionClient.Outcome> replyTo,
                long deadlineTick) {
            this.id = id;
            this.payload = payload;
            this.consistency = consistency;
            this.replyTo = replyTo;
            this.deadlineTick = deadlineTick;
        }

        static Pending of(SessionClient.Submit submit, Pace pace) {
            long deadline = pace.after(submit.deadline());
            return new Pending(submit.id(), submit.command(), Optional.empty(), submit.replyTo(), deadline);
        }

        static Pending of(SessionClient.Read read, Pace pace) {
            var consistency = Optional.of(read.consistency());
            return new Pending(read.id(), read.query(), consistency, read.replyTo(), pace.after(read.deadline()));
        }

        void remember(Replica.Rejected rejected) {
            lastReason = rejected.reason();
            lastDetail = rejected.detail();
            outcomeUnknown |= rejected.reason() == Replica.Reason.OUTCOME_UNKNOWN;
        }

        boolean isInDoubt() {
            return consistency.isEmpty() && (outcomeUnknown || unaccounted > 0);
        }

        void succeed(ByteString result, long index) {
            replyTo.tell(new SessionClient.Succeeded(id, result, index));
        }

        void fail(Replica.Reason reason, String detail) {
            replyTo.tell(new SessionClient.Failed(id, isInDoubt() ? Replica.Reason.OUTCOME_UNKNOWN : reason, detail));
        }
    }

    private final Pace pace;
    private final BiConsumer<Long, Pending> transmit;
    private final TreeMap<Long, Pending> byNumber = new TreeMap<>();

    /** @param transmit sends a request under its number */
    PendingRequests(Pace pace, BiConsumer<Long, Pending> transmit) {
        this.pace = pace;
        this.transmit = transmit;
    }

    int size() {
        return byNumber.size();
    }

    /** The lowest number that is not answered; there is one. */
    long first() {
        return byNumber.firstKey();
    }

    void send(long number, Pending pending) {
        byNumber.put(number, pending);
        attempt(number, pending);
    }

    private void attempt(long number, Pending pending) {
        pending.nextSendTick = pace.afterSilence();
        pending.unaccounted++;
        transmit.accept(number, pending);
    }

    /** Does not wait for the rest of any pause. */
    void sendAllAgain() {
        byNumber.forEach(this::attempt);
    }

    void succeed(long number, ByteString result, long index) {
        Pending pending = byNumber.remove(number);
        if (pending != null) {
            pending.succeed(result, index);
        }
    }

    /**
     * A rejection that says whether to try again is followed; an expired session is for the caller to judge.
     *
     * @return the command, taken out, when its session has expired
     */
    Optional<Pending> onRejected(Replica.Rejected rejected) {
        Pending pending = byNumber.get(rejected.serial());
        if (pending == null) {
            return Optional.empty();
        }
        pending.unaccounted = Math.max(0, pending.unaccounted - 1);
        pending.remember(rejected);
        if (rejected.reason().isRetryable()) {
            pending.nextSendTick = pace.afterBackoff(++pending.attempts);
            return Optional.empty();
        }
        byNumber.remove(rejected.serial());
        if (rejected.reason() == Replica.Reason.SESSION_EXPIRED && pending.consistency.isEmpty()) {
            return Optional.of(pending);
        }
        pending.fail(rejected.reason(), rejected.detail());
        return Optional.empty();
    }

    void onTick() {
        expire(byNumber.values(), pace);
        byNumber.forEach((number, pending) -> {
            if (pace.isReached(pending.nextSendTick)) {
                attempt(number, pending);
            }
        });
    }

    /** Fails and removes those whose deadline has passed. */
    static void expire(Collection<Pending> candidates, Pace pace) {
        candidates.removeIf(pending -> {
            boolean late = pace.isReached(pending.deadlineTick);
            if (late) {
                pending.fail(pending.lastReason, pending.lastDetail);
            }
            return late;
        });
    }

    List<Pending> removeAll() {
        List<Pending> all = new ArrayList<>(byNumber.values());
        byNumber.clear();
        return all;
    }
}
