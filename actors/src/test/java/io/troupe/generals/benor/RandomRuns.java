package io.troupe.generals.benor;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.generals.benor.BenOr.Command;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Ben-Or's processes under schedules drawn at random, up to f of them falling silent at any time: agreement, validity, and
 * an end to each run.
 */
final class RandomRuns implements Runnable {

    private static final int EVENTS_MAX = 100_000;

    @Override
    public void run() {
        rounds(3_000);
    }

    /** How many of that many runs were over in which round. */
    static SortedMap<Integer, Integer> rounds(int runs) {
        SortedMap<Integer, Integer> rounds = new TreeMap<>();
        for (int seed = 0; seed < runs; seed++) {
            rounds.merge(run(seed), 1, Integer::sum);
        }
        return rounds;
    }

    private static int run(long seed) {
        var random = new Random(seed);
        int n = 3 + random.nextInt(3);
        int f = (n - 1) / 2;
        List<BenOrProcess> processes = new ArrayList<>();
        List<Deque<Command>> links = new ArrayList<>();
        Set<Integer> inputs = new TreeSet<>();
        for (int i = 0; i < n * n; i++) {
            links.add(new ArrayDeque<>());
        }
        boolean same = random.nextInt(4) == 0;
        for (int p = 0; p < n; p++) {
            int input = same ? (int) (seed & 1) : random.nextInt(2);
            inputs.add(input);
            var step = BenOrProcess.start(p, n, f, input);
            processes.add(step.process());
            send(links, n, p, step.broadcast());
        }
        Set<Integer> crashed = new TreeSet<>();
        int slow = random.nextInt(n);
        for (int event = 0; event < EVENTS_MAX; event++) {
            if (crashed.size() < f && random.nextInt(100) == 0) {
                crashed.add(random.nextInt(n));
            }
            List<Integer> possible = new ArrayList<>();
            for (int link = 0; link < links.size(); link++) {
                boolean isHeldUp = (link / n == slow || link % n == slow) && random.nextInt(8) > 0;
                if (!links.get(link).isEmpty() && !crashed.contains(link % n) && !isHeldUp) {
                    possible.add(link);
                }
            }
            boolean isOver = true;
            for (int p = 0; p < n; p++) {
                isOver &= crashed.contains(p) || processes.get(p).hasDecided();
            }
            if (isOver) {
                return processes.stream().mapToInt(BenOrProcess::round).max().orElse(0);
            }
            if (!possible.isEmpty()) {
                int link = possible.get(random.nextInt(possible.size()));
                int to = link % n;
                var step = processes.get(to).receive(links.get(link).remove(), () -> random.nextInt(2));
                processes.set(to, step.process());
                send(links, n, to, step.broadcast());
                check(seed, processes, inputs);
            }
        }
        throw new AssertionError("seed " + seed + ": not over after " + EVENTS_MAX + " events");
    }

    private static void send(List<Deque<Command>> links, int n, int from, List<Command> messages) {
        for (int to = 0; to < n; to++) {
            if (to != from) {
                links.get(from * n + to).addAll(messages);
            }
        }
    }

    private static void check(long seed, List<BenOrProcess> processes, Set<Integer> inputs) {
        Set<Integer> decisions = new TreeSet<>();
        processes.stream().filter(BenOrProcess::hasDecided).forEach(process -> decisions.add(process.decision()));
        if (decisions.size() > 1 || !inputs.containsAll(decisions)) {
            assertThat(decisions)
                    .as("seed %d: agreement; inputs %s", seed, inputs)
                    .hasSizeLessThan(2);
            assertThat(inputs).as("seed %d: validity", seed).containsAll(decisions);
        }
    }
}
