package io.troupe.persistence.replicated;

import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.Done;
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
 * The node's way into the group. One command is under way at a time; what is asked meanwhile becomes the next, so that
 * operations are done in the order in which they were asked for, and the busier it is the more of them share one entry of
 * the group's log.
 *
 * <p>Transitions: waiting, until a replica is there → open, when it has recovered → down, when it has failed: then
 * everything fails with the reason. Nothing waits longer than the timeout, in whatever state.
 */
final class JournalClient extends AbstractBehavior<JournalClient.Command> {

    sealed interface Command
            permits Commit, Ask, UseGroups, Failed, WrappedHosted, WrappedOutcome, Tick, SessionEnded {}

    /**
     * Has {@code operations} committed and applied, all of them together; {@code outcomes}, in their order, fails when that
     * is not certain.
     */
    record Commit(List<Operation> operations, CompletableFuture<List<Outcome>> outcomes) implements Command {
        int size() {
            return Operation.sizeOf(operations);
        }
    }

    /** Reads from this node's replica. */
    record Ask(Question question, ReadConsistency consistency, CompletableFuture<ByteString> answer)
            implements Command {}

    /**
     * The host to have the group hosted by.
     *
     * @param hosted completed when the replica has recovered, or has failed
     */
    record UseGroups(
            ActorRef<Groups.Command> host,
            List<String> members,
            StateMachine.Factory machine,
            CompletableFuture<Done> hosted)
            implements Command {}

    /** There will be no replica. */
    record Failed(String why) implements Command {}

    private record WrappedHosted(Groups.HostReply reply) implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    private enum SessionEnded implements Command {
        INSTANCE
    }

    private static final Duration TICK = Duration.ofMillis(100);

    /** Reads and one command: more reads than Pekko lets actors recover at once. */
    private static final SessionClient.Settings SESSION =
            new SessionClient.Settings(4096, Duration.ofMillis(20), Duration.ofMillis(500), Duration.ofSeconds(2));

    private record Waiting(Commit commit, long dueTick) {}

    private record WaitingRead(Ask ask, long dueTick) {}

    private final ReplicatedSettings settings;
    private final TimerScheduler<Command> timers;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Deque<WaitingRead> waitingReads = new ArrayDeque<>();
    private final TreeMap<Long, Ask> reads = new TreeMap<>();
    private List<Waiting> underWay = List.of();
    private CompletableFuture<Done> hosted = new CompletableFuture<>();
    private long queuedBytes;
    private long nextId = 1;
    private long batchId;
    private long tick;
    private Optional<ActorRef<SessionClient.Command>> session = Optional.empty();
    private Optional<String> down = Optional.empty();

    static Behavior<Command> create(ReplicatedSettings settings) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new JournalClient(context, timers, settings)));
    }

    private JournalClient(ActorContext<Command> context, TimerScheduler<Command> timers, ReplicatedSettings settings) {
        super(context);
        this.settings = settings;
        this.timers = timers;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Commit.class, this::onCommit)
                .onMessage(Ask.class, this::onAsk)
                .onMessage(WrappedOutcome.class, wrapped -> onOutcome(wrapped.outcome()))
                .onMessage(UseGroups.class, this::onUseGroups)
                .onMessage(WrappedHosted.class, wrapped -> onHosted(wrapped.reply()))
                .onMessage(Failed.class, failed -> onDown(failed.why()))
                .onMessage(
                        SessionEnded.class,
                        ended -> onDown("the replica of group " + settings.group()
                                + " on this node has stopped; the log of this node says why. Start the node again"))
                .onMessageEquals(Tick.TICK, this::onTick)
                .onSignal(PostStop.class, stopped -> onDown("the actor system is stopping"))
                .build();
    }

    private Behavior<Command> onUseGroups(UseGroups use) {
        hosted = use.hosted();
        use.host()
                .tell(new Groups.Host(
                        settings.group(),
                        use.members(),
                        use.machine(),
                        getContext().messageAdapter(Groups.HostReply.class, WrappedHosted::new)));
        return this;
    }

    private Behavior<Command> onHosted(Groups.HostReply reply) {
        hosted.complete(Done.getInstance());
        if (reply instanceof Groups.NotHosted notHosted) {
            return onDown(notHosted.detail());
        }
        if (session.isEmpty() && down.isEmpty()) {
            var random = new SplittableRandom(ThreadLocalRandom.current().nextLong());
            ActorRef<SessionClient.Command> opened = getContext()
                    .spawn(SessionClient.create(((Groups.Hosted) reply).replica(), SESSION, random), "session");
            getContext().watchWith(opened, SessionEnded.INSTANCE);
            session = Optional.of(opened);
            sendNext();
            while (!waitingReads.isEmpty()) {
                WaitingRead read = waitingReads.remove();
                read(opened, read.ask(), read.dueTick() - tick);
            }
        }
        return this;
    }

    private Behavior<Command> onCommit(Commit commit) {
        int bytes = commit.size();
        if (down.isPresent()) {
            commit.outcomes().completeExceptionally(new JournalUnavailableException(down.get()));
        } else if (queuedBytes + bytes > settings.queueBytesMax()) {
            commit.outcomes()
                    .completeExceptionally(new JournalUnavailableException("The replicated journal has " + queuedBytes
                            + " bytes waiting for the group, its bound is queue-size-max = " + settings.queueBytesMax()
                            + "; nothing was written. Write less at once, or raise that bound"));
        } else {
            queuedBytes += bytes;
            waiting.add(new Waiting(commit, tick + ticks()));
            keepTicking();
            sendNext();
        }
        return this;
    }

    private long ticks() {
        return settings.timeout().toMillis() / TICK.toMillis();
    }

    private void keepTicking() {
        if (!timers.isTimerActive(Tick.TICK)) {
            timers.startTimerAtFixedRate(Tick.TICK, Tick.TICK, TICK);
        }
    }

    private void sendNext() {
        if (session.isEmpty() || !underWay.isEmpty() || waiting.isEmpty()) {
            return;
        }
        Waiting first = waiting.remove();
        List<Waiting> batch = new ArrayList<>(List.of(first));
        long bytes = first.commit().size();
        while (!waiting.isEmpty()) {
            bytes += waiting.peek().commit().size();
            if (bytes > settings.batchBytesMax()) {
                break;
            }
            batch.add(waiting.remove());
        }
        underWay = batch;
        batchId = nextId++;
        ByteString command = Wired.command(batch.stream()
                .flatMap(each -> each.commit().operations().stream())
                .toList());
        session.get().tell(new SessionClient.Submit(batchId, command, left(first.dueTick() - tick), outcomes));
    }

    private static Duration left(long ticks) {
        return TICK.multipliedBy(Math.max(1, ticks));
    }

    private Behavior<Command> onAsk(Ask ask) {
        if (down.isPresent()) {
            ask.answer().completeExceptionally(new JournalUnavailableException(down.get()));
        } else if (session.isEmpty()) {
            waitingReads.add(new WaitingRead(ask, tick + ticks()));
            keepTicking();
        } else {
            read(session.get(), ask, ticks());
        }
        return this;
    }

    private void read(ActorRef<SessionClient.Command> through, Ask ask, long ticks) {
        long id = nextId++;
        reads.put(id, ask);
        through.tell(new SessionClient.Read(id, ask.question().bytes(), ask.consistency(), left(ticks), outcomes));
    }

    private Behavior<Command> onOutcome(SessionClient.Outcome outcome) {
        Ask ask = reads.remove(outcome.id());
        if (ask != null) {
            onAnswer(ask, outcome);
        } else if (outcome.id() == batchId) {
            onBatchEnded(outcome);
        }
        return this;
    }

    private static void onAnswer(Ask ask, SessionClient.Outcome outcome) {
        if (outcome instanceof SessionClient.Succeeded succeeded) {
            ask.answer().complete(succeeded.result());
        } else if (outcome instanceof SessionClient.Failed failed) {
            ask.answer()
                    .completeExceptionally(new JournalUnavailableException(
                            "The replicated journal cannot be read: " + failed.reason() + ", " + failed.detail()));
        }
    }

    private void onBatchEnded(SessionClient.Outcome outcome) {
        List<Waiting> batch = underWay;
        underWay = List.of();
        batch.forEach(each -> queuedBytes -= each.commit().size());
        sendNext();
        if (outcome instanceof SessionClient.Succeeded succeeded) {
            complete(batch, succeeded.result());
        } else if (outcome instanceof SessionClient.Failed failed) {
            fail(batch, message(failed));
        }
    }

    private static String message(SessionClient.Failed failed) {
        String fate = failed.reason() == Replica.Reason.OUTCOME_UNKNOWN
                ? "The group did not say in time whether this was written: it may have been, and recovery will tell"
                : "This was not written";
        return fate + " (" + failed.reason() + ": " + failed.detail()
                + "). Is a majority of the group up and in contact?";
    }

    private static void complete(List<Waiting> batch, ByteString result) {
        List<Outcome> done;
        try {
            done = Wired.outcomes(result);
        } catch (IOException e) {
            fail(batch, "The group's answer cannot be read: " + e.getMessage());
            return;
        }
        int asked = batch.stream()
                .mapToInt(each -> each.commit().operations().size())
                .sum();
        if (done.size() != asked) {
            fail(batch, "The group answered " + asked + " operations by " + done);
            return;
        }
        int from = 0;
        for (Waiting each : batch) {
            int to = from + each.commit().operations().size();
            each.commit().outcomes().complete(List.copyOf(done.subList(from, to)));
            from = to;
        }
    }

    private static void fail(List<Waiting> batch, String why) {
        batch.forEach(each -> each.commit().outcomes().completeExceptionally(new JournalUnavailableException(why)));
    }

    private Behavior<Command> onDown(String why) {
        down = Optional.of(why);
        session = Optional.empty();
        List<Waiting> all = new ArrayList<>(underWay);
        all.addAll(waiting);
        underWay = List.of();
        waiting.clear();
        queuedBytes = 0;
        fail(all, why);
        reads.values().forEach(ask -> ask.answer().completeExceptionally(new JournalUnavailableException(why)));
        reads.clear();
        waitingReads.forEach(read -> read.ask().answer().completeExceptionally(new JournalUnavailableException(why)));
        waitingReads.clear();
        return this;
    }

    /** What waits behind a command, or for a replica, is failed when its time is over. */
    private Behavior<Command> onTick() {
        tick++;
        while (!waiting.isEmpty() && waiting.peek().dueTick() <= tick) {
            Waiting late = waiting.remove();
            queuedBytes -= late.commit().size();
            fail(List.of(late), "This was not written: " + whyLate());
        }
        for (Iterator<WaitingRead> each = waitingReads.iterator(); each.hasNext(); ) {
            WaitingRead read = each.next();
            if (read.dueTick() > tick) {
                break;
            }
            each.remove();
            read.ask().answer().completeExceptionally(new JournalUnavailableException(whyLate()));
        }
        if (waiting.isEmpty() && underWay.isEmpty() && waitingReads.isEmpty()) {
            timers.cancel(Tick.TICK);
        }
        return this;
    }

    private String whyLate() {
        if (session.isPresent()) {
            return "the group has not come to it within " + settings.timeout().toMillis()
                    + " ms; is a majority of it up and in contact?";
        }
        return settings.hosting() == ReplicatedSettings.Hosting.PROVIDED
                ? "no replica of the group was provided within "
                        + settings.timeout().toMillis() + " ms, and " + ReplicatedSettings.PATH
                        + ".host = provided says that one is: is ReplicatedPersistence.provide called?"
                : "the replica of the group has not recovered within "
                        + settings.timeout().toMillis() + " ms";
    }
}
