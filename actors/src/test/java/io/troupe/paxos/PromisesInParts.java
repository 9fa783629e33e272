package io.troupe.paxos;

import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Five acceptors, of which two choose a value and four must promise. Master after master reaches one other alone, over a network so
 * slow that this one has voted for much more than it knows to be decided, and crashes. Whoever stands then must hear of all that
 * from that one; its promise takes several messages, of which some are lost and others overtaken.
 */
final class PromisesInParts implements Consumer<Simulation> {

    private static final Duration FAULTS = Duration.ofSeconds(10);
    private static final Duration CALM = Duration.ofMillis(500);
    private static final Duration ELECTION = Duration.ofMillis(1_500);

    /** A message has 1 KiB at most, and every fourth command alone has nearly as much. */
    private static final String SETTINGS =
            "troupe.paxos { window = 32, max-batches-under-way = 16, phase2-quorum = 2 }";

    private static final NetworkConditions SLOW =
            NetworkConditions.good().withLatency(Duration.ofMillis(60), Duration.ofMillis(110));
    private static final NetworkConditions LOSING = NetworkConditions.good()
            .withLatency(Duration.ZERO, Duration.ofMillis(60))
            .withLoss(0.3);

    @Override
    public void accept(Simulation sim) {
        var group = new WatchedPaxosGroup(sim, 5, 5, SETTINGS);
        var faults = new NodeFaults(sim, group.nodes);
        RandomGenerator random = sim.random("masters");
        while (sim.now().compareTo(FAULTS) < 0) {
            sim.runFor(CALM);
            group.leader().ifPresent(master -> {
                faults.leaveAlone(master, another(group, master, random), ELECTION.toMillis());
                sim.network(SLOW);
                sim.runFor(Duration.ofMillis(200 + random.nextLong(200)));
                faults.crash(master, ELECTION.toMillis());
                sim.network(LOSING);
            });
            sim.runFor(ELECTION);
            faults.mend();
        }
        group.finish();
    }

    private static String another(WatchedPaxosGroup group, String master, RandomGenerator random) {
        List<String> others =
                group.names.stream().filter(name -> !name.equals(master)).toList();
        return others.get(random.nextInt(others.size()));
    }
}
