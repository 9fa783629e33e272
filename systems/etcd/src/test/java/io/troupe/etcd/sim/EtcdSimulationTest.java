package io.troupe.etcd.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.slf4j.LoggerFactory;

/**
 * The store, its watches and its leases on five nodes of a simulation, whatever fails: what clients are told is one
 * history of revisions, who watches sees each change once and in order over all reconnections or is told that it is
 * compacted, and a lease lives its TTL after the last renewal that was answered, by the fastest clock, and not for ever.
 */
class EtcdSimulationTest {

    private static final String SMALL_SNAPSHOTS =
            """
            troupe.raft.snapshot-entries = 40
            troupe.raft.retained-entries = 5
            """;

    private static final double DRIFT = 0.2;
    private static final Duration FAULTY = Duration.ofSeconds(15);

    /** The longest TTL is 5 s; a new lessor begins it anew; 250 ms between looks; the slowest clock takes a fifth longer. */
    private static final Duration CALM = Duration.ofSeconds(20);

    /** Actors fail here by the thousand, as they should. */
    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    @SimulationTest(seeds = 10)
    void withoutFaultsEverybodyIsServed(Simulation sim) {
        var cluster = new EtcdCluster(sim, 3, 2, 1, SMALL_SNAPSHOTS);
        sim.runFor(Duration.ofSeconds(15));
        assertThat(cluster.record().answered()).isGreaterThan(200);
        assertThat(cluster.record().leases()).anyMatch(lease -> lease.ended.isPresent());
        settle(sim, cluster);
    }

    @SimulationTest(seeds = 120)
    void whateverFailsHistoryWatchesAndLeasesAreWhatClientsWereTold(Simulation sim) {
        faults(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 20_000)
    void whateverFailsForManySeeds(Simulation sim) {
        faults(sim);
    }

    private static void faults(Simulation sim) {
        var cluster = new EtcdCluster(sim, 5, 3, 1 + DRIFT, SMALL_SNAPSHOTS);
        sim.nemesis(
                FAULTY,
                Duration.ofSeconds(1),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.clockDrift(DRIFT),
                Fault.badNetwork(0.1, Duration.ofMillis(100)),
                Fault.slowDisks(Duration.ofMillis(100)));
        sim.runFor(FAULTY);
        sim.heal();
        settle(sim, cluster);
    }

    /** When nobody renews or writes any more, everything comes to rest: followers have seen all, leases are gone. */
    private static void settle(Simulation sim, EtcdCluster cluster) {
        var record = cluster.record();
        int answered = record.answered();
        sim.runUntil(() -> record.answered() > answered + 20, Duration.ofSeconds(30));
        record.rest();
        sim.runFor(CALM);
        assertThat(record.leases()).as("leases nobody renewed").allMatch(lease -> lease.ended.isPresent());
        assertThat(record.violations()).isEmpty();
        long last = record.lastRevision();
        assertThat(cluster.followers()).allMatch(follower -> follower.next() == last + 1);
        cluster.followers().forEach(follower -> follower.verify(record));
        assertThat(record.violations()).isEmpty();
        assertThat(record.atRest()).as("what each replica shows at the end").hasSize(1);
    }
}
