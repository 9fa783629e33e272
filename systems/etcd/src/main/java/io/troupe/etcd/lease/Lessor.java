package io.troupe.etcd.lease;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Knows every lease of the store on its node; where the node leads, decides which have run out and has them revoked.
 *
 * <p>A question is answered when a linearizable read has found that the state machine has had no later lessor. A later
 * one takes its office after that read, and then gives every lease its full TTL: so a renewal that was answered holds
 * whoever leads next, also when this node was succeeded and does not know yet.
 *
 * <p>Transitions: idle → taking office in term t, when the node leads in t; taking office → in office, when the
 * state machine has applied that it does, and every lease has its full TTL again; any → idle, when the node leads
 * no more or the state machine has had a later lessor.
 */
public final class Lessor extends AbstractBehavior<Lessor.Command> {

    public sealed interface Command
            permits Request, ListLeases, LeasesChanged, ReplicaChanged, Ended, OfficeDue, Tick {}

    /** What crosses nodes. */
    public sealed interface Request extends Command, Wire permits Renew, AskRemaining {
        long question();

        long id();

        ActorRef<Answer> replyTo();
    }

    /**
     * Begins the lease's TTL anew. Answered once by any {@link Answer}; for a lease being revoked, when it is gone.
     *
     * @param question chosen by the asker to tell answers apart
     */
    public record Renew(long question, long id, ActorRef<Answer> replyTo) implements Request {}

    /** Asks how long the lease has. */
    public record AskRemaining(long question, long id, ActorRef<Answer> replyTo) implements Request {}

    public sealed interface Answer extends Wire permits Lasts, NoSuchLease, NotInOffice {
        long question();
    }

    /** @param seconds the full TTL after a renewal; else what is left, rounded down */
    public record Lasts(long question, long id, long seconds) implements Answer {}

    public record NoSuchLease(long question, long id) implements Answer {}

    /** Ask the leader's. */
    public record NotInOffice(long question, long id) implements Answer {}

    /** Asks the node's own lessor, in office or not, for the leases it knows of. */
    public record ListLeases(ActorRef<Leases> replyTo) implements Command {}

    /** @param ids as the leases run out, as far as this node can tell: those of the lessor in office alone are renewed */
    public record Leases(List<Long> ids) {}

    /** There is something in the {@link LeaseFeed}. */
    public enum LeasesChanged implements Command {
        INSTANCE
    }

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    /** The replica's status, and whom commands go through. */
    public record ReplicaChanged(Replica.Status status, ActorRef<SessionClient.Command> client) implements Command {}

    private enum OfficeDue implements Command {
        AGAIN
    }

    private enum Tick implements Command {
        TICK
    }

    private enum Office {
        IDLE,
        TAKING,
        HELD
    }

    private static final Duration COMMAND_DEADLINE = Duration.ofSeconds(5);
    private static final Duration CONFIRM_DEADLINE = Duration.ofMillis(400);

    /** Questions waiting for an answer; one more is sent back to be asked again later. */
    static final int QUESTIONS_MAX = 16_384;

    private final TimerScheduler<Command> timers;
    private final EtcdSettings.Lease settings;
    private final LongSupplier nanoClock;
    private final LeaseFeed feed;
    private final SessionCalls calls;
    private final LeaseClock leases = new LeaseClock();
    /** Leases being revoked, with the place of the grant that is. */
    private final TreeMap<Long, Long> revoking = new TreeMap<>();

    private final TreeMap<Long, List<Request>> waiting = new TreeMap<>();
    private int waitingCount;
    private List<Request> collecting = new ArrayList<>();
    private List<Request> confirming = new ArrayList<>();
    private long round;
    private Office office = Office.IDLE;
    private long term = -1;
    private Optional<ActorRef<SessionClient.Command>> client = Optional.empty();

    /** @param nanoClock monotonic, in nanoseconds from any origin */
    public static Behavior<Command> create(EtcdSettings.Lease settings, LeaseFeed feed, LongSupplier nanoClock) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Lessor(context, timers, settings, feed, nanoClock)));
    }

    private Lessor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            EtcdSettings.Lease settings,
            LeaseFeed feed,
            LongSupplier nanoClock) {
        super(context);
        this.timers = timers;
        this.feed = feed;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
        this.settings = settings;
        long origin = nanoClock.getAsLong();
        this.nanoClock = () -> nanoClock.getAsLong() - origin;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Renew.class, this::onRequest)
                .onMessage(AskRemaining.class, this::onRequest)
                .onMessage(ListLeases.class, this::onListLeases)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(LeasesChanged.class, ignored -> onLeasesChanged())
                .onMessage(ReplicaChanged.class, this::onReplicaChanged)
                .onMessage(OfficeDue.class, ignored -> onOfficeDue())
                .onMessage(Tick.class, ignored -> onTick())
                .build();
    }

    /** One round is under way for all questions that came before it; what comes meanwhile goes with the next. */
    private Behavior<Command> onRequest(Request request) {
        boolean full = collecting.size() + confirming.size() + waitingCount >= QUESTIONS_MAX;
        if (office != Office.HELD || full) {
            sendElsewhere(request);
        } else {
            collecting.add(request);
            confirmNext();
        }
        return this;
    }

    private void confirmNext() {
        if (confirming.isEmpty() && !collecting.isEmpty() && client.isPresent()) {
            confirming = collecting;
            collecting = new ArrayList<>();
            long thisRound = ++round;
            calls.read(
                    client.get(),
                    Queries.lessor(),
                    ReadConsistency.LINEARIZABLE,
                    CONFIRM_DEADLINE,
                    outcome -> onConfirmed(thisRound, outcome));
        }
    }

    private Behavior<Command> onListLeases(ListLeases list) {
        // Those being revoked are due at the next attempt.
        Stream<Long> lasting = leases.inOrder().stream().filter(id -> !revoking.containsKey(id));
        list.replyTo()
                .tell(new Leases(
                        Stream.concat(revoking.keySet().stream(), lasting).toList()));
        return this;
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        return this;
    }

    private void onConfirmed(long ofRound, SessionClient.Outcome outcome) {
        if (ofRound != round || confirming.isEmpty()) {
            return; // Of an office that has ended.
        }
        List<Request> requests = confirming;
        confirming = new ArrayList<>();
        long lessorTerm = outcome instanceof SessionClient.Succeeded succeeded
                        && Result.parse(succeeded.result()) instanceof Result.Ok ok
                ? Queries.lessorTerm(ok.body())
                : -1;
        if (lessorTerm == term) {
            requests.forEach(this::serve);
        } else {
            requests.forEach(Lessor::sendElsewhere);
        }
        if (lessorTerm > term) {
            succeeded();
        }
        confirmNext();
    }

    private void serve(Request request) {
        long now = nanoClock.getAsLong();
        long id = request.id();
        boolean ending = revoking.containsKey(id) || leases.isExpired(id, now);
        if (request instanceof AskRemaining) {
            // When it is due counts the next attempt to revoke it.
            answer(request, ending ? OptionalLong.of(0) : leases.remainingSeconds(id, now));
        } else if (ending) {
            waiting.computeIfAbsent(id, first -> new ArrayList<>()).add(request);
            waitingCount++;
        } else {
            answer(request, leases.renew(id, now));
        }
    }

    private static void answer(Request request, OptionalLong seconds) {
        request.replyTo()
                .tell(
                        seconds.isPresent()
                                ? new Lasts(request.question(), request.id(), seconds.getAsLong())
                                : new NoSuchLease(request.question(), request.id()));
    }

    private static void sendElsewhere(Request request) {
        request.replyTo().tell(new NotInOffice(request.question(), request.id()));
    }

    private Behavior<Command> onLeasesChanged() {
        long now = nanoClock.getAsLong();
        LeaseFeed.News news = feed.take();
        if (news.replaced()) {
            leases.clear();
        }
        news.leases().forEach((id, lease) -> {
            endRevoking(id);
            lease.ifPresentOrElse(
                    granted -> leases.grant(id, granted.ttlSeconds(), granted.grantedAt(), now),
                    () -> leases.revoke(id));
        });
        return this;
    }

    /** Whatever the lease was, it is no more: there is none of its id, or another. */
    private void endRevoking(long id) {
        revoking.remove(id);
        takeWaiting(id).forEach(request -> answer(request, OptionalLong.empty()));
    }

    private List<Request> takeWaiting(long id) {
        List<Request> requests = waiting.remove(id);
        if (requests == null) {
            return List.of();
        }
        waitingCount -= requests.size();
        return requests;
    }

    private Behavior<Command> onReplicaChanged(ReplicaChanged changed) {
        client = Optional.of(changed.client());
        boolean leads = changed.status().role() == Replica.Role.LEADER;
        if (!leads || changed.status().term() != term) {
            leaveOffice();
        }
        if (leads && office == Office.IDLE) {
            term = changed.status().term();
            takeOffice(changed.client());
        }
        return this;
    }

    private void leaveOffice() {
        office = Office.IDLE;
        timers.cancel(Tick.TICK);
        timers.cancel(OfficeDue.AGAIN);
        revoking.clear();
        for (long id : new ArrayList<>(waiting.keySet())) {
            takeWaiting(id).forEach(Lessor::sendElsewhere);
        }
        confirming.addAll(collecting);
        confirming.forEach(Lessor::sendElsewhere);
        confirming = new ArrayList<>();
        collecting = new ArrayList<>();
    }

    private void takeOffice(ActorRef<SessionClient.Command> through) {
        office = Office.TAKING;
        long inTerm = term;
        calls.submit(
                through,
                Commands.lessorPromoted(inTerm),
                COMMAND_DEADLINE,
                outcome -> onOfficeTaken(inTerm, outcome instanceof SessionClient.Succeeded));
    }

    private void onOfficeTaken(long inTerm, boolean granted) {
        if (inTerm != term || office != Office.TAKING) {
            return;
        }
        if (granted) {
            office = Office.HELD;
            leases.renewAll(nanoClock.getAsLong());
            timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, settings.checkInterval());
        } else {
            // A client with too much in flight refuses at once: asking at once again would be a busy loop.
            timers.startSingleTimer(OfficeDue.AGAIN, OfficeDue.AGAIN, settings.checkInterval());
        }
    }

    private Behavior<Command> onOfficeDue() {
        if (office == Office.TAKING) {
            client.ifPresent(this::takeOffice);
        }
        return this;
    }

    private Behavior<Command> onTick() {
        long now = nanoClock.getAsLong();
        OptionalLong expired = leases.expired(now);
        while (expired.isPresent() && client.isPresent() && revoking.size() < settings.revokesPerCheckMax()) {
            revoke(expired.getAsLong(), client.get());
            leases.postpone(expired.getAsLong(), now + COMMAND_DEADLINE.toNanos() * 2);
            expired = leases.expired(now);
        }
        return this;
    }

    private void revoke(long id, ActorRef<SessionClient.Command> through) {
        long grantedAt = leases.grantedAt(id);
        long inTerm = term;
        revoking.put(id, grantedAt);
        calls.submit(
                through,
                Commands.leaseExpired(id, inTerm, grantedAt),
                COMMAND_DEADLINE,
                outcome -> onRevokeEnded(id, grantedAt, inTerm, outcome));
    }

    private void succeeded() {
        getContext().getLog().info("a later lessor has taken office; mine of term {} ends", term);
        leaveOffice();
    }

    /** A revoke that succeeded is told by the feed. One that did not is due again at once. */
    private void onRevokeEnded(long id, long grantedAt, long inTerm, SessionClient.Outcome outcome) {
        if (inTerm != term || office != Office.HELD) {
            return;
        }
        boolean refused = outcome instanceof SessionClient.Succeeded done
                && Result.parse(done.result()).equals(new Result.Refused(EtcdError.NOT_LEADER));
        if (refused) {
            succeeded();
        } else if (revoking.remove(id, grantedAt) && leases.contains(id)) {
            leases.postpone(id, nanoClock.getAsLong());
        }
    }
}
