package io.troupe.etcd.lease;

import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Brings a node's questions about leases to the lessor in office, wherever it is: finds lessors by node id
 * through the receptionist, and asks again until one answers or the deadline passes. Whom the cluster takes for unreachable is
 * asked, too: who leads is in contact with a majority, and maybe with this node.
 */
public final class LeaseDesk extends AbstractBehavior<LeaseDesk.Command> {

    public sealed interface Command permits Ask, LeaderChanged, LessorsChanged, Answered, Silent, Again {}

    /** @param renew to begin the TTL anew; else only to ask what is left */
    public record Ask(long id, boolean renew, Duration deadline, ActorRef<Reply> replyTo) implements Command {}

    /** The replica's status: who leads. */
    public record LeaderChanged(Replica.Status status) implements Command {}

    private record LessorsChanged(String nodeId, List<ActorRef<Lessor.Request>> lessors) implements Command {}

    private record Answered(Lessor.Answer answer) implements Command {}

    /** No answer came in time. */
    private record Silent(long question) implements Command {}

    private record Again(Ask ask, int pausesLeft) implements Command {}

    public sealed interface Reply permits Lasting, Absent, Unanswered {
        /** The lease that was asked about. */
        long id();
    }

    public record Lasting(long id, long seconds) implements Reply {}

    /** There is no such lease. */
    public record Absent(long id) implements Reply {}

    /** No lessor in office answered within the deadline. */
    public record Unanswered(long id) implements Reply {}

    private static final Duration PAUSE = Duration.ofMillis(100);

    private record Attempt(Ask ask, int pausesLeft) {}

    /** One attempt waits this many pauses for an answer. */
    private static final int ATTEMPT_PAUSES = 5;

    private final TimerScheduler<Command> timers;
    private final String group;
    private final TreeSet<String> followed = new TreeSet<>();
    private final TreeMap<String, List<ActorRef<Lessor.Request>>> lessors = new TreeMap<>();
    private final TreeMap<Long, Attempt> attempts = new TreeMap<>();
    private final ActorRef<Lessor.Answer> answers;
    private Optional<String> leader = Optional.empty();
    private long timerKey;

    /** The key under which the lessor of {@code nodeId} can be found. */
    public static ServiceKey<Lessor.Request> key(String group, String nodeId) {
        return ServiceKey.create(Lessor.Request.class, group + "-lessor-" + nodeId);
    }

    public static Behavior<Command> create(String group, List<String> members) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new LeaseDesk(context, timers, group, members)));
    }

    private LeaseDesk(
            ActorContext<Command> context, TimerScheduler<Command> timers, String group, List<String> members) {
        super(context);
        this.timers = timers;
        this.group = group;
        this.answers = context.messageAdapter(Lessor.Answer.class, Answered::new);
        members.forEach(this::follow);
    }

    /** Is told, from now on, of the lessors of a node. */
    private void follow(String member) {
        if (!followed.add(member)) {
            return;
        }
        var key = key(group, member);
        ActorRef<Command> self = getContext().getSelf();
        ActorRef<Receptionist.Listing> listings = getContext()
                .spawn(
                        Behaviors.receiveMessage(listing -> {
                            self.tell(new LessorsChanged(
                                    member,
                                    listing.getAllServiceInstances(key).stream()
                                            .sorted()
                                            .toList()));
                            return Behaviors.same();
                        }),
                        "listings-of-" + member);
        getContext().getSystem().receptionist().tell(Receptionist.subscribe(key, listings));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ask.class, this::onAsk)
                .onMessage(LeaderChanged.class, this::onLeaderChanged)
                .onMessage(LessorsChanged.class, this::onLessorsChanged)
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(Silent.class, this::onSilent)
                .onMessage(Again.class, again -> attempt(again.ask(), again.pausesLeft()))
                .build();
    }

    private Behavior<Command> onAsk(Ask ask) {
        return attempt(ask, (int) Math.max(1, ask.deadline().toMillis() / PAUSE.toMillis()));
    }

    private Behavior<Command> attempt(Ask ask, int pausesLeft) {
        List<ActorRef<Lessor.Request>> candidates =
                leader.map(node -> lessors.getOrDefault(node, List.of())).orElse(List.of());
        if (pausesLeft <= 0) {
            ask.replyTo().tell(new Unanswered(ask.id()));
        } else if (candidates.isEmpty()) {
            tryAgain(ask, pausesLeft);
        } else {
            // A node that restarted may be listed twice for a while: attempts go round.
            ActorRef<Lessor.Request> lessor = candidates.get(pausesLeft % candidates.size());
            long question = ++timerKey;
            attempts.put(question, new Attempt(ask, pausesLeft));
            timers.startSingleTimer(question, new Silent(question), PAUSE.multipliedBy(ATTEMPT_PAUSES));
            lessor.tell(
                    ask.renew()
                            ? new Lessor.Renew(question, ask.id(), answers)
                            : new Lessor.AskRemaining(question, ask.id(), answers));
        }
        return this;
    }

    private void tryAgain(Ask ask, int pausesLeft) {
        timers.startSingleTimer(++timerKey, new Again(ask, pausesLeft - 1), PAUSE);
    }

    private Behavior<Command> onSilent(Silent silent) {
        Attempt attempted = attempts.remove(silent.question());
        return attempted == null ? this : attempt(attempted.ask(), attempted.pausesLeft() - ATTEMPT_PAUSES);
    }

    private Behavior<Command> onAnswered(Answered answered) {
        Lessor.Answer answer = answered.answer();
        Attempt attempted = attempts.remove(answer.question());
        if (attempted == null) {
            return this; // It was given up, and is asked again.
        }
        timers.cancel(answer.question());
        if (answer instanceof Lessor.Lasts lasts) {
            attempted.ask().replyTo().tell(new Lasting(lasts.id(), lasts.seconds()));
        } else if (answer instanceof Lessor.NoSuchLease none) {
            attempted.ask().replyTo().tell(new Absent(none.id()));
        } else {
            tryAgain(attempted.ask(), attempted.pausesLeft());
        }
        return this;
    }

    private Behavior<Command> onLeaderChanged(LeaderChanged changed) {
        leader = changed.status().leader();
        leader.ifPresent(this::follow); // It may have become a member since this node was set up.
        return this;
    }

    private Behavior<Command> onLessorsChanged(LessorsChanged changed) {
        lessors.put(changed.nodeId(), changed.lessors());
        return this;
    }
}
