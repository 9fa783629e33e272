package io.troupe.raft;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.sim.Chosen;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
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
        var faults = new NodeFaults(sim, group.nodes);
        faults.nemesis(FAULTS);
        scheduleWhatRaftAloneKnows(sim, group, faults);
        if (changing) {
            scheduleChanges(sim, group, membership);
        }
        if (sim.random("weather").nextBoolean()) {
            faults.storm(FAULTS);
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

    private static void scheduleWhatRaftAloneKnows(Simulation sim, WatchedGroup group, NodeFaults faults) {
        RandomGenerator random = sim.random("what Raft alone knows");
        RandomGenerator atElections = sim.random("crashes during elections");
        group.onCandidate(candidate -> crashDuringElection(sim, group, faults, candidate, atElections));
        for (long at = 500; at < FAULTS.toMillis(); at += 200 + random.nextLong(1_000)) {
            int kind = random.nextInt(5);
            String node = any(group, random);
            String other = any(group, random);
            long lasts = 100 + random.nextLong(1_000);
            sim.after(Duration.ofMillis(at), () -> {
                switch (kind) {
                    case 0 -> transfer(sim, group, node, lasts % 2 == 0 ? Optional.of(other) : Optional.empty());
                    case 1 -> faults.slow(node, other);
                    case 2 -> group.leader().ifPresent(leader -> faults.crash(leader, lasts));
                    case 3 -> group.leader().ifPresent(leader -> faults.pause(leader, lasts));
                    default -> group.leader().ifPresent(leader -> faults.cutOff(leader, 3 * lasts));
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
                                Chosen.one(withState(group, outsiders(group, now)), chosen, MemberChange::addLearner);
                            case 3, 4 -> Chosen.one(List.copyOf(now.learners()), chosen, MemberChange::promote);
                            case 5 -> Chosen.one(outsiders(group, now), chosen, group::addVoter);
                            case 6 -> Chosen.one(List.copyOf(now.voters()), chosen, MemberChange::remove);
                            default -> group.changesTo(Chosen.subset(group.names, chosen));
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

    /** One that may just have voted: in time for another candidate of the same term. */
    private static void crashDuringElection(
            Simulation sim, WatchedGroup group, NodeFaults faults, String candidate, RandomGenerator random) {
        String voter = any(group, random);
        if (sim.now().compareTo(FAULTS) < 0 && random.nextInt(3) == 0 && !voter.equals(candidate)) {
            sim.after(Duration.ofMillis(5 + random.nextLong(20)), () -> faults.crash(voter, 1 + random.nextLong(20)));
        }
    }
}
