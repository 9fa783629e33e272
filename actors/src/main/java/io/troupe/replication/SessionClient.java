package io.troupe.replication;

import io.troupe.replication.PendingRequests.Pending;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
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
 * when no command of the old session is in doubt any more; any → stopped, when the replica stops: callers who wait are
 * told {@link Replica.Reason#STOPPING}, and who would ask later watches this actor.
 */
public final class SessionClient extends AbstractBehavior<SessionClient.Command> {

    public sealed interface Command permits Submit, Read, WrappedReply, WrappedStatus, Tick, ReplicaStopped {}

    /**
     * Applies {@code command} exactly once, or says that its outcome is unknown.
     *
     * @param id chosen by the caller to tell outcomes apart; 0 when it has one request at a time
     * @param deadline how long to keep trying, from when this message is received
     */
    public record Submit(long id, ByteString command, Duration deadline, ActorRef<Outcome> replyTo) implements Command {
        public Submit(ByteString command, Duration deadline, ActorRef<Outcome> replyTo) {
            this(0, command, deadline, replyTo);
        }
    }

    /**
     * Reads with the given consistency, retrying within the deadline.
     *
     * @param id as that of {@link Submit}
     */
    public record Read(
            long id, ByteString query, ReadConsistency consistency, Duration deadline, ActorRef<Outcome> replyTo)
            implements Command {
        public Read(ByteString query, ReadConsistency consistency, Duration deadline, ActorRef<Outcome> replyTo) {
            this(0, query, consistency, deadline, replyTo);
        }
    }

    /** Every request that comes while the client lives gets one; that it has stopped is told to who watches it. */
    public sealed interface Outcome permits Succeeded, Failed {
        /** The request's. */
        long id();
    }

    /** @param index log index of the command, or the index whose state was read */
    public record Succeeded(long id, ByteString result, long index) implements Outcome {
        public Succeeded(ByteString result, long index) {
            this(0, result, index);
        }
    }

    /**
     * The command was not applied, unless the reason is {@link Replica.Reason#OUTCOME_UNKNOWN}: then it may have
     * been, or may yet be. A passed deadline is reported as the reason that kept the request waiting.
     */
    public record Failed(long id, Replica.Reason reason, String detail) implements Outcome {
        public Failed(Replica.Reason reason, String detail) {
            this(0, reason, detail);
        }
    }

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

    private enum SessionState {
        NONE,
        OPENING,
        OPEN,
        DRAINING
    }

    private final ActorRef<Replica.Request> replica;
    private final Settings settings;
    private final PendingRequests.Pace pace;
    private final TimerScheduler<Command> timers;
    private final ActorRef<Replica.Reply> replies;

    private SessionState state = SessionState.NONE;
    private long session = Replica.NO_SESSION;
    private long openAgainTick;
    private int openAttempts;
    private long nextSerial = 1;
    private long nextReadId = 1;
    private final PendingRequests commands;
    private final PendingRequests reads;
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private long leaderTerm = -1;
    private boolean ticking;

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
        this.pace = new PendingRequests.Pace(settings, random);
        this.commands = new PendingRequests(pace, this::propose);
        this.reads = new PendingRequests(pace, this::query);
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
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onSubmit(Submit submit) {
        if (admit(submit.id(), submit.replyTo())) {
            var pending = Pending.of(submit, pace);
            if (state == SessionState.OPEN) {
                commands.send(nextSerial++, pending);
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
        if (admit(read.id(), read.replyTo())) {
            reads.send(nextReadId++, Pending.of(read, pace));
        }
        return this;
    }

    private boolean admit(long id, ActorRef<Outcome> replyTo) {
        if (underWay() >= settings.inFlightMax()) {
            replyTo.tell(new Failed(
                    id,
                    Replica.Reason.OVERLOADED,
                    "the client has its limit of " + settings.inFlightMax() + " in flight"));
            return false;
        }
        if (!ticking) {
            ticking = true;
            // Not with a fixed delay: each tick would be late by up to two of Pekko's, and a deadline of 7 s last 10.
            timers.startTimerAtFixedRate(Tick.TICK, Tick.TICK, settings.retryMin());
        }
        return true;
    }

    private int underWay() {
        return commands.size() + reads.size() + waiting.size();
    }

    private void propose(long serial, Pending pending) {
        replica.tell(new Replica.Propose(session, serial, commands.first(), pending.payload, replies));
    }

    private void query(long id, Pending pending) {
        replica.tell(new Replica.Query(id, pending.payload, pending.consistency.orElseThrow(), replies));
    }

    private void openSession() {
        state = SessionState.OPENING;
        openAgainTick = pace.afterSilence();
        replica.tell(new Replica.OpenSession(replies));
    }

    private Behavior<Command> onReply(Replica.Reply reply) {
        if (reply instanceof Replica.SessionOpened opened) {
            onSessionOpened(opened);
        } else if (reply instanceof Replica.Applied applied && applied.session() == session) {
            commands.succeed(applied.serial(), applied.result(), applied.index());
        } else if (reply instanceof Replica.Answered answered) {
            reads.succeed(answered.id(), answered.result(), answered.appliedIndex());
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
            commands.send(nextSerial++, waiting.remove());
        }
    }

    private void onRejected(Replica.Rejected rejected) {
        if (rejected.session() == Replica.NO_SESSION) {
            if (rejected.serial() == 0) {
                onOpenRejected(rejected);
            } else {
                reads.onRejected(rejected);
            }
        } else if (rejected.session() == session) {
            commands.onRejected(rejected).ifPresent(pending -> onSessionExpired(pending, rejected));
        }
    }

    private void onOpenRejected(Replica.Rejected rejected) {
        if (state == SessionState.OPENING) {
            openAgainTick = pace.afterBackoff(++openAttempts);
            waiting.forEach(pending -> pending.remember(rejected));
        }
    }

    /** What was certainly not applied in the old session moves to the next. */
    private void onSessionExpired(Pending pending, Replica.Rejected rejected) {
        state = SessionState.DRAINING;
        if (pending.isInDoubt()) {
            pending.fail(Replica.Reason.OUTCOME_UNKNOWN, "the session expired: " + rejected.detail());
        } else {
            waiting.add(pending);
        }
    }

    /** Another leader: what the old one left unanswered is worth asking again at once. */
    private Behavior<Command> onStatus(Replica.Status status) {
        if (status.leader().isPresent() && status.term() > leaderTerm) {
            leaderTerm = status.term();
            commands.sendAllAgain();
            reads.sendAllAgain();
            if (state == SessionState.OPENING) {
                openSession();
            }
        }
        return this;
    }

    /** Not at the end of each request: one at a time, each would start and cancel a timer. */
    private void stopTickingWhenIdle() {
        if (underWay() == 0) {
            ticking = false;
            timers.cancel(Tick.TICK);
        }
    }

    private Behavior<Command> onTick() {
        pace.advance();
        PendingRequests.expire(waiting, pace);
        commands.onTick();
        reads.onTick();
        if (state == SessionState.OPENING && pace.isReached(openAgainTick)) {
            openSession();
        }
        settle();
        stopTickingWhenIdle();
        return this;
    }

    /** A drained session is replaced when somebody waits for one; an idle client does not tick. */
    private void settle() {
        if (state == SessionState.DRAINING && commands.size() == 0) {
            state = SessionState.NONE;
            session = Replica.NO_SESSION;
        }
        if (state == SessionState.NONE && !waiting.isEmpty()) {
            openSession();
        }
    }

    /** A stopped replica does not come back in the life of this node: there is nothing left to be a client of. */
    private Behavior<Command> onReplicaStopped() {
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        waiting.addAll(commands.removeAll());
        waiting.addAll(reads.removeAll());
        waiting.forEach(pending -> pending.fail(Replica.Reason.STOPPING, "the replica on this node has stopped"));
        waiting.clear();
        return this;
    }
}
