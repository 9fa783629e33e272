package io.troupe.cluster.node;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.Endpoint;
import io.troupe.sim.Fault;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.cluster.ClusterNode;
import io.troupe.sim.cluster.ClusterNodeContext;
import io.troupe.sim.cluster.ClusterSimulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.slf4j.LoggerFactory;

/**
 * Five nodes with {@link Formation} and stock Pekko Cluster below it, while nodes crash, are stopped and pause, links are
 * cut and slow, and clocks drift. Two things hold:
 *
 * <ul>
 *   <li><b>One at a time.</b> Any two majorities share a node, which is bound by its vote for {@link Vote#BINDING} and whose
 *       vote counts for {@link Vote#COUNTED}: so two nodes never form a cluster within the difference of both, unless a
 *       node began a new life between, for votes are not kept on disk.
 *   <li><b>One in the end.</b> When all is healed and every node runs, all five are members of one cluster.
 * </ul>
 *
 * <p>That there are never two at all is not promised: a node may form a cluster and be cut off before anybody joins. Such a
 * minority gives up its cluster when it meets the other's members.
 *
 * <p>Nor is the second when two lives of a node joined at different sides of a cut. Pekko downs by address and finds the
 * earlier life first ({@code ClusterCoreDaemon.downing}): once that is down, the later one is not downed any more, and while it
 * is unreachable and not down, the members never agree, remove nobody and let nobody in. {@link #endsWithTwoLives} tells this
 * end from others.
 */
final class FormationSimulation {

    static final Config CONFIG = ConfigFactory.parseString(
            """
            pekko.loglevel = OFF
            pekko.cluster.downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
            pekko.cluster.split-brain-resolver { active-strategy = keep-majority, stable-after = 7s }
            pekko.cluster.run-coordinated-shutdown-when-down = on
            """);

    /** The same, of nodes whose lives go on when they were downed. */
    static final Config OUTLIVING = Formation.OUTLIVING.withFallback(CONFIG);

    /** The same, of nodes that down nobody who is in nobody's way. */
    static final Config PATIENT =
            ConfigFactory.parseMap(PatientDowning.SETTINGS).withFallback(OUTLIVING);

    static final List<String> NAMES = List.of("n1", "n2", "n3", "n4", "n5");
    private static final Duration TROUBLE = ofSeconds(40);

    /** A drifting clock makes of the difference a little less. */
    private static final Duration APART_MIN =
            Vote.BINDING.minus(Vote.COUNTED).multipliedBy(8).dividedBy(10);

    private record Formed(String node, Duration at) {}

    private final ClusterSimulation sim;
    private final Path folder;
    private final List<Formed> formed = new ArrayList<>();
    private Duration lastNewLife = Duration.ZERO;
    private String tooClose = "";
    private boolean twoLives;
    private boolean asksToJoin;

    private FormationSimulation(ClusterSimulation sim, Path folder) {
        this.sim = sim;
        this.folder = folder;
    }

    /** One run, for whoever makes it by its class. */
    static final class Run implements Consumer<ClusterSimulation> {
        @Override
        public void accept(ClusterSimulation sim) {
            run(sim);
        }
    }

    /** One run. */
    static void run(ClusterSimulation sim) {
        run(sim, FormationSimulation::troubleThenOneCluster);
    }

    /**
     * One run that may also end so that all are stuck with two lives of a node.
     *
     * @return whether it has ended so
     */
    static boolean endsWithTwoLives(ClusterSimulation sim) {
        return run(sim, FormationSimulation::troubleThenOneClusterOrTwoLives).twoLives;
    }

    /** Five nodes become a cluster, and whoever asks goes on from there. */
    static void runFormed(ClusterSimulation sim, Runnable story) {
        run(sim, simulation -> {
            NAMES.forEach(name -> sim.node(name, simulation::guardian));
            simulation.awaitOneCluster();
            story.run();
            simulation.awaitOneCluster();
        });
    }

    /** A node joins by way of another, which can tell nobody of it and then crashes. */
    static void runWithoutWelcomer(ClusterSimulation sim) {
        run(sim, FormationSimulation::welcomerCrashes);
    }

    /** A node has formed a cluster of its own when another, which it had asked to join before, welcomes it. */
    static void runWelcomedLate(ClusterSimulation sim) {
        run(sim, FormationSimulation::welcomedLate);
    }

    private static FormationSimulation run(ClusterSimulation sim, Consumer<FormationSimulation> story) {
        Path folder = null;
        var log = (Logger) LoggerFactory.getLogger(Formation.class);
        var level = log.getLevel();
        boolean additive = log.isAdditive();
        var listener = new AppenderBase<ILoggingEvent>() {
            private FormationSimulation simulation;

            @Override
            protected void append(ILoggingEvent event) {
                if (event.getMessage().startsWith("Forming cluster")) {
                    simulation.formed(event.getMDCPropertyMap().getOrDefault("pekkoAddress", ""));
                } else if (event.getMessage().startsWith("Joining the cluster")) {
                    simulation.asksToJoin = true;
                }
            }
        };
        try {
            folder = Files.createTempDirectory("formation");
            var simulation = new FormationSimulation(sim, folder);
            listener.simulation = simulation;
            listener.start();
            log.setLevel(Level.INFO);
            log.setAdditive(false);
            log.addAppender(listener);
            simulation.begin();
            story.accept(simulation);
            return simulation;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            log.detachAppender(listener);
            log.setAdditive(additive);
            log.setLevel(level);
            delete(folder);
        }
    }

    private void begin() {
        sim.onNodeEnd(node -> sim.after(ofSeconds(3), () -> {
            if (!node.isUp()) {
                node.restart();
            }
        }));
        sim.afterEveryStep(
                "one forms a cluster at a time", () -> assertThat(tooClose).isEmpty());
    }

    private void trouble() {
        var random = sim.random("starts");
        List<ClusterNode<?>> nodes = new ArrayList<>();
        for (String name : NAMES) {
            nodes.add(sim.node(name, this::guardian));
            sim.runFor(ofMillis(random.nextInt(1_500)));
            if (random.nextInt(3) == 0) { // Some links are bad from the beginning.
                String other = NAMES.get(random.nextInt(nodes.size()));
                if (!other.equals(name)) {
                    sim.cut(name, other);
                    sim.cut(other, name);
                }
            }
        }
        sim.nemesis(
                TROUBLE,
                ofSeconds(4),
                Fault.partitions(),
                Fault.partitions(),
                Fault.slowLinks(ofMillis(1_000)),
                Fault.crashes(),
                Fault.stops(),
                Fault.pauses(),
                Fault.clockDrift(0.05));
        sim.runFor(TROUBLE.plusSeconds(1));
        sim.heal();
    }

    private void troubleThenOneCluster() {
        trouble();
        awaitOneCluster();
        sim.reached("formed " + formed.size() + " times");
    }

    private void troubleThenOneClusterOrTwoLives() {
        trouble();
        try {
            awaitOneCluster();
        } catch (AssertionError notOne) {
            twoLives = tooClose.isEmpty() && sim.nodes().stream().anyMatch(FormationSimulation::isStuckWithTwoLives);
            if (!twoLives) {
                throw notOne;
            }
        }
    }

    /** Whether the node sees an earlier life of a node down, and a later one that is unreachable, and not down. */
    private static boolean isStuckWithTwoLives(ClusterNode<?> node) {
        if (!node.isUp()) {
            return false;
        }
        var state = node.cluster().state();
        var addressesDown = StreamSupport.stream(state.getMembers().spliterator(), false)
                .filter(member -> member.status() == MemberStatus.down())
                .map(Member::address)
                .collect(Collectors.toSet());
        return state.getUnreachable().stream()
                .filter(member -> member.status() != MemberStatus.down())
                .map(Member::address)
                .anyMatch(addressesDown::contains);
    }

    private void awaitOneCluster() {
        sim.runUntil(
                () -> sim.nodes().stream().allMatch(node -> node.membersUp().equals(Set.copyOf(NAMES))),
                ofSeconds(180));
    }

    private void welcomerCrashes() {
        var others = Set.of("n1", "n2", "n3");
        others.stream().sorted().forEach(name -> sim.node(name, this::guardian));
        sim.node("n4", this::guardian);
        sim.runUntil(
                () -> sim.nodes().stream().allMatch(node -> node.membersUp().size() == 4), ofSeconds(60));
        var welcomed = sim.node("n5", this::guardian);
        sim.partition(others, Set.of("n4", "n5"));
        sim.runUntil(() -> welcomed.cluster().selfMember().status() == MemberStatus.joining(), ofSeconds(20));
        sim.crash("n4");
        sim.restart("n4"); // Asks n5 to join, which takes its earlier life for down then, and waits for nobody.
        sim.runFor(ofSeconds(2));
        sim.heal();
        awaitOneCluster();
    }

    private void welcomedLate() {
        List.of("n1", "n2", "n3").forEach(name -> sim.node(name, this::guardian));
        sim.runUntil(() -> formed.size() == 1, ofSeconds(30));
        sim.partition(Set.of("n1"), Set.of("n3"));
        sim.network("n2", "n1", new NetworkConditions(ofMillis(400), ofMillis(400), 0, 0));
        sim.runUntil(() -> asksToJoin, ofSeconds(10));
        sim.runFor(ofMillis(600)); // n1 has answered that it can be joined, and the request to join is on its way.
        sim.node("n1").pause();
        sim.node("n4", this::guardian);
        sim.runUntil(() -> formed.size() == 2, ofSeconds(60));
        assertThat(formed.get(1).node()).contains("n2");
        sim.partition(Set.of("n2"), Set.of("n3", "n4"));
        sim.mend("n1", "n3");
        sim.mend("n3", "n1");
        sim.node("n1").resume();
        sim.runUntil(() -> sim.node("n1").membersUp().contains("n2"), ofSeconds(10));
        assertThat(sim.node("n2").membersUp()).containsExactly("n2");
        sim.runUntil(() -> sim.node("n4").cluster().selfMember().status() == MemberStatus.joining(), ofSeconds(10));
        sim.heal();
        sim.node("n5", this::guardian);
        awaitOneCluster();
    }

    private Behavior<Formation.Outcome> guardian(ClusterNodeContext node) {
        lastNewLife = sim.now();
        return Behaviors.setup(context -> {
            context.spawn(
                    Formation.create(settings(node.name()), "data-" + node.name(), node.nanoClock(), context.getSelf()),
                    Formation.NAME);
            return Behaviors.receiveMessage(outcome -> {
                if (outcome instanceof Formation.Refused refused) {
                    throw new IllegalStateException(refused.why());
                }
                Ending.shutDown(context.getSystem(), new Ending.Downed());
                return Behaviors.same();
            });
        });
    }

    private NodeSettings settings(String name) {
        var members = NAMES.stream()
                .map(member -> new NodeSettings.Member(member, member, 25520))
                .toList();
        try {
            var data = Files.createDirectories(folder.resolve(name));
            return new NodeSettings(
                    "simulated",
                    name,
                    Set.of(),
                    members,
                    data,
                    List.of(),
                    false,
                    List.of(),
                    new Endpoint("pekko", name, 25520),
                    new Endpoint("pekko", name, 25520),
                    Optional.empty(),
                    false,
                    List.of(),
                    ConfigFactory.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void formed(String node) {
        if (!formed.isEmpty()) {
            var before = formed.get(formed.size() - 1);
            boolean apart = sim.now().minus(before.at()).compareTo(APART_MIN) >= 0;
            boolean votesForgotten = lastNewLife.compareTo(before.at().minus(Vote.COUNTED)) >= 0;
            if (!apart && !votesForgotten) {
                tooClose = node + " at " + sim.now() + ", and " + before.node() + " at " + before.at();
            }
        }
        formed.add(new Formed(node, sim.now()));
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
