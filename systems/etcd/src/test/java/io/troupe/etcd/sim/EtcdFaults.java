package io.troupe.etcd.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftEngine;
import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Five nodes with a client at each, three watches of everything, one of them by a slow reader, and for a while whatever
 * fails: partitions, crashes, pauses, drifting clocks, a bad network, slow and failing disks.
 */
final class EtcdFaults implements Consumer<Simulation> {

    private static final String SMALL_SNAPSHOTS =
            """
            troupe.raft.snapshot-entries = 40
            troupe.raft.retained-entries = 5
            troupe.paxos.snapshot-entries = 40
            troupe.paxos.retained-entries = 5
            troupe.paxos.max-clock-drift = 0.2
            """;

    private static final double DRIFT = 0.2;
    private static final Duration FAULTY = Duration.ofSeconds(15);

    /** The longest TTL is 5 s; a new lessor begins it anew; 250 ms between looks; the slowest clock takes a fifth longer. */
    private static final Duration LEASES_END = Duration.ofSeconds(20);

    /** For what was committed last to reach every replica. */
    private static final Duration CALM = Duration.ofSeconds(1);

    private final String engine;

    EtcdFaults() {
        this(RaftEngine.NAME);
    }

    /** @param engine what orders the store's commands */
    EtcdFaults(String engine) {
        this.engine = engine;
    }

    @Override
    public void accept(Simulation sim) {
        var cluster = new EtcdCluster(sim, engine, 5, 3, 1 + DRIFT, SMALL_SNAPSHOTS);
        sim.nemesis(
                FAULTY,
                Duration.ofSeconds(1),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.clockDrift(DRIFT),
                Fault.badNetwork(0.1, Duration.ofMillis(100)),
                Fault.slowDisks(Duration.ofMillis(100)),
                Fault.failingDisks(0.3));
        sim.runFor(FAULTY);
        sim.heal();
        settle(sim, cluster);
    }

    static EtcdCluster withoutFaults(Simulation sim, String engine) {
        var cluster = new EtcdCluster(sim, engine, 3, 2, 1, SMALL_SNAPSHOTS);
        sim.runFor(FAULTY);
        assertThat(cluster.record().answered()).isGreaterThan(150);
        assertThat(cluster.record().leases()).anyMatch(lease -> lease.ended.isPresent());
        settle(sim, cluster);
        return cluster;
    }

    /** When nobody renews or writes any more, everything comes to rest: followers have seen all, leases are gone. */
    private static void settle(Simulation sim, EtcdCluster cluster) {
        var record = cluster.record();
        int answered = record.answered();
        sim.runUntil(() -> record.answered() > answered + 20, Duration.ofSeconds(30));
        record.rest();
        sim.runUntil(() -> record.leases().stream().allMatch(lease -> lease.ended.isPresent()), LEASES_END);
        sim.runFor(CALM);
        assertThat(record.leases()).as("leases nobody renewed").allMatch(lease -> lease.ended.isPresent());
        assertThat(record.violations()).isEmpty();
        long last = record.lastRevision();
        assertThat(cluster.followers())
                .as("watches that have seen all up to " + last)
                .allMatch(follower -> follower.next() == last + 1);
        cluster.followers().forEach(follower -> follower.verify(record));
        assertThat(record.violations()).isEmpty();
        assertThat(record.findings()).isEmpty();
        assertThat(record.atRest()).as("what each replica shows at the end").hasSize(1);
    }
}
