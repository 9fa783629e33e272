package io.troupe.replication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/**
 * The client's half of exactly-once (Raft thesis §6.3), for gateways: holds one session at the node's
 * replica, numbers commands, and repeats them through lost leaders and silence until they are answered
 * or their deadline passes. Knows no engine.
 *
 * <p>Transitions: no session → opening, on the first command; opening → open, when {@link
 * Replica.SessionOpened}; open → draining, when the session turns out to be expired; draining → no session,
 * when no command of the old session is in doubt any more; any → stopped, when the replica stops.
 */
public final class SessionClient extends AbstractBehavior<SessionClient.Command> {

    public sealed interface Command permits Submit, Read, WrappedReply, WrappedStatus, Tick, ReplicaStopped {}

    /**
     * Applies {@code command} exactly once, or says that its outcome is unknown.
     *
     * @param deadline how long to keep trying, from when this message is received
     */
    public record Submit(ByteString command, Duration deadline, ActorRef<Outcome> replyTo) implements Command {}

    /** Reads with the given consistency, retrying within the deadline. */
    public record Read(ByteString query, ReadConsistency consistency, Duration deadline, ActorRef<Outcome> replyTo)
            implements Command {}

    public sealed interface Outcome permits Succeeded, Failed {}

    /** @param index log index of the command, or the index whose state was read */
    public record Succeeded(ByteString result, long index) implements Outcome {}

    /**
     * The command was not applied, unless the reason is {@link Replica.Reason#OUTCOME_UNKNOWN}: then it may have
     * been, or may yet be. A passed deadline is reported as the reason that kept the request waiting.
     */
    public record Failed(Replica.Reason reason, String detail) implements Outcome {}

    private record WrappedReply(Replica.Reply reply) implements Command {}

    private record WrappedStatus(Replica.Status status) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    private enum ReplicaStopped implements Command {
        INSTANCE
    }

    /**
     * Bounds and paces of one client.
     *
     * @param inFlightMax commands and reads under way or waiting; one more is answered {@link Replica.Reason#OVERLOADED}
     * @param retryMin pause before the first retry; also the granularity of deadlines
     * @param retryMax the pause doubles up to this
     * @param silence a request not answered for this long is sent again
     */
    public record Settings(int inFlightMax, Duration retryMin, Duration retryMax, Duration silence) {
        public static final Settings DEFAULT =
                new Settings(1024, Duration.ofMillis(20), Duration.ofMillis(500), Duration.ofSeconds(2));

        public Settings {
            if (inFlightMax < 1) {
                throw new IllegalArgumentException("inFlightMax is " + inFlightMax + "; it must be at least 1");
            }
            if (retryMin.toMillis() < 1 || retryMax.compareTo(retryMin) < 0) {
                throw new IllegalArgumentException("retryMin is " + retryMin + " and retryMax " + retryMax
                        + "; they must be at least 1 ms and not below each other");
            }
        }

        long ticks(Duration duration) {
            return Math.max(1, (duration.toMillis() + retryMin.toMillis() - 1) / retryMin.toMillis());
        }
    }

    /** One request of a caller, with what is known of its attempts. */
    private static final class Pending {
        final ByteString payload;
        final Optional<ReadConsistency> consistency;
        final ActorRef<Outcome> replyTo;
        final long deadlineTick;
        long nextSendTick;
        int attempts;
        /** Sends that no reply has accounted for: any of them may still be, or have been, applied. */
        int unaccounted;

        boolean outcomeUnknown;
        Replica.Reason lastReason = Replica.Reason.NO_LEADER;
        String lastDetail = "no answer from the group within the deadline";

        Pending(
                ByteString payload,
                Optional<ReadConsistency> consistency,
                ActorRef<Outcome> replyTo,
                long deadlineTick) {
            this.payload = payload;
            this.consistency = consistency;
            this.replyTo = replyTo;
            this.deadlineTick = deadlineTick;
        }

        boolean isInDoubt() {
            return consistency.isEmpty() && (outcomeUnknown || unaccounted > 0);
        }

        void fail(Replica.Reason reason, String detail) {
            replyTo.tell(isInDoubt() ? new Failed(Replica.Reason.OUTCOME_UNKNOWN, detail) : new Failed(reason, detail));
        }
    }

    private enum SessionState {
        NONE,
        OPENING,
        OPEN,
        DRAINING
    }

    private final ActorRef<Replica.Request> replica;
    private final Settings settings;
    private final RandomGenerator random;
    private final TimerScheduler<Command> timers;
    private final ActorRef<Replica.Reply> replies;

    private SessionState state = SessionState.NONE;
    private long session = Replica.NO_SESSION;
    private long openAgainTick;
    private int openAttempts;
    private long nextSerial = 1;
    private long nextReadId = 1;
    private final TreeMap<Long, Pending> commands = new TreeMap<>();
    private final TreeMap<Long, Pending> reads = new TreeMap<>();
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private long tick;
    private long leaderTerm = -1;
    private boolean stopped;

    /**
     * @param replica the node's replica, from {@link Groups.Hosted}
     * @param random spreads retries
     */
    public static Behavior<Command> create(
            ActorRef<Replica.Request> replica, Settings settings, RandomGenerator random) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new SessionClient(context, timers, replica, settings, random)));
    }

    private SessionClient(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<Replica.Request> replica,
            Settings settings,
            RandomGenerator random) {
        super(context);
        this.replica = replica;
        this.settings = settings;
        this.random = random;
        this.timers = timers;
        this.replies = context.messageAdapter(Replica.Reply.class, WrappedReply::new);
        context.watchWith(replica, ReplicaStopped.INSTANCE);
        replica.tell(new Replica.Observe(context.messageAdapter(Replica.Status.class, WrappedStatus::new)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Submit.class, this::onSubmit)
                .onMessage(Read.class, this::onRead)
                .onMessage(WrappedReply.class, wrapped -> onReply(wrapped.reply()))
                .onMessage(WrappedStatus.class, wrapped -> onStatus(wrapped.status()))
                .onMessage(Tick.class, ignored -> onTick())
                .onMessage(ReplicaStopped.class, ignored -> onReplicaStopped())
                .onSignal(PostStop.class, ignored -> onReplicaStopped())
                .build();
    }

    private Behavior<Command> onSubmit(Submit submit) {
        if (admit(submit.replyTo())) {
            var pending = new Pending(
                    submit.command(), Optional.empty(), submit.replyTo(), tick + settings.ticks(submit.deadline()));
            if (state == SessionState.OPEN) {
                number(pending);
            } else {
                waiting.add(pending);
                if (state == SessionState.NONE) {
                    openSession();
                }
            }
        }
        return this;
    }

    private Behavior<Command> onRead(Read read) {
        if (admit(read.replyTo())) {
            var pending = new Pending(
                    read.query(),
                    Optional.of(read.consistency()),
                    read.replyTo(),
                    tick + settings.ticks(read.deadline()));
            long id = nextReadId++;
            reads.put(id, pending);
            send(id, pending);
        }
        return this;
    }

    private boolean admit(ActorRef<Outcome> replyTo) {
        if (stopped) {
            replyTo.tell(new Failed(Replica.Reason.STOPPING, "the replica on this node has stopped"));
            return false;
        }
        if (underWay() >= settings.inFlightMax()) {
            replyTo.tell(new Failed(
                    Replica.Reason.OVERLOADED, "the client has its limit of " + settings.inFlightMax() + " in flight"));
            return false;
        }
        if (underWay() == 0) {
            timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, settings.retryMin());
        }
        return true;
    }

    private int underWay() {
        return commands.size() + reads.size() + waiting.size();
    }

    private void number(Pending pending) {
        long serial = nextSerial++;
        commands.put(serial, pending);
        send(serial, pending);
    }

    private void send(long number, Pending pending) {
        pending.nextSendTick = tick + settings.ticks(settings.silence());
        if (pending.consistency.isPresent()) {
            replica.tell(new Replica.Query(number, pending.payload, pending.consistency.get(), replies));
        } else {
            pending.unaccounted++;
            replica.tell(new Replica.Propose(session, number, commands.firstKey(), pending.payload, replies));
        }
    }

    private void openSession() {
        state = SessionState.OPENING;
        openAgainTick = tick + settings.ticks(settings.silence());
        replica.tell(new Replica.OpenSession(replies));
    }

    private Behavior<Command> onReply(Replica.Reply reply) {
        if (reply instanceof Replica.SessionOpened opened) {
            onSessionOpened(opened);
        } else if (reply instanceof Replica.Applied applied && applied.session() == session) {
            Pending pending = commands.remove(applied.serial());
            if (pending != null) {
                pending.replyTo.tell(new Succeeded(applied.result(), applied.index()));
            }
        } else if (reply instanceof Replica.Answered answered) {
            Pending pending = reads.remove(answered.id());
            if (pending != null) {
                pending.replyTo.tell(new Succeeded(answered.result(), answered.appliedIndex()));
            }
        } else if (reply instanceof Replica.Rejected rejected) {
            onRejected(rejected);
        }
        settle();
        return this;
    }

    private void onSessionOpened(Replica.SessionOpened opened) {
        if (state != SessionState.OPENING) {
            return; // A second answer to a repeated request; that session goes unused and is evicted in time.
        }
        state = SessionState.OPEN;
        session = opened.session();
        openAttempts = 0;
        nextSerial = 1;
        while (!waiting.isEmpty()) {
            number(waiting.remove());
        }
    }

    private void onRejected(Replica.Rejected rejected) {
        if (rejected.session() == Replica.NO_SESSION) {
            if (rejected.serial() == 0) {
                onOpenRejected(rejected);
            } else {
                onAttemptRejected(reads, rejected);
            }
        } else if (rejected.session() == session) {
            onAttemptRejected(commands, rejected);
        }
    }

    private void onOpenRejected(Replica.Rejected rejected) {
        if (state == SessionState.OPENING) {
            openAgainTick = tick + backoff(++openAttempts);
            waiting.forEach(pending -> remember(pending, rejected));
        }
    }

    private static void remember(Pending pending, Replica.Rejected rejected) {
        pending.lastReason = rejected.reason();
        pending.lastDetail = rejected.detail();
    }

    private void onAttemptRejected(TreeMap<Long, Pending> requests, Replica.Rejected rejected) {
        Pending pending = requests.get(rejected.serial());
        if (pending == null) {
            return;
        }
        pending.unaccounted = Math.max(0, pending.unaccounted - 1);
        remember(pending, rejected);
        if (rejected.reason() == Replica.Reason.OUTCOME_UNKNOWN) {
            pending.outcomeUnknown = true;
        }
        if (rejected.reason() == Replica.Reason.SESSION_EXPIRED && requests == commands) {
            state = SessionState.DRAINING;
            commands.remove(rejected.serial());
            if (pending.isInDoubt()) {
                pending.fail(Replica.Reason.OUTCOME_UNKNOWN, "the session expired: " + rejected.detail());
            } else {
                waiting.add(pending);
            }
        } else if (rejected.reason().isRetryable()) {
            pending.nextSendTick = tick + backoff(++pending.attempts);
        } else {
            requests.remove(rejected.serial());
            pending.fail(rejected.reason(), rejected.detail());
        }
    }

    /** Half of the doubled pause, and a random share of the other half. */
    private long backoff(int attempts) {
        long ceiling = Math.min(settings.ticks(settings.retryMax()), 1L << Math.min(attempts, 20));
        return ceiling / 2 + random.nextLong(ceiling / 2 + 1) + 1;
    }

    /** Another leader: what the old one left unanswered is worth asking again at once. */
    private Behavior<Command> onStatus(Replica.Status status) {
        if (status.leader().isPresent() && status.term() > leaderTerm) {
            leaderTerm = status.term();
            commands.forEach(this::send);
            reads.forEach(this::send);
            if (state == SessionState.OPENING) {
                openSession();
            }
        }
        return this;
    }

    private Behavior<Command> onTick() {
        tick++;
        expire(new ArrayList<>(waiting), waiting::remove);
        expireNumbered(commands);
        expireNumbered(reads);
        if (state == SessionState.OPENING && tick >= openAgainTick) {
            openSession();
        }
        settle();
        return this;
    }

    private void expire(List<Pending> candidates, java.util.function.Consumer<Pending> remove) {
        for (Pending pending : candidates) {
            if (tick >= pending.deadlineTick) {
                remove.accept(pending);
                pending.fail(pending.lastReason, pending.lastDetail);
            }
        }
    }

    private void expireNumbered(TreeMap<Long, Pending> requests) {
        expire(new ArrayList<>(requests.values()), requests.values()::remove);
        requests.forEach((number, pending) -> {
            if (tick >= pending.nextSendTick) {
                send(number, pending);
            }
        });
    }

    /** A drained session is replaced when somebody waits for one; an idle client does not tick. */
    private void settle() {
        if (state == SessionState.DRAINING && commands.isEmpty()) {
            state = SessionState.NONE;
            session = Replica.NO_SESSION;
        }
        if (state == SessionState.NONE && !waiting.isEmpty()) {
            openSession();
        }
        if (underWay() == 0) {
            timers.cancel(Tick.TICK);
        }
    }

    private Behavior<Command> onReplicaStopped() {
        stopped = true;
        List<Pending> all = new ArrayList<>(commands.values());
        all.addAll(reads.values());
        all.addAll(waiting);
        commands.clear();
        reads.clear();
        waiting.clear();
        timers.cancel(Tick.TICK);
        all.forEach(pending -> pending.fail(Replica.Reason.STOPPING, "the replica on this node has stopped"));
        return this;
    }
}
