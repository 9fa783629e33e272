package io.troupe.chain;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.sim.Chosen;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Three to five servers, clients at each, and everything that can go wrong for a while: partitions of every shape, crashes,
 * pauses, clocks that drift, messages that are lost, doubled and late, disks that are slow or fail; heads, tails and those
 * between them that crash, pause, are cut off, leave of themselves, or are asked to be the head. Every third run is
 * primary-backup; in every third members come and go.
 */
final class ChainFaults implements Consumer<Simulation> {

    private static final Duration FAULTS = Duration.ofSeconds(8);

    private final Coverage coverage;

    ChainFaults(Coverage coverage) {
        this.coverage = coverage;
    }

    ChainFaults() {
        this(new Coverage());
    }

    /** What all runs together came to. */
    static final class Coverage {
        long runs;
        long epochs;
        long handOvers;
        long memberships;
        long updates;
        long writes;
        long reads;
        long snapshotsRestored;
        long virtualMillis;
    }

    @Override
    public void accept(Simulation sim) {
        RandomGenerator kind = sim.random("kind of run");
        int size = 3 + kind.nextInt(3);
        Arrangement arrangement = kind.nextInt(3) == 0 ? Arrangement.PRIMARY_BACKUP : Arrangement.CHAIN;
        boolean changesMembers = kind.nextInt(3) == 0;
        WatchedChain chain = new WatchedChain(sim, size, arrangement, changesMembers);
        var faults = new NodeFaults(sim, chain.nodes);
        faults.nemesis(FAULTS);
        scheduleWhatHitsPlaces(sim, chain, faults);
        if (changesMembers) {
            scheduleChanges(sim, chain);
        }
        sim.runFor(FAULTS);
        chain.finish();
        coverage.runs++;
        coverage.epochs += chain.updatePropagation.epochs();
        coverage.handOvers += chain.handOvers();
        coverage.memberships += chain.memberships();
        coverage.updates += chain.updatePropagation.updates();
        coverage.writes += chain.clients.writes();
        coverage.reads += chain.clients.reads();
        coverage.snapshotsRestored += chain.clients.restores();
        coverage.virtualMillis += sim.now().toMillis();
    }

    /** Heads, tails, and those between. */
    private static void scheduleWhatHitsPlaces(Simulation sim, WatchedChain chain, NodeFaults faults) {
        RandomGenerator random = sim.random("what hits places");
        for (long at = 500; at < FAULTS.toMillis(); at += 300 + random.nextLong(1_200)) {
            int kind = random.nextInt(6);
            int place = random.nextInt(3);
            long lasts = 100 + random.nextLong(1_200);
            String other = chain.names.get(random.nextInt(chain.names.size()));
            sim.after(Duration.ofMillis(at), () -> {
                String victim = at(chain, place);
                switch (kind) {
                    case 0 -> faults.crash(victim, lasts);
                    case 1 -> faults.pause(victim, lasts);
                    case 2 -> faults.cutOff(victim, 2 * lasts);
                    case 3 -> leave(sim, chain, faults, victim, lasts);
                    case 4 -> handOver(sim, chain, victim, other);
                    default -> faults.slow(victim, other);
                }
            });
        }
    }

    private static String at(WatchedChain chain, int place) {
        List<String> now = chain.latest().chain();
        return switch (place) {
            case 0 -> now.get(0);
            case 1 -> now.get(now.size() - 1);
            default -> now.get(now.size() / 2);
        };
    }

    /** Members come and go, one by one or many at once; whoever is asked. */
    private static void scheduleChanges(Simulation sim, WatchedChain chain) {
        RandomGenerator random = sim.random("membership");
        for (long at = 500; at < FAULTS.toMillis(); at += 100 + random.nextLong(900)) {
            int kind = random.nextInt(9);
            int chosen = 1 + random.nextInt((1 << chain.names.size()) - 1);
            String asked = chain.names.get(random.nextInt(chain.names.size()));
            sim.after(Duration.ofMillis(at), () -> {
                Replica.Members now = chain.members();
                List<String> outside =
                        chain.names.stream().filter(name -> !now.has(name)).toList();
                List<MemberChange> changes =
                        switch (kind) {
                            case 0, 1 -> Chosen.one(outside, chosen, MemberChange::addLearner);
                            case 2, 3 -> Chosen.one(List.copyOf(now.learners()), chosen, MemberChange::promote);
                            case 4, 5 -> Chosen.one(outside, chosen, MemberChange::addVoter);
                            case 6 -> Chosen.one(List.copyOf(now.voters()), chosen, MemberChange::remove);
                            default -> chain.changesTo(Chosen.subset(chain.names, chosen));
                        };
                tell(sim, chain, asked, nobody -> new Replica.Reconfigure(changes, nobody));
            });
        }
    }

    private static void tell(
            Simulation sim,
            WatchedChain chain,
            String asked,
            Function<ActorRef<Replica.Reply>, Replica.Request> request) {
        if (chain.nodes.get(asked).isUp() && chain.servers.containsKey(asked)) {
            chain.clients
                    .replica(asked)
                    .tell(request.apply(sim.system().deadLetters().unsafeUpcast()));
        }
    }

    /** Another server is asked to have {@code victim} be the head. */
    private static void handOver(Simulation sim, WatchedChain chain, String victim, String asked) {
        tell(sim, chain, asked, nobody -> new Replica.TransferLeadership(Optional.of(victim), nobody));
    }

    /** As a node does that is told to stop: it goes of itself before. */
    private static void leave(Simulation sim, WatchedChain chain, NodeFaults faults, String victim, long millis) {
        if (chain.nodes.get(victim).isUp() && chain.servers.containsKey(victim)) {
            chain.clients.replica(victim).<Replica.Message>unsafeUpcast().tell(ReplicaControl.Abstain.ABSTAIN);
            sim.after(Duration.ofMillis(millis), () -> faults.crash(victim, millis));
        }
    }
}
