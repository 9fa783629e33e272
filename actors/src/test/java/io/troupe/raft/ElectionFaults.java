package io.troupe.raft;

import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Five servers that lose leader after leader, most of them as soon as they lead, in weather where a candidate's request may
 * come several election timeouts late: when another candidate of the same term has had the vote for long, has led and is
 * forgotten, or the voter has started again meanwhile. A vote must be remembered through all that. That a server supports
 * nobody for an election timeout after it heard a leader, or started, hides for that long whether it is.
 */
final class ElectionFaults implements Consumer<Simulation> {

    private static final Duration FAULTS = Duration.ofSeconds(12);
    private static final Duration CALM = Duration.ofMillis(500);
    private static final Duration SOME_FALL_BEHIND = Duration.ofMillis(100);
    private static final Duration STORM = Duration.ofMillis(2_400);

    @Override
    public void accept(Simulation sim) {
        new Elections(sim, new WatchedGroup(sim, 5), sim.random("elections")).run();
    }

    private record Elections(Simulation sim, WatchedGroup group, RandomGenerator random) {

        void run() {
            group.onCandidate(this::asksTwoOfThemLate);
            while (sim.now().compareTo(FAULTS) < 0) {
                sim.runFor(CALM);
                group.leader().ifPresent(this::isAheadOfTwo);
                sim.runFor(SOME_FALL_BEHIND);
                storm();
            }
            group.finish();
        }

        /** They will follow whoever leads next, and have nothing of it for a while. */
        private void isAheadOfTwo(String leader) {
            List<String> others = othersThan(leader);
            int first = random.nextInt(others.size());
            sim.cut(leader, others.get(first));
            sim.cut(leader, others.get((first + 1) % others.size()));
        }

        private void storm() {
            sim.network(NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofMillis(150)));
            group.leader().ifPresent(leader -> startsAgain(leader, 100 + random.nextLong(1_000)));
            Duration end = sim.now().plus(STORM);
            while (sim.now().compareTo(end) < 0) {
                Optional<String> before = group.leader();
                sim.runFor(Duration.ofMillis(20));
                group.leader()
                        .filter(leader -> !before.equals(Optional.of(leader)))
                        .filter(leader -> random.nextInt(4) > 0)
                        .ifPresent(leader ->
                                after(random.nextLong(100), () -> startsAgain(leader, 100 + random.nextLong(1_000))));
            }
            sim.heal();
            for (String from : group.names) {
                othersThan(from).forEach(to -> sim.networkAsElsewhere(from, to));
            }
            sim.network(NetworkConditions.good());
        }

        private void asksTwoOfThemLate(String candidate) {
            if (sim.now().compareTo(FAULTS) >= 0) {
                return;
            }
            List<String> others = othersThan(candidate);
            int first = random.nextInt(others.size());
            var late = NetworkConditions.good().withLatency(Duration.ofMillis(300), Duration.ofMillis(1_200));
            sim.network(candidate, others.get(first), late);
            sim.network(candidate, others.get((first + 1) % others.size()), late);
            if (random.nextInt(3) == 0) {
                after(5 + random.nextLong(100), () -> startsAgain(others.get(first), 1 + random.nextLong(20)));
            }
        }

        private List<String> othersThan(String name) {
            return group.names.stream().filter(other -> !other.equals(name)).toList();
        }

        private void startsAgain(String name, long millis) {
            Node<?> node = group.nodes.get(name);
            if (node.isUp()) {
                node.crash();
                after(millis, () -> {
                    if (!node.isUp()) {
                        node.restart();
                    }
                });
            }
        }

        private void after(long millis, Runnable action) {
            sim.after(Duration.ofMillis(millis), action);
        }
    }
}
