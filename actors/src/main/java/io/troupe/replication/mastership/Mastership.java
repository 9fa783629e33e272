package io.troupe.replication.mastership;

import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Whether this node is the master, and in which epoch (Live §5.3).
 *
 * <p>Transitions: not leading → beginning, when the replica leads; beginning → master, when the {@link MastershipMachine} has
 * taken the epoch for this node's; master → beginning, when the replica leads on under another term, with the epoch it has in
 * hand; any → not leading, when the replica does not lead, as far as it knows.
 */
public final class Mastership extends AbstractBehavior<Mastership.Command> {

    public sealed interface Command permits Ask, WrappedStatus, WrappedOutcome, Again {}

    /** Asks whether this node is master now, as far as it knows: what is done on it is to be done under the epoch. */
    public record Ask(ActorRef<? super Answer> replyTo) implements Command {}

    public sealed interface Answer permits Held, NotHeld {}

    /** @param epoch for {@link MastershipMachine#under} */
    public record Held(long epoch) implements Answer {}

    /** @param leader where to ask, when that is known; this node, when it leads and has not begun */
    public record NotHeld(Optional<String> leader) implements Answer {}

    private record WrappedStatus(Replica.Status status) implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private enum Again implements Command {
        AGAIN
    }

    private final TimerScheduler<Command> timers;
    private final ActorRef<? super SessionClient.Submit> client;
    private final Duration again;
    private final ActorRef<SessionClient.Outcome> outcomes;

    private Optional<Replica.Status> leads = Optional.empty();
    /** While it leads without a break: the epoch that it began. */
    private long held;
    /** Counts what was submitted: the answer to the latest is looked at. */
    private long attempt;

    private boolean confirmed;
    private Optional<String> leader = Optional.empty();

    /**
     * @param replica of this node, whose group runs a {@link MastershipMachine}
     * @param client of that replica
     * @param again how long one try to begin may take, and the pause before the next
     */
    public static Behavior<Command> create(
            ActorRef<? super Replica.Observe> replica, ActorRef<? super SessionClient.Submit> client, Duration again) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Mastership(context, timers, replica, client, again)));
    }

    private Mastership(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<? super Replica.Observe> replica,
            ActorRef<? super SessionClient.Submit> client,
            Duration again) {
        super(context);
        this.timers = timers;
        this.client = client;
        this.again = again;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
        replica.tell(new Replica.Observe(context.messageAdapter(Replica.Status.class, WrappedStatus::new)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ask.class, this::onAsk)
                .onMessage(WrappedStatus.class, wrapped -> onStatus(wrapped.status()))
                .onMessage(WrappedOutcome.class, wrapped -> onOutcome(wrapped.outcome()))
                .onMessageEquals(Again.AGAIN, this::begin)
                .build();
    }

    private Behavior<Command> onAsk(Ask ask) {
        ask.replyTo().tell(confirmed ? new Held(held) : new NotHeld(leader));
        return this;
    }

    private Behavior<Command> onStatus(Replica.Status status) {
        leader = status.leader();
        if (status.role() != Replica.Role.LEADER) {
            lose();
            return this;
        }
        boolean goesOn = leads.filter(before -> before.term() == status.term()).isPresent();
        leads = Optional.of(status);
        return goesOn ? this : begin();
    }

    private void lose() {
        leads = Optional.empty();
        confirmed = false;
        held = 0;
        timers.cancel(Again.AGAIN);
    }

    private Behavior<Command> begin() {
        confirmed = false;
        leads.ifPresent(status -> client.tell(new SessionClient.Submit(
                ++attempt, MastershipMachine.begin(new Epoch(status.term(), status.node()), held), again, outcomes)));
        return this;
    }

    /** Who leads and finds another in an epoch that is later than its term is about to hear that it leads no more. */
    private Behavior<Command> onOutcome(SessionClient.Outcome outcome) {
        if (leads.isEmpty() || outcome.id() != attempt) {
            return this;
        }
        if (outcome instanceof SessionClient.Succeeded succeeded) {
            Epoch now = Epoch.decode(succeeded.result());
            confirmed = now.master().equals(leads.get().node())
                    && (now.number() == held || now.number() == leads.get().term());
            held = confirmed ? now.number() : 0;
        } else {
            timers.startSingleTimer(Again.AGAIN, again);
        }
        return this;
    }
}
