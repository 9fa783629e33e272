package io.troupe.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Persistent actors over the real journal, whose files lie on a simulated disk, on a node that crashes at any time: what
 * was acknowledged is recovered, however often.
 */
final class JournalCrashes implements Consumer<Simulation> {

    /** Small segments, so that a short life has several, and upkeep soon. */
    static final String CONFIG =
            """
            troupe.persistence.journal.segment-size = 4 KiB
            troupe.persistence.journal.compaction.delay = 20 ms
            """;

    private static final int LIVES = 5;
    private static final int WRITERS = 4;
    private static final AtomicLong RUNS = new AtomicLong();
    /** Virtual, and long: a recovery takes milliseconds, and who has recovered writes on meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What each writer was told is durable, and what it was told when it started again. */
    private static final class Promises {
        private final Map<String, List<String>> acknowledged = new TreeMap<>();
        private final Map<String, List<String>> attempted = new TreeMap<>();
        private final List<String> broken = new ArrayList<>();
        private int recoveries;
        private long promises;

        void attempts(String writer, List<String> known, List<String> events) {
            List<String> all = new ArrayList<>(known);
            all.addAll(events);
            attempted.put(writer, all);
        }

        void acknowledges(String writer, List<String> events) {
            acknowledged.put(writer, List.copyOf(events));
            promises++;
        }

        void recovers(String writer, List<String> events) {
            List<String> promised = acknowledged.getOrDefault(writer, List.of());
            List<String> tried = attempted.getOrDefault(writer, List.of());
            if (!events.equals(promised) && !events.equals(tried)) {
                broken.add("%s recovered %s, was promised %s, tried %s".formatted(writer, events, promised, tried));
            }
            acknowledged.put(writer, List.copyOf(events));
            recoveries++;
        }
    }

    /** One life of the node, with a journal plugin of its own: the old one ends with the process it lived in. */
    private record Life(NodeContext node, Promises promises, String pluginId, Path directory, Config plugin) {

        static Life begin(NodeContext node, Promises promises, Config system) {
            String id = "simulated-journal-" + RUNS.incrementAndGet();
            Path directory = Path.of("simulated", id);
            Config plugin = ConfigFactory.parseMap(Map.of(id + ".dir", directory.toString()))
                    .withFallback(system.getConfig("troupe.persistence.journal").atPath(id));
            return new Life(node, promises, id, directory, plugin);
        }

        Behavior<Void> writers() {
            return Behaviors.setup(context -> {
                for (int i = 1; i <= WRITERS; i++) {
                    String name = "writer-" + i;
                    Behavior<Next> writer = Behaviors.setup(self -> new Writer(name, this, self.getSelf()));
                    context.spawn(writer, name);
                }
                return Behaviors.ignore();
            });
        }
    }

    private enum Next {
        WRITE
    }

    /** Persists one to three events at a time, the next when the last are durable. */
    private static final class Writer extends EventSourcedBehavior<Next, String, List<String>> {
        private final String name;
        private final Life life;
        private final RandomGenerator random;
        private final ActorRef<Next> self;

        Writer(String name, Life life, ActorRef<Next> self) {
            super(PersistenceId.ofUniqueId(name));
            this.name = name;
            this.life = life;
            this.random = life.node().random(name);
            this.self = self;
        }

        @Override
        public String journalPluginId() {
            return life.pluginId();
        }

        @Override
        public Optional<Config> journalPluginConfig() {
            return Optional.of(life.plugin());
        }

        @Override
        public List<String> emptyState() {
            return List.of();
        }

        @Override
        public SignalHandler<List<String>> signalHandler() {
            return newSignalHandlerBuilder()
                    .onSignal(RecoveryCompleted.instance(), state -> {
                        life.promises().recovers(name, state);
                        self.tell(Next.WRITE);
                    })
                    .build();
        }

        @Override
        public CommandHandler<Next, String, List<String>> commandHandler() {
            return newCommandHandlerBuilder().forAnyState().onAnyCommand((state, next) -> onNext(state));
        }

        private Effect<String, List<String>> onNext(List<String> state) {
            List<String> events = new ArrayList<>();
            int count = 1 + random.nextInt(3);
            for (int i = 1; i <= count; i++) {
                events.add(name + " " + (state.size() + i) + " in life "
                        + life.node().life());
            }
            life.promises().attempts(name, state, events);
            return Effect().persist(events).thenRun(after -> {
                life.promises().acknowledges(name, after);
                self.tell(Next.WRITE);
            });
        }

        @Override
        public EventHandler<List<String>, String> eventHandler() {
            return newEventHandlerBuilder().forAnyState().onAnyEvent((state, event) -> {
                List<String> after = new ArrayList<>(state);
                after.add(event);
                return after;
            });
        }
    }

    @Override
    public void accept(Simulation sim) {
        Promises promises = new Promises();
        SimulatedMachine machine = new SimulatedMachine(sim);
        Journals journals = Journals.get(sim.system());
        journals.use(machine);
        List<Path> directories = new ArrayList<>();
        try {
            Node<Void> node = sim.node("n1", context -> {
                Life life =
                        Life.begin(context, promises, sim.system().settings().config());
                directories.add(life.directory());
                return life.writers();
            });
            RandomGenerator random = sim.random("crashes");
            for (int life = 0; life < LIVES; life++) {
                sim.runFor(Duration.ofMillis(random.nextInt(80)));
                if (random.nextBoolean() && !machine.isWithoutPower()) {
                    machine.losePowerWithin(40);
                    sim.runUntil(machine::isWithoutPower, PATIENCE);
                }
                node.crash();
                boolean last = life == LIVES - 1;
                machine.crash(last);
                assertThat(promises.broken).isEmpty();
                node.restart();
            }
            int before = promises.recoveries;
            sim.runUntil(() -> !promises.broken.isEmpty() || promises.recoveries == before + WRITERS, PATIENCE);
            assertThat(promises.broken).isEmpty();
            long promised = promises.promises;
            sim.runUntil(() -> promises.promises > promised + WRITERS, PATIENCE);
            node.crash();
        } finally {
            directories.forEach(journals::abandon);
            journals.use(Machine.REAL);
        }
    }
}
