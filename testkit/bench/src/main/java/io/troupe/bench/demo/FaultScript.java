package io.troupe.bench.demo;

import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import io.troupe.cluster.local.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What is done to the cluster while the load runs: the leader is killed, comes back, the next leader is killed, comes
 * back, and then whoever leads is cut off from the others until the partition heals. A fault waits until every node has
 * recovered from the one before, so that a majority is always there to go on.
 */
final class FaultScript {

    /** One fault and how long nobody got an answer because of it. */
    record Fault(String what, Duration silence) {}

    /** @param term the highest in which any node that answers says it leads */
    record Leader(String node, long term) {}

    /** The cluster as seen from outside at one moment. */
    record Scene(Duration elapsed, List<NodeState> nodes, Optional<Leader> leader) {
        static Scene of(Duration elapsed, List<NodeState> nodes, String group) {
            return new Scene(elapsed, nodes, leaderOf(nodes, group));
        }

        private static Optional<Leader> leaderOf(List<NodeState> nodes, String group) {
            return nodes.stream()
                    .map(NodeState::status)
                    .filter(Objects::nonNull)
                    .flatMap(status -> status.groups().stream()
                            .filter(replica -> replica.group().equals(group)
                                    && replica.role().equalsIgnoreCase("leader"))
                            .map(replica -> new Leader(status.node(), replica.term())))
                    .max(Comparator.comparingLong(Leader::term));
        }

        /** Every node answers, whatever it says: none is between two lives. */
        boolean isAnswering() {
            return nodes.stream().allMatch(node -> node.status() != null);
        }

        boolean isWhole() {
            return leader.isPresent() && nodes.stream().allMatch(NodeState::isReady);
        }
    }

    /**
     * @param pause at least this long after the step before
     * @param when what the step waits for
     */
    private record Step(Duration pause, Predicate<Scene> when, Consumer<Scene> action) {}

    /**
     * How long things last, at least.
     *
     * @param calm before each fault and after the last, from when the nodes have recovered
     * @param dead from a kill until the node is started again
     * @param cutOff from the partition until it heals
     */
    record Pauses(Duration calm, Duration dead, Duration cutOff) {
        static final Pauses FULL = new Pauses(Duration.ofSeconds(6), Duration.ofSeconds(6), Duration.ofSeconds(10));
        static final Pauses QUICK = new Pauses(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    private final LocalCluster cluster;
    private final Availability availability;
    private final Consumer<String> say;
    private final List<Step> steps;
    private final List<Fault> faults = new ArrayList<>();
    private Optional<String> running = Optional.empty();
    private String victim = "";
    private Duration lastStep = Duration.ZERO;
    private int next;

    FaultScript(LocalCluster cluster, Availability availability, Pauses pauses, Consumer<String> say) {
        this.cluster = cluster;
        this.availability = availability;
        this.say = say;
        this.steps = List.of(
                new Step(pauses.calm(), Scene::isWhole, this::killLeader),
                new Step(pauses.dead(), scene -> true, scene -> restartVictim()),
                new Step(pauses.calm(), Scene::isWhole, this::killLeader),
                new Step(pauses.dead(), scene -> true, scene -> restartVictim()),
                new Step(pauses.calm(), Scene::isWhole, this::cutOffLeader),
                new Step(pauses.cutOff(), Scene::isAnswering, scene -> heal()),
                new Step(pauses.calm(), Scene::isWhole, scene -> endFault()));
    }

    /** Carries out the next step when it is due; one that fails, because a node does not answer, is tried again. */
    void advance(Scene scene) {
        if (isDone()) {
            return;
        }
        Step step = steps.get(next);
        boolean due = scene.elapsed().minus(lastStep).compareTo(step.pause()) >= 0;
        if (due && step.when().test(scene)) {
            try {
                step.action().accept(scene);
                lastStep = scene.elapsed();
                next++;
            } catch (LocalClusterException e) {
                say.accept("not yet: " + e.getMessage());
            }
        }
    }

    boolean isDone() {
        return next == steps.size();
    }

    /** What was done, and the silence after each; of the last fault, up to now. */
    List<Fault> faults() {
        endFault();
        return List.copyOf(faults);
    }

    private void killLeader(Scene scene) {
        Leader leader = scene.leader().orElseThrow();
        begin("kill -9 " + leader.node() + ", the leader of term " + leader.term());
        victim = leader.node();
        cluster.kill(victim);
    }

    private void restartVictim() {
        say.accept("restart " + victim);
        cluster.start(victim);
    }

    private void cutOffLeader(Scene scene) {
        Leader leader = scene.leader().orElseThrow();
        List<String> others = cluster.nodeIds().stream()
                .filter(node -> !node.equals(leader.node()))
                .toList();
        begin("partition " + leader.node() + " / " + String.join(",", others) + ": the leader of term " + leader.term()
                + " is cut off");
        victim = leader.node();
        cluster.partition(List.of(List.of(victim), others));
    }

    /**
     * The node that was cut off may have downed itself in its minority; it then begins a new life and rejoins. Between
     * two lives nobody hears the switch, so the step waits until every node answers.
     */
    private void heal() {
        cluster.heal();
        say.accept("heal");
    }

    private void begin(String what) {
        endFault();
        running = Optional.of(what);
        say.accept(what);
    }

    private void endFault() {
        Duration silence = availability.longestGapOfWindow(System.nanoTime());
        running.ifPresent(what -> faults.add(new Fault(what, silence)));
        running = Optional.empty();
    }
}
