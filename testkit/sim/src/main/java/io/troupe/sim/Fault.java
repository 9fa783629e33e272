package io.troupe.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Something that goes wrong for a while. The {@link Nemesis} decides when, and for how long. */
public interface Fault {

    /**
     * @param what for the trace
     * @param cure undoes it
     */
    record Inflicted(String what, Runnable cure) {}

    /** Does it now, choosing victims with {@code random}; empty when there is nobody to do it to. */
    Optional<Inflicted> inflict(FaultyNetwork network, List<? extends FaultyNode> nodes, RandomGenerator random);

    /** The nodes fall into two parts that do not hear each other; sometimes only one side is deaf. */
    static Fault partitions() {
        return (network, nodes, random) -> {
            if (nodes.size() < 2) {
                return Optional.empty();
            }
            Set<String> side = new HashSet<>();
            int size = 1 + random.nextInt(nodes.size() / 2);
            while (side.size() < size) {
                side.add(any(nodes, random).name());
            }
            boolean outward = random.nextInt(4) != 0;
            boolean inward = !outward || random.nextInt(4) != 0;
            List<Runnable> cures = new ArrayList<>();
            for (var in : nodes) {
                for (var out : nodes) {
                    if (side.contains(in.name()) && !side.contains(out.name())) {
                        if (outward) {
                            network.cut(in.name(), out.name());
                            cures.add(() -> network.mend(in.name(), out.name()));
                        }
                        if (inward) {
                            network.cut(out.name(), in.name());
                            cures.add(() -> network.mend(out.name(), in.name()));
                        }
                    }
                }
            }
            String way = outward && inward ? "both ways" : outward ? "outward" : "inward";
            return Optional.of(new Inflicted(
                    "partition of " + side.stream().sorted().toList() + " " + way, () -> cures.forEach(Runnable::run)));
        };
    }

    /** A node crashes, and is started again later. */
    static Fault crashes() {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.crash();
            return new Inflicted("crash of " + victim.name(), () -> {
                if (!victim.isUp()) {
                    victim.restart();
                }
            });
        });
    }

    /** A node is stopped in good order, as for an upgrade, and started again later; killed when it will not end. */
    static Fault stops() {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.stop();
            return new Inflicted("stop of " + victim.name(), () -> {
                if (victim.isUp()) {
                    victim.crash();
                }
                victim.restart();
            });
        });
    }

    /** A node stands still, as in a long garbage collection. */
    static Fault pauses() {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.pause();
            return new Inflicted("pause of " + victim.name(), () -> {
                if (victim.isPaused()) {
                    victim.resume();
                }
            });
        });
    }

    /** A node's clock runs too fast or too slow, by up to {@code shareMax} (0.2 is a fifth). */
    static Fault clockDrift(double shareMax) {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            double rate = 1 + shareMax * (2 * random.nextDouble() - 1);
            victim.clockRate(rate);
            return new Inflicted("clock of " + victim.name() + " at " + rate, () -> {
                if (victim.isUp()) {
                    victim.clockRate(1);
                }
            });
        });
    }

    /** A node's calendar clock is wrong, by up to {@code skewMax} in either direction. */
    static Fault clockSkew(Duration skewMax) {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            var skew = Duration.ofNanos((long) (skewMax.toNanos() * (2 * random.nextDouble() - 1)));
            victim.clockSkew(skew);
            return new Inflicted("calendar clock of " + victim.name() + " off by " + skew, () -> {
                if (victim.isUp()) {
                    victim.clockSkew(Duration.ZERO);
                }
            });
        });
    }

    /** Every link loses, doubles and delays some of what it carries. */
    static Fault badNetwork(double lossMax, Duration latencyMax) {
        return (network, nodes, random) -> {
            var bad = NetworkConditions.good()
                    .withLoss(lossMax * random.nextDouble())
                    .withDuplication(lossMax * random.nextDouble())
                    .withLatency(Duration.ZERO, Duration.ofNanos(1 + random.nextLong(latencyMax.toNanos())));
            network.network(bad);
            return Optional.of(new Inflicted("bad network " + bad, () -> network.network(NetworkConditions.good())));
        };
    }

    /** Some links, each in one direction, are slow: what they carry takes up to {@code latencyMax}. */
    static Fault slowLinks(Duration latencyMax) {
        return (network, nodes, random) -> {
            var slow = NetworkConditions.good()
                    .withLatency(Duration.ZERO, Duration.ofNanos(1 + random.nextLong(latencyMax.toNanos())));
            List<String> links = new ArrayList<>();
            List<Runnable> cures = new ArrayList<>();
            for (var from : nodes) {
                for (var to : nodes) {
                    if (!from.name().equals(to.name()) && random.nextInt(4) == 0) {
                        network.network(from.name(), to.name(), slow);
                        links.add(from.name() + " -> " + to.name());
                        cures.add(() -> network.networkAsElsewhere(from.name(), to.name()));
                    }
                }
            }
            return links.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Inflicted("slow links " + links + " " + slow, () -> cures.forEach(Runnable::run)));
        };
    }

    /** A node's disk is slow. */
    static Fault slowDisks(Duration latencyMax) {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.disk(DiskConditions.good()
                    .withLatency(Duration.ZERO, Duration.ofNanos(1 + random.nextLong(latencyMax.toNanos()))));
            return new Inflicted("slow disk of " + victim.name(), () -> victim.disk(DiskConditions.good()));
        });
    }

    /** Some of a node's writes fail. What the application does then (stop, mostly) is its own affair. */
    static Fault failingDisks(double shareMax) {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.disk(DiskConditions.good().withFailures(shareMax * random.nextDouble()));
            return new Inflicted("failing disk of " + victim.name(), () -> victim.disk(DiskConditions.good()));
        });
    }

    /** A node's disk has no room for anything more. */
    static Fault fullDisks() {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.disk(DiskConditions.good().withoutRoom());
            return new Inflicted("full disk of " + victim.name(), () -> victim.disk(DiskConditions.good()));
        });
    }

    /**
     * A bit of what a node has on its disk flips, which it finds out when it reads it next, mostly after a restart. There
     * is no cure: a node may fail to start from now on, see {@link Simulation#onNodeDeath}.
     */
    static Fault bitRot() {
        return (network, nodes, random) -> {
            var victim = any(nodes, random);
            return victim.rot().map(what -> new Inflicted("bit rot on " + victim.name() + ": " + what, () -> {}));
        };
    }

    /** Slow, failing and full disks: all that a disk does and that heals again. */
    static Fault diskFaults() {
        Fault[] kinds = {slowDisks(Duration.ofMillis(100)), failingDisks(0.2), fullDisks()};
        return (network, nodes, random) -> kinds[random.nextInt(kinds.length)].inflict(network, nodes, random);
    }

    private static FaultyNode any(List<? extends FaultyNode> nodes, RandomGenerator random) {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private static Optional<FaultyNode> anyUp(List<? extends FaultyNode> nodes, RandomGenerator random) {
        List<FaultyNode> up = new ArrayList<>();
        for (var node : nodes) {
            if (node.isUp() && !node.isPaused()) {
                up.add(node);
            }
        }
        return up.isEmpty() ? Optional.empty() : Optional.of(any(up, random));
    }
}
