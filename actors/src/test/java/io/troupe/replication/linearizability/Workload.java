package io.troupe.replication.linearizability;

import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** A client that does one thing after another, and has written down what it saw. */
final class Workload extends AbstractBehavior<Workload.Command> {

    sealed interface Command permits Next, Outcome {}

    private enum Next implements Command {
        NEXT
    }

    private record Outcome(SessionClient.Outcome outcome) implements Command {}

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final int KEYS = 3;

    private final int process;
    private final ActorRef<SessionClient.Command> session;
    private final RandomGenerator random;
    private final HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder;
    private final TimerScheduler<Command> timers;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private KeyValue.Input input = new KeyValue.Get("k0");
    private HistoryRecorder.Call<KeyValue.Input, KeyValue.Output> call;
    private String lastSeen = "-";
    private int count;

    static Behavior<Command> create(
            int process,
            ActorRef<SessionClient.Command> session,
            RandomGenerator random,
            HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Workload(context, timers, process, session, random, recorder)));
    }

    private Workload(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            int process,
            ActorRef<SessionClient.Command> session,
            RandomGenerator random,
            HistoryRecorder<KeyValue.Input, KeyValue.Output> recorder) {
        super(context);
        this.timers = timers;
        this.process = process;
        this.session = session;
        this.random = random;
        this.recorder = recorder;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, Outcome::new);
        think();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Next.NEXT, this::onNext)
                .onMessage(Outcome.class, this::onOutcome)
                .build();
    }

    private void think() {
        timers.startSingleTimer(Next.NEXT, Next.NEXT, Duration.ofMillis(1 + random.nextInt(100)));
    }

    private Behavior<Command> onNext() {
        String key = "k" + random.nextInt(KEYS);
        String value = process + "." + count++ + ";";
        input = switch (random.nextInt(6)) {
            case 0, 1 -> new KeyValue.Put(key, value);
            case 2 -> new KeyValue.Append(key, value);
            case 3 -> new KeyValue.Cas(key, lastSeen.equals("-") ? Optional.empty() : Optional.of(lastSeen), value);
            default -> new KeyValue.Get(key);
        };
        call = recorder.invoke(process, input);
        if (input instanceof KeyValue.Get) {
            session.tell(new SessionClient.Read(
                    KeyValueMachine.encode(input), ReadConsistency.LINEARIZABLE, DEADLINE, outcomes));
        } else {
            session.tell(new SessionClient.Submit(KeyValueMachine.encode(input), DEADLINE, outcomes));
        }
        return this;
    }

    private Behavior<Command> onOutcome(Outcome wrapped) {
        if (wrapped.outcome() instanceof SessionClient.Succeeded succeeded) {
            var output = KeyValueMachine.decode(input, succeeded.result());
            call.ok(output);
            if (output instanceof KeyValue.Value read) {
                lastSeen = read.value().orElse("-");
            }
        } else if (wrapped.outcome() instanceof SessionClient.Failed failed) {
            if (failed.reason() == Replica.Reason.OUTCOME_UNKNOWN) {
                call.unknown();
            } else {
                call.fail();
            }
        }
        think();
        return this;
    }
}
