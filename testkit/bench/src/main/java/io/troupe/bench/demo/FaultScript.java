package io.troupe.bench.demo;

import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What is done to the cluster while the load runs, each step at its second: the leader is killed, comes back, the next
 * leader is killed, comes back, and then whoever leads is cut off from the others until the partition heals.
 */
final class FaultScript {

    /** One fault and how long nobody got an answer because of it. */
    record Fault(String what, Duration silence) {}

    private record Step(Duration at, Consumer<Optional<Leader>> action) {}

    /** @param term the highest in which any node that answers says it leads */
    record Leader(String node, long term) {}

    private final LocalCluster cluster;
    private final String group;
    private final Consumer<String> say;
    private final Availability availability;
    private final List<Step> steps;
    private final List<Fault> faults = new ArrayList<>();
    private Optional<String> victim = Optional.empty();
    private Optional<String> running = Optional.empty();
    private int next;

    FaultScript(LocalCluster cluster, String group, Availability availability, Consumer<String> say) {
        this.cluster = cluster;
        this.group = group;
        this.availability = availability;
        this.say = say;
        this.steps = List.of(
                new Step(Duration.ofSeconds(8), this::killLeader),
                new Step(Duration.ofSeconds(16), this::restartVictim),
                new Step(Duration.ofSeconds(26), this::killLeader),
                new Step(Duration.ofSeconds(34), this::restartVictim),
                new Step(Duration.ofSeconds(46), this::cutOffLeader),
                new Step(Duration.ofSeconds(58), this::heal));
    }

    /** When the last step has settled. */
    static Duration duration() {
        return Duration.ofSeconds(70);
    }

    /** Carries out the next step when it is due. A fault on the leader waits until there is one. */
    void advance(Duration elapsed, Optional<Leader> leader) {
        if (next < steps.size() && elapsed.compareTo(steps.get(next).at()) >= 0) {
            steps.get(next).action().accept(leader);
        }
    }

    boolean isDone() {
        return next == steps.size();
    }

    /** Ends the observation of the last fault. */
    List<Fault> faults() {
        endFault();
        return List.copyOf(faults);
    }

    static Optional<Leader> leaderOf(List<NodeState> nodes, String group) {
        return nodes.stream()
                .map(NodeState::status)
                .filter(Objects::nonNull)
                .flatMap(status -> status.groups().stream()
                        .filter(replica ->
                                replica.group().equals(group) && replica.role().equals("LEADER"))
                        .map(replica -> new Leader(status.node(), replica.term())))
                .max(Comparator.comparingLong(Leader::term));
    }

    private void killLeader(Optional<Leader> leader) {
        leader.ifPresent(leading -> {
            begin("kill -9 " + leading.node() + ", the leader of term " + leading.term());
            victim = Optional.of(leading.node());
            cluster.kill(leading.node());
            next++;
        });
    }

    private void restartVictim(Optional<Leader> leader) {
        victim.ifPresent(node -> {
            say.accept("restart " + node);
            cluster.start(node);
        });
        next++;
    }

    private void cutOffLeader(Optional<Leader> leader) {
        leader.ifPresent(leading -> {
            var others = cluster.nodeIds().stream()
                    .filter(node -> !node.equals(leading.node()))
                    .toList();
            begin("partition " + leading.node() + " / " + String.join(",", others) + ": the leader of term "
                    + leading.term() + " is cut off");
            victim = Optional.of(leading.node());
            cluster.partition(List.of(List.of(leading.node()), others));
            next++;
        });
    }

    /** The cut-off node may have downed itself in its minority, and then it starts again. */
    private void heal(Optional<Leader> leader) {
        say.accept("heal");
        cluster.heal();
        victim.filter(node -> !cluster.isRunning(node)).ifPresent(node -> {
            say.accept("restart " + node + ", which had downed itself in its minority");
            cluster.start(node);
        });
        next++;
    }

    private void begin(String what) {
        endFault();
        running = Optional.of(what);
        say.accept(what);
    }

    private void endFault() {
        var silence = availability.longestGapOfWindow(System.nanoTime());
        running.ifPresent(what -> faults.add(new Fault(what, silence)));
        running = Optional.empty();
    }
}
