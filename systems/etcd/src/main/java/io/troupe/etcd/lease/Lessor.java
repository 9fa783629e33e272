package io.troupe.etcd.lease;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.LeaseFacts;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
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
 * <p>Transitions: idle → taking office in term t, when the node leads in t; taking office → in office, when the
 * state machine has applied that it does, and every lease has its full TTL again; any → idle, when the node leads
 * no more or the state machine has had a later lessor.
 */
public final class Lessor extends AbstractBehavior<Lessor.Command> {

    public sealed interface Command
            permits Request,
                    LeaseGranted,
                    LeaseRevoked,
                    LeasesRestored,
                    ReplicaChanged,
                    OfficeTaken,
                    RevokeEnded,
                    OfficeDue,
                    Tick {}

    /** What crosses nodes. */
    public sealed interface Request extends Command, Wire permits Renew, AskRemaining {}

    /** Begins the lease's TTL anew. Answered once by any {@link Answer}; for a lease being revoked, when it is gone. */
    public record Renew(long id, ActorRef<Answer> replyTo) implements Request {}

    /** Asks how long the lease has. */
    public record AskRemaining(long id, ActorRef<Answer> replyTo) implements Request {}

    public sealed interface Answer extends Wire permits Lasts, NoSuchLease, NotInOffice {}

    /** @param seconds the full TTL after a renewal; else what is left, rounded down */
    public record Lasts(long id, long seconds) implements Answer {}

    public record NoSuchLease(long id) implements Answer {}

    /** Ask the leader's. */
    public record NotInOffice(long id) implements Answer {}

    /** The state machine granted a lease. */
    public record LeaseGranted(long id, long ttlSeconds) implements Command {}

    /** The state machine revoked a lease, for whatever reason. */
    public record LeaseRevoked(long id) implements Command {}

    /** The state machine was restored: these leases there are, and no others. */
    public record LeasesRestored(List<LeaseFacts> leases) implements Command {}

    /** The replica's status, and whom commands go through. */
    public record ReplicaChanged(Replica.Status status, ActorRef<SessionClient.Command> client) implements Command {}

    private record OfficeTaken(long term, boolean granted) implements Command {}

    private record RevokeEnded(long id, long term, Optional<Result> result) implements Command {}

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

    private final TimerScheduler<Command> timers;
    private final EtcdSettings.Lease settings;
    private final LongSupplier nanoClock;
    private final LeaseClock leases = new LeaseClock();
    private final TreeSet<Long> revoking = new TreeSet<>();
    private final TreeMap<Long, List<ActorRef<Answer>>> waiting = new TreeMap<>();
    private Office office = Office.IDLE;
    private long term = -1;
    private Optional<ActorRef<SessionClient.Command>> client = Optional.empty();

    /** @param nanoClock monotonic, in nanoseconds from any origin */
    public static Behavior<Command> create(EtcdSettings.Lease settings, LongSupplier nanoClock) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Lessor(context, timers, settings, nanoClock)));
    }

    private Lessor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            EtcdSettings.Lease settings,
            LongSupplier nanoClock) {
        super(context);
        this.timers = timers;
        this.settings = settings;
        long origin = nanoClock.getAsLong();
        this.nanoClock = () -> nanoClock.getAsLong() - origin;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Renew.class, this::onRenew)
                .onMessage(AskRemaining.class, this::onAskRemaining)
                .onMessage(LeaseGranted.class, this::onLeaseGranted)
                .onMessage(LeaseRevoked.class, this::onLeaseRevoked)
                .onMessage(LeasesRestored.class, this::onLeasesRestored)
                .onMessage(ReplicaChanged.class, this::onReplicaChanged)
                .onMessage(OfficeTaken.class, this::onOfficeTaken)
                .onMessage(RevokeEnded.class, this::onRevokeEnded)
                .onMessage(OfficeDue.class, ignored -> onOfficeDue())
                .onMessage(Tick.class, ignored -> onTick())
                .build();
    }

    private Behavior<Command> onRenew(Renew renew) {
        long now = nanoClock.getAsLong();
        if (office != Office.HELD) {
            renew.replyTo().tell(new NotInOffice(renew.id()));
        } else if (revoking.contains(renew.id()) || leases.isExpired(renew.id(), now)) {
            waiting.computeIfAbsent(renew.id(), id -> new ArrayList<>()).add(renew.replyTo());
        } else {
            answer(renew.id(), leases.renew(renew.id(), now), renew.replyTo());
        }
        return this;
    }

    private Behavior<Command> onAskRemaining(AskRemaining ask) {
        if (office != Office.HELD) {
            ask.replyTo().tell(new NotInOffice(ask.id()));
        } else if (revoking.contains(ask.id())) {
            ask.replyTo().tell(new Lasts(ask.id(), 0)); // When it is due counts the next attempt to revoke it.
        } else {
            answer(ask.id(), leases.remainingSeconds(ask.id(), nanoClock.getAsLong()), ask.replyTo());
        }
        return this;
    }

    private static void answer(long id, OptionalLong seconds, ActorRef<Answer> replyTo) {
        replyTo.tell(seconds.isPresent() ? new Lasts(id, seconds.getAsLong()) : new NoSuchLease(id));
    }

    private Behavior<Command> onLeaseGranted(LeaseGranted granted) {
        leases.grant(granted.id(), granted.ttlSeconds(), nanoClock.getAsLong());
        return this;
    }

    private Behavior<Command> onLeaseRevoked(LeaseRevoked revoked) {
        leases.revoke(revoked.id());
        revoking.remove(revoked.id());
        answerWaiting(revoked.id(), new NoSuchLease(revoked.id()));
        return this;
    }

    private void answerWaiting(long id, Answer answer) {
        List<ActorRef<Answer>> replies = waiting.remove(id);
        if (replies != null) {
            replies.forEach(replyTo -> replyTo.tell(answer));
        }
    }

    private Behavior<Command> onLeasesRestored(LeasesRestored restored) {
        long now = nanoClock.getAsLong();
        leases.clear();
        restored.leases().forEach(lease -> leases.grant(lease.id(), lease.ttlSeconds(), now));
        return this;
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
            answerWaiting(id, new NotInOffice(id));
        }
    }

    private void takeOffice(ActorRef<SessionClient.Command> through) {
        office = Office.TAKING;
        long inTerm = term;
        getContext()
                .ask(
                        SessionClient.Outcome.class,
                        through,
                        COMMAND_DEADLINE.multipliedBy(2),
                        replyTo -> new SessionClient.Submit(Commands.lessorPromoted(inTerm), COMMAND_DEADLINE, replyTo),
                        (outcome, failure) -> new OfficeTaken(inTerm, outcome instanceof SessionClient.Succeeded));
    }

    private Behavior<Command> onOfficeTaken(OfficeTaken taken) {
        if (taken.term() != term || office != Office.TAKING) {
            return this;
        }
        if (taken.granted()) {
            office = Office.HELD;
            leases.renewAll(nanoClock.getAsLong());
            timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, settings.checkInterval());
        } else {
            // A client with too much in flight refuses at once: asking at once again would be a busy loop.
            timers.startSingleTimer(OfficeDue.AGAIN, OfficeDue.AGAIN, settings.checkInterval());
        }
        return this;
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
        revoking.add(id);
        long inTerm = term;
        getContext()
                .ask(
                        SessionClient.Outcome.class,
                        through,
                        COMMAND_DEADLINE.multipliedBy(2),
                        replyTo ->
                                new SessionClient.Submit(Commands.leaseExpired(id, inTerm), COMMAND_DEADLINE, replyTo),
                        (outcome, failure) -> new RevokeEnded(
                                id,
                                inTerm,
                                outcome instanceof SessionClient.Succeeded succeeded
                                        ? Optional.of(Result.parse(succeeded.result()))
                                        : Optional.empty()));
    }

    /** A revoke that succeeded has been told as {@link LeaseRevoked}. One that did not is due again at once. */
    private Behavior<Command> onRevokeEnded(RevokeEnded ended) {
        if (ended.term() != term || office != Office.HELD) {
            return this;
        }
        if (ended.result().equals(Optional.of(new Result.Refused(EtcdError.NOT_LEADER)))) {
            getContext().getLog().info("a later lessor has taken office; mine of term {} ends", term);
            leaveOffice();
        } else if (revoking.remove(ended.id()) && leases.contains(ended.id())) {
            leases.postpone(ended.id(), nanoClock.getAsLong());
        }
        return this;
    }
}
