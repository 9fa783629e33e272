package io.troupe.bench.sim;

import io.troupe.sim.NodeContext;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/**
 * A node as busy as one of a consensus group at rest: every 100 ms it greets every other, which answers, and every tenth
 * time it makes that durable first.
 */
final class Chatter extends EventSourcedBehavior<Chatter.Command, Chatter.Ticked, Long> {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final int TICKS_A_WRITE = 10;

    sealed interface Command extends Serializable permits Tick, Greeting, Answer {}

    record Tick() implements Command {}

    record Greeting(long number, ActorRef<Command> replyTo) implements Command {}

    record Answer(long number) implements Command {}

    record Ticked(long number) implements Serializable {}

    private final List<ActorRef<Command>> others;
    private final ActorRef<Command> self;
    private long ticks;

    private Chatter(String name, List<ActorRef<Command>> others, ActorRef<Command> self) {
        super(PersistenceId.ofUniqueId(name));
        this.others = others;
        this.self = self;
    }

    static Behavior<Command> create(NodeContext node, List<String> names) {
        List<ActorRef<Command>> others = names.stream()
                .filter(name -> !name.equals(node.name()))
                .map(node::<Command>peer)
                .toList();
        return Behaviors.withTimers(timers -> {
            timers.startTimerAtFixedRate(new Tick(), TICK);
            return Behaviors.setup(context -> new Chatter(node.name(), others, context.getSelf()));
        });
    }

    @Override
    public Long emptyState() {
        return 0L;
    }

    @Override
    public CommandHandler<Command, Ticked, Long> commandHandler() {
        return (state, command) -> {
            if (command instanceof Greeting greeting) {
                greeting.replyTo().tell(new Answer(greeting.number()));
            } else if (command instanceof Tick) {
                long number = ++ticks;
                if (number % TICKS_A_WRITE == 0) {
                    return Effect().persist(new Ticked(number)).thenRun(after -> greetAll(number));
                }
                greetAll(number);
            }
            return Effect().none();
        };
    }

    private void greetAll(long number) {
        others.forEach(other -> other.tell(new Greeting(number, self)));
    }

    @Override
    public EventHandler<Long, Ticked> eventHandler() {
        return (state, ticked) -> state + 1;
    }
}
