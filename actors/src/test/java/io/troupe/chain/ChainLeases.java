package io.troupe.chain;

import io.troupe.chain.MasterCommand.Kind;
import io.troupe.replication.Replica;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The server that answers queries is cut off, or stands still, and is left out of the chain while its lease runs, which no failure
 * timeout leads to: by chance after one or two others were made the head, of which it does not hear. Clocks drift apart as far as
 * they may; all reads are under leases, which two servers never hold.
 */
final class ChainLeases implements Consumer<Simulation> {

    /** Cut off, the holder answered reads. */
    static final String READS_ALONE = "a server that is cut off reads under its lease";

    /** That was decided before its lease had ended. */
    static final String LEFT_OUT_EARLY = "a server is left out while it holds its lease";

    /** And two others were the head meanwhile. */
    static final String HEADS_CHANGED = "heads change while a server holds its lease, and it is left out";

    private static final int SERVERS = 3;
    private static final double DRIFT_MAX = 0.2;
    /** Less than a lease takes at its holder. */
    private static final Duration EARLY = Duration.ofMillis(250);

    private static final Duration CUT_OFF = Duration.ofMillis(800);

    @Override
    public void accept(Simulation sim) {
        RandomGenerator random = sim.random("kind of run");
        Arrangement arrangement = random.nextInt(3) == 0 ? Arrangement.CHAIN : Arrangement.PRIMARY_BACKUP;
        WatchedChain chain = new WatchedChain(sim, SERVERS, arrangement, false);
        chain.clients.readUnderLeasesOnly();
        chain.clients.readPause(Duration.ofMillis(10));
        sim.runFor(Duration.ofMillis(1_000 + random.nextLong(100)));
        String holder = arrangement.answering(chain.latest());
        driftApart(sim, chain, holder);
        int reads = chain.clients.readsAt(holder);
        Duration begun = sim.now();
        NodeFaults faults = new NodeFaults(sim, chain.nodes);
        if (random.nextInt(4) == 0) {
            faults.pause(holder, 100 + random.nextLong(300));
        } else {
            faults.cutOff(holder, CUT_OFF.toMillis());
        }
        int heads = random.nextInt(3);
        for (int i = 0; i < heads; i++) {
            decide(sim, chain, Kind.LEAD, holder, other(chain, holder));
            sim.runFor(Duration.ofMillis(random.nextLong(80)));
        }
        decide(sim, chain, Kind.REMOVE, holder, holder);
        if (sim.now().minus(begun).compareTo(EARLY) < 0) {
            sim.reached(heads > 1 ? HEADS_CHANGED : LEFT_OUT_EARLY);
        }
        sim.runFor(CUT_OFF);
        if (chain.clients.readsAt(holder) > reads) {
            sim.reached(READS_ALONE);
        }
        chain.nodes.values().forEach(node -> node.clockRate(1));
        chain.finish();
    }

    /** The holder's lease takes as long as it can, and what the others granted as short. */
    private static void driftApart(Simulation sim, WatchedChain chain, String holder) {
        chain.nodes.forEach((name, node) -> node.clockRate(name.equals(holder) ? 1 - DRIFT_MAX : 1 + DRIFT_MAX));
    }

    private static String other(WatchedChain chain, String holder) {
        List<String> now = chain.latest().chain();
        return now.stream()
                .filter(name -> !name.equals(holder) && !name.equals(now.get(0)))
                .findFirst()
                .orElseThrow();
    }

    /** As if it had been asked for before the holder was cut off: another passes it on to the master. */
    private static void decide(Simulation sim, WatchedChain chain, Kind kind, String holder, String about) {
        long before = chain.latest().epoch();
        String passes = chain.names.stream()
                .filter(name -> !name.equals(holder))
                .findFirst()
                .orElseThrow();
        MasterCommand command = MasterCommand.in(chain.latest(), kind, about);
        chain.clients
                .replica(passes)
                .<Replica.Message>unsafeUpcast()
                .tell(new ChainMessage.Petition(command.toBytes()));
        sim.runUntil(() -> chain.latest().epoch() > before, Duration.ofSeconds(5));
    }
}
