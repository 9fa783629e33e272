package io.troupe.cluster.local;

import io.troupe.cluster.node.NodeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for the nodes of a local cluster, telling how far they are. */
final class Readiness {

    private static final long POLL_MILLIS = 150;
    private static final Duration STILL_WAITING_EVERY = Duration.ofSeconds(5);

    private final LocalCluster cluster;
    private final Consumer<String> progress;

    Readiness(LocalCluster cluster, Consumer<String> progress) {
        this.cluster = cluster;
        this.progress = progress;
    }

    /** @return how all nodes were when the expected ones were ready */
    List<NodeState> await(List<String> expected, Duration timeout) {
        Set<String> ready = new TreeSet<>();
        long start = System.nanoTime();
        long told = start;
        while (true) {
            List<NodeState> states = cluster.status();
            for (NodeState state : states) {
                if (expected.contains(state.id()) && state.isReady() && ready.add(state.id())) {
                    progress.accept(state.id() + " is ready");
                }
                if (expected.contains(state.id()) && state.process() == NodeState.Process.GONE) {
                    throw new LocalClusterException(state.id() + " ended while it started: " + lastWords(state.id())
                            + " (all of it: " + cluster.log(state.id()) + ")");
                }
            }
            if (states.stream().filter(state -> expected.contains(state.id())).allMatch(NodeState::isReady)) {
                return states;
            }
            long now = System.nanoTime();
            if (now - start > timeout.toNanos()) {
                throw new LocalClusterException("Not ready after " + timeout.toSeconds() + " s: " + waitingFor(states)
                        + ". See: " + Hint.command("logs " + notReady(states), cluster.folder()));
            }
            if (now - told > STILL_WAITING_EVERY.toNanos()) {
                told = now;
                progress.accept("waiting for " + waitingFor(states));
            }
            pause();
        }
    }

    private static String notReady(List<NodeState> states) {
        return states.stream()
                .filter(Predicate.not(NodeState::isReady))
                .map(NodeState::id)
                .findFirst()
                .orElse("NODE");
    }

    private static String waitingFor(List<NodeState> states) {
        List<String> reasons = new ArrayList<>();
        for (NodeState state : states) {
            if (!state.isReady() && state.process() == NodeState.Process.RUNNING) {
                reasons.add(state.id() + " (" + reason(state.status()) + ")");
            }
        }
        return String.join(", ", reasons);
    }

    private static String reason(@Nullable NodeStatus status) {
        if (status == null) {
            return "does not answer yet";
        }
        if (!status.membership().equals("Up")) {
            return "membership " + status.membership();
        }
        return status.systems().stream()
                .filter(Predicate.not(NodeStatus.Hosted::ready))
                .map(hosted -> hosted.system() + ": " + hosted.detail())
                .findFirst()
                .orElse("almost");
    }

    /** What a node that ended said last: its error line when there is one. */
    private String lastWords(String node) {
        try {
            List<String> lines = Files.readAllLines(cluster.log(node));
            for (int i = lines.size() - 1; i >= 0; i--) {
                if (lines.get(i).startsWith("troupe: ")) {
                    return lines.get(i).substring("troupe: ".length());
                }
            }
            return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "its log cannot be read";
        }
    }

    static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("Interrupted while waiting for the cluster", e);
        }
    }
}
