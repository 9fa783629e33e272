package io.troupe.raft;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.sim.Fault;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Five servers, a client at each, and everything that can go wrong for a while: partitions of every shape, crashes, long
 * pauses, clocks that drift, messages that are lost, doubled and late, single links that take seconds, disks that are
 * slow or fail; leadership that is handed over, leaders that crash, pause
 * or are cut off in the middle of it, and voters that crash during an election; and, in every second run, members that
 * come and go; and, in every second run, one or two of the voters are witnesses.
 */
final class AllFaults implements Consumer<Simulation> {

    static final Duration FAULTS = Duration.ofSeconds(8);

    private final Coverage coverage;

    AllFaults() {
        this(new Coverage());
    }

    AllFaults(Coverage coverage) {
        this.coverage = coverage;
    }

    /** What all runs together came to. */
    static final class Coverage {
        long runs;
        long terms;
        long writes;
        long reads;
        long snapshotsRestored;
        long changes;
        long jointChanges;
        long virtualMillis;
    }

    @Override
    public void accept(Simulation sim) {
        RandomGenerator membership = sim.random("membership");
        boolean changing = membership.nextBoolean();
        int founders = changing ? 1 + membership.nextInt(5) : 5;
        WatchedGroup group = new WatchedGroup(sim, 5, founders, witnesses(sim.random("witnesses")));
        sim.nemesis(
                FAULTS,
                Duration.ofMillis(500),
                Fault.partitions(),
                Fault.crashes(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.clockDrift(0.2),
                Fault.badNetwork(0.2, Duration.ofMillis(100)),
                Fault.badNetwork(0.05, Duration.ofMillis(600)),
                Fault.slowDisks(Duration.ofMillis(500)),
                Fault.failingDisks(0.3));
        scheduleWhatRaftAloneKnows(sim, group);
        if (changing) {
            scheduleChanges(sim, group, membership);
        }
        if (sim.random("weather").nextBoolean()) {
            scheduleStorm(sim);
        }
        sim.runFor(FAULTS);
        group.finish();
        coverage.runs++;
        coverage.terms += group.terms();
        coverage.writes += group.clients.writes();
        coverage.reads += group.clients.reads();
        coverage.snapshotsRestored += group.clients.restores();
        coverage.changes += group.configurations.changes();
        coverage.jointChanges += group.configurations.joint();
        coverage.virtualMillis += sim.now().toMillis();
    }

    /** One in every third run, two in every sixth; not n1, which founds the group alone at times. */
    private static Set<String> witnesses(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> Set.of("n3");
            case 2 -> Set.of("n2", "n5");
            default -> Set.of();
        };
    }

    private static void scheduleWhatRaftAloneKnows(Simulation sim, WatchedGroup group) {
        RandomGenerator random = sim.random("what Raft alone knows");
        RandomGenerator atElections = sim.random("crashes during elections");
        group.onCandidate(candidate -> crashDuringElection(sim, group, candidate, atElections));
        for (long at = 500; at < FAULTS.toMillis(); at += 200 + random.nextLong(1_000)) {
            int kind = random.nextInt(5);
            String node = any(group, random);
            String other = any(group, random);
            long lasts = 100 + random.nextLong(1_000);
            sim.after(Duration.ofMillis(at), () -> {
                switch (kind) {
                    case 0 -> transfer(sim, group, node, lasts % 2 == 0 ? Optional.of(other) : Optional.empty());
                    case 1 -> slow(sim, node, other);
                    case 2 -> group.leader().ifPresent(leader -> crash(sim, group, leader, lasts));
                    case 3 -> group.leader().ifPresent(leader -> pause(sim, group, leader, lasts));
                    default -> group.leader().ifPresent(leader -> cutOff(sim, group, leader, 3 * lasts));
                }
            });
        }
    }

    /** In every second run nodes come and go, one by one or many at once. */
    private static void scheduleChanges(Simulation sim, WatchedGroup group, RandomGenerator random) {
        for (long at = 500; at < FAULTS.toMillis(); at += 100 + random.nextLong(700)) {
            int kind = random.nextInt(9);
            String asked = any(group, random);
            int chosen = 1 + random.nextInt((1 << group.names.size()) - 1);
            sim.after(Duration.ofMillis(at), () -> {
                Configuration now = group.leadersConfiguration();
                List<MemberChange> changes =
                        switch (kind) {
                            case 0, 1, 2 ->
                                one(withState(group, outsiders(group, now)), chosen, MemberChange::addLearner);
                            case 3, 4 -> one(List.copyOf(now.learners()), chosen, MemberChange::promote);
                            case 5 -> one(outsiders(group, now), chosen, group::addVoter);
                            case 6 -> one(List.copyOf(now.voters()), chosen, MemberChange::remove);
                            default -> group.changesTo(subset(group.names, chosen));
                        };
                ActorRef<Replica.Request> replica = group.clients.replica(asked);
                if (replica != null) {
                    replica.tell(new Replica.Reconfigure(
                            changes, sim.system().deadLetters().unsafeUpcast()));
                }
            });
        }
    }

    private static List<String> outsiders(WatchedGroup group, Configuration now) {
        return group.names.stream().filter(name -> !now.isMember(name)).toList();
    }

    private static List<String> withState(WatchedGroup group, List<String> nodes) {
        return nodes.stream().filter(node -> !group.witnesses.contains(node)).toList();
    }

    private static List<MemberChange> one(List<String> nodes, int chosen, Function<String, MemberChange> change) {
        return nodes.isEmpty() ? List.of() : List.of(change.apply(nodes.get(chosen % nodes.size())));
    }

    private static List<String> subset(List<String> names, int chosen) {
        return IntStream.range(0, names.size())
                .filter(i -> (chosen >> i & 1) == 1)
                .mapToObj(names::get)
                .toList();
    }

    /** Every second run is one of elections: answers take as long as a server waits for them. */
    private static void scheduleStorm(Simulation sim) {
        var storm = NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofMillis(250));
        for (long at = 1_000; at < FAULTS.toMillis(); at += 250) {
            sim.after(Duration.ofMillis(at), () -> sim.network(storm)); // Again, for a fault's end brings good weather.
        }
    }

    private static String any(WatchedGroup group, RandomGenerator random) {
        return group.names.get(random.nextInt(group.names.size()));
    }

    /** Asked at any node: the leader, a follower that passes it on, or one that knows no leader. */
    private static void transfer(Simulation sim, WatchedGroup group, String node, Optional<String> target) {
        ActorRef<Replica.Request> replica = group.clients.replica(node);
        if (replica != null) {
            ActorRef<Replica.Reply> nobody = sim.system().deadLetters().unsafeUpcast();
            replica.tell(new Replica.TransferLeadership(target, nobody));
        }
    }

    /** Until the end of all faults: what is said on this link comes when it is no longer true. */
    private static void slow(Simulation sim, String from, String to) {
        sim.network(from, to, NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofSeconds(1)));
    }

    private static void crash(Simulation sim, WatchedGroup group, String leader, long millis) {
        Node<?> node = group.nodes.get(leader);
        if (node.isUp()) {
            node.crash();
            sim.after(Duration.ofMillis(millis), () -> {
                if (!node.isUp()) {
                    node.restart();
                }
            });
        }
    }

    /** One that may just have voted: in time for another candidate of the same term. */
    private static void crashDuringElection(
            Simulation sim, WatchedGroup group, String candidate, RandomGenerator random) {
        String voter = any(group, random);
        if (sim.now().compareTo(FAULTS) < 0 && random.nextInt(3) == 0 && !voter.equals(candidate)) {
            sim.after(
                    Duration.ofMillis(5 + random.nextLong(20)),
                    () -> crash(sim, group, voter, 1 + random.nextLong(20)));
        }
    }

    private static void pause(Simulation sim, WatchedGroup group, String leader, long millis) {
        Node<?> node = group.nodes.get(leader);
        if (node.isUp() && !node.isPaused()) {
            node.pause();
            sim.after(Duration.ofMillis(millis), () -> {
                if (node.isPaused()) {
                    node.resume();
                }
            });
        }
    }

    private static void cutOff(Simulation sim, WatchedGroup group, String leader, long millis) {
        List<String> others =
                group.names.stream().filter(name -> !name.equals(leader)).toList();
        others.forEach(other -> {
            sim.cut(leader, other);
            sim.cut(other, leader);
        });
        sim.after(
                Duration.ofMillis(millis),
                () -> others.forEach(other -> {
                    sim.mend(leader, other);
                    sim.mend(other, leader);
                }));
    }
}
