package io.troupe.sim;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** A durable counter, and a node that counts ticks, answers, and passes messages on: one thing a fault can hit each. */
final class Counter {

    private Counter() {}

    sealed interface Command extends Sent permits Increment, Get, Forward, Ticks, Tick, NotSerializable {}

    record Increment(ActorRef<Long> replyTo) implements Command {}

    record Get(ActorRef<Long> replyTo) implements Command {}

    /** Sends the command on to another node. */
    record Forward(ActorRef<Command> to, Command command) implements Command {}

    record Ticks(ActorRef<Integer> replyTo) implements Command {}

    record Tick() implements Command {}

    record NotSerializable(Object inside) implements Command {}

    record Incremented(long by) implements Sent {}

    /** Counts in memory and hands every message to {@code seen}. */
    static Behavior<Command> ticking(Consumer<Command> seen) {
        return Behaviors.withTimers((TimerScheduler<Command> timers) -> {
            timers.startTimerAtFixedRate(new Tick(), Duration.ofMillis(100));
            return Behaviors.setup(context -> new Ticking(context, seen).behavior());
        });
    }

    private static final class Ticking {
        private final ActorContext<Command> context;
        private final Consumer<Command> seen;
        private int ticks;

        private Ticking(ActorContext<Command> context, Consumer<Command> seen) {
            this.context = context;
            this.seen = seen;
        }

        private Behavior<Command> behavior() {
            return Behaviors.receiveMessage(command -> {
                seen.accept(command);
                if (command instanceof Tick) {
                    ticks++;
                } else if (command instanceof Ticks question) {
                    question.replyTo().tell(ticks);
                } else if (command instanceof Forward forward) {
                    forward.to().tell(forward.command());
                }
                return Behaviors.same();
            });
        }
    }

    /** Counts on disk; answers when the increment is durable. */
    static Behavior<Command> durable() {
        return Behaviors.setup(context -> new Durable());
    }

    private static final class Durable extends EventSourcedBehavior<Command, Incremented, Long> {

        private Durable() {
            super(PersistenceId.ofUniqueId("counter"));
        }

        @Override
        public Long emptyState() {
            return 0L;
        }

        @Override
        public CommandHandler<Command, Incremented, Long> commandHandler() {
            return (state, command) -> {
                if (command instanceof Increment increment) {
                    return Effect().persist(new Incremented(1)).thenReply(increment.replyTo(), after -> after);
                }
                if (command instanceof Get get) {
                    return Effect().reply(get.replyTo(), state);
                }
                return Effect().none();
            };
        }

        @Override
        public EventHandler<Long, Incremented> eventHandler() {
            return (state, event) -> state + event.by();
        }

        @Override
        public boolean shouldSnapshot(Long state, Incremented event, long sequenceNr) {
            return sequenceNr % 10 == 0;
        }
    }
}
