package io.troupe.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Lets faults happen at random for a time, overlapping as they come, and cures all of them at its end. Every strike has
 * its number and a random stream of its own, so that leaving some out (see {@link FaultFilter}) leaves the others as they
 * were.
 */
public final class Nemesis {

    private final FaultyNetwork network;
    private final World world;
    private final List<? extends FaultyNode> nodes;
    private final Fault[] faults;
    private final FaultFilter filter;
    private final Map<Integer, Fault.Inflicted> open = new LinkedHashMap<>();
    private final List<String> struck = new ArrayList<>();

    public Nemesis(
            FaultyNetwork network, World world, List<? extends FaultyNode> nodes, FaultFilter filter, Fault... faults) {
        this.network = network;
        this.world = world;
        this.nodes = List.copyOf(nodes);
        this.filter = filter;
        this.faults = faults.clone();
    }

    /** Plans the strikes of the next {@code length}. */
    public void begin(Duration length, Duration interval) {
        var timing = world.random("nemesis timing");
        long from = world.nowNanos();
        long until = from + length.toNanos();
        long at = from;
        for (int number = 0; ; number++) {
            at += Math.max(1, (long) (-Math.log(1 - timing.nextDouble()) * interval.toNanos()));
            long lasts = (long) ((0.1 + timing.nextDouble() * 3) * interval.toNanos());
            if (at >= until) {
                break;
            }
            if (filter.allows(number)) {
                plan(number, at, Math.min(at + lasts, until));
            }
        }
        world.at(until, world.outside(), this::calm);
    }

    private void plan(int number, long at, long until) {
        RandomGenerator random = world.random("nemesis strike " + number);
        world.at(at, world.outside(), () -> faults[random.nextInt(faults.length)]
                .inflict(network, nodes, random)
                .ifPresent(inflicted -> {
                    open.put(number, inflicted);
                    struck.add("#%d %.3f to %.3f s: %s"
                            .formatted(number, world.nowNanos() / 1e9, until / 1e9, inflicted.what()));
                    world.trace().event(world.nowNanos(), Mark.FAULT, "", "fault #" + number + ": " + inflicted.what());
                    world.at(until, world.outside(), () -> cure(number));
                }));
    }

    private void cure(int number) {
        var inflicted = open.remove(number);
        if (inflicted != null) {
            world.trace().event(world.nowNanos(), Mark.FAULT, "", "end of fault #" + number);
            inflicted.cure().run();
        }
    }

    private void calm() {
        List.copyOf(open.keySet()).forEach(this::cure);
    }

    /** What has been done so far, one line a strike. */
    public List<String> struck() {
        return List.copyOf(struck);
    }
}
