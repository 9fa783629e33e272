package io.troupe.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/**
 * An application that uses whatever actors use: children, periodic timers, ask, message adapters, the receptionist and an
 * event-sourced child. Every node tells rumours to random peers; who hears one keeps it, and answers what it knows.
 */
final class Gossiper extends AbstractBehavior<Gossiper.Command> {

    sealed interface Command extends Sent permits Tick, Rumour, HowMany, Peers, Kept, Answered, Tell {}

    private record Tick() implements Command {}

    record Rumour(String text, ActorRef<Heard> replyTo) implements Command {}

    record HowMany(ActorRef<Integer> replyTo) implements Command {}

    private record Peers(List<ActorRef<Command>> peers) implements Command {}

    private record Kept(int count) implements Command {}

    private record Answered(int count) implements Command {}

    record Tell(String text) implements Command {}

    record Heard(String by, int count) implements Sent {}

    record Keep(String text, ActorRef<Integer> replyTo) implements Sent {}

    record Noted(String text) implements Sent {}

    static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "gossiper");

    static Behavior<Command> create(NodeContext node) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), Duration.ofMillis(50));
            return new Gossiper(context, node.name(), node.random("gossip"));
        }));
    }

    private final String name;
    private final RandomGenerator random;
    private final ActorRef<Keep> memory;
    private final ActorRef<Integer> kept;
    private final ActorRef<Heard> heard;
    private List<ActorRef<Command>> peers = List.of();
    private int known;
    private int answers;
    private int rumours;

    private Gossiper(ActorContext<Command> context, String name, RandomGenerator random) {
        super(context);
        this.name = name;
        this.random = random;
        this.memory = context.spawn(Memory.create("memory of " + name), "memory");
        this.kept = context.messageAdapter(Integer.class, Kept::new);
        this.heard = context.messageAdapter(Heard.class, told -> new Answered(told.count()));
        var listing = context.messageAdapter(
                Receptionist.Listing.class,
                all -> new Peers(all.getServiceInstances(KEY).stream()
                        .sorted(Comparator.comparing(ActorRef::path))
                        .toList()));
        context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
        context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, listing));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Tick.class, this::onTick)
                .onMessage(Tell.class, this::onTell)
                .onMessage(Rumour.class, this::onRumour)
                .onMessage(HowMany.class, this::onHowMany)
                .onMessage(Peers.class, this::onPeers)
                .onMessage(Kept.class, this::onKept)
                .onMessage(Answered.class, this::onAnswered)
                .build();
    }

    private Behavior<Command> onTick(Tick tick) {
        return onTell(new Tell(name + "/" + rumours++));
    }

    private Behavior<Command> onTell(Tell tell) {
        if (peers.isEmpty()) {
            return this;
        }
        var peer = peers.get(random.nextInt(peers.size()));
        if (random.nextBoolean()) {
            peer.tell(new Rumour(tell.text(), heard));
        } else {
            getContext()
                    .ask(
                            Heard.class,
                            peer,
                            Duration.ofMillis(30),
                            (ActorRef<Heard> replyTo) -> new Rumour(tell.text(), replyTo),
                            (answer, late) -> new Answered(answer == null ? 0 : answer.count()));
        }
        return this;
    }

    private Behavior<Command> onRumour(Rumour rumour) {
        memory.tell(new Keep(rumour.text(), kept));
        rumour.replyTo().tell(new Heard(name, known));
        return this;
    }

    private Behavior<Command> onHowMany(HowMany question) {
        question.replyTo().tell(known);
        return this;
    }

    private Behavior<Command> onPeers(Peers found) {
        peers = new ArrayList<>(found.peers());
        return this;
    }

    private Behavior<Command> onKept(Kept now) {
        known = now.count();
        return this;
    }

    private Behavior<Command> onAnswered(Answered answer) {
        answers++;
        return this;
    }

    /** What a gossiper has heard, on its node's disk. */
    static final class Memory extends EventSourcedBehavior<Keep, Noted, List<String>> {

        static Behavior<Keep> create(String id) {
            return Behaviors.setup(context -> new Memory(PersistenceId.ofUniqueId(id)));
        }

        private Memory(PersistenceId id) {
            super(id);
        }

        @Override
        public List<String> emptyState() {
            return List.of();
        }

        @Override
        public CommandHandler<Keep, Noted, List<String>> commandHandler() {
            return (state, keep) -> Effect()
                    .persist(new Noted(keep.text()))
                    .thenRun((List<String> after) -> keep.replyTo().tell(after.size()));
        }

        @Override
        public EventHandler<List<String>, Noted> eventHandler() {
            return (state, noted) -> {
                var next = new ArrayList<>(state);
                next.add(noted.text());
                return next;
            };
        }
    }
}
