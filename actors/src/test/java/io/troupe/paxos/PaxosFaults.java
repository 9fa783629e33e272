package io.troupe.paxos;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.sim.Fault;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Five replicas, clients at each, and everything that can go wrong for a while: partitions of every shape, crashes, long
 * pauses, clocks that drift, messages that are lost, doubled and late, disks that are slow or fail; leadership that is handed
 * over, masters that crash, pause or are cut off; in every second run members that come and go; in every third of the
 * others quorums of two for phase 2 and four for phase 1, and in two of three a journal that is lost.
 */
final class PaxosFaults implements Consumer<Simulation> {

    static final Duration FAULTS = Duration.ofSeconds(8);

    private final Coverage coverage;

    PaxosFaults() {
        this(new Coverage());
    }

    PaxosFaults(Coverage coverage) {
        this.coverage = coverage;
    }

    /** What all runs together came to. */
    static final class Coverage {
        long runs;
        long ballots;
        long instances;
        long writes;
        long reads;
        long snapshotsRestored;
        long changes;
        long journalsLost;
        long virtualMillis;
    }

    @Override
    public void accept(Simulation sim) {
        RandomGenerator kind = sim.random("kind of run");
        boolean changing = kind.nextBoolean();
        boolean flexible = !changing && kind.nextInt(3) == 0;
        WatchedPaxosGroup group = new WatchedPaxosGroup(
                sim, 5, changing ? 1 + kind.nextInt(5) : 5, flexible ? "troupe.paxos.phase2-quorum = 2" : "");
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
        scheduleWhatHitsMasters(sim, group);
        if (changing) {
            scheduleChanges(sim, group);
        }
        if (!changing && kind.nextInt(3) > 0) {
            scheduleLostJournal(sim, group);
        }
        if (kind.nextBoolean()) {
            scheduleStorm(sim);
        }
        sim.runFor(FAULTS);
        group.finish();
        coverage.runs++;
        coverage.ballots += group.ballots.ballots();
        coverage.instances += group.decided.chosenThrough();
        coverage.writes += group.clients.writes();
        coverage.reads += group.clients.reads();
        coverage.snapshotsRestored += group.clients.restores();
        coverage.changes += group.decided.changes();
        coverage.journalsLost +=
                group.journals.values().stream().mapToInt(n -> n).sum();
        coverage.virtualMillis += sim.now().toMillis();
    }

    private static void scheduleWhatHitsMasters(Simulation sim, WatchedPaxosGroup group) {
        RandomGenerator random = sim.random("what hits masters");
        for (long at = 500; at < FAULTS.toMillis(); at += 200 + random.nextLong(1_000)) {
            int kind = random.nextInt(5);
            String node = any(group, random);
            String other = any(group, random);
            long lasts = 100 + random.nextLong(1_000);
            sim.after(Duration.ofMillis(at), () -> {
                switch (kind) {
                    case 0 ->
                        tell(
                                sim,
                                group,
                                group.leader().orElse(node),
                                nobody -> new Replica.TransferLeadership(Optional.empty(), nobody));
                    case 1 ->
                        sim.network(
                                node,
                                other,
                                NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofSeconds(1)));
                    case 2 -> group.leader().ifPresent(leader -> crash(sim, group, leader, lasts));
                    case 3 -> group.leader().ifPresent(leader -> pause(sim, group, leader, lasts));
                    default -> group.leader().ifPresent(leader -> cutOff(sim, group, leader, 3 * lasts));
                }
            });
        }
    }

    /** Nodes come and go, one by one or many at once. */
    private static void scheduleChanges(Simulation sim, WatchedPaxosGroup group) {
        RandomGenerator random = sim.random("membership");
        for (long at = 500; at < FAULTS.toMillis(); at += 100 + random.nextLong(700)) {
            int kind = random.nextInt(9);
            int chosen = 1 + random.nextInt((1 << group.names.size()) - 1);
            sim.after(Duration.ofMillis(at), () -> {
                Optional<String> leader = group.leader();
                if (leader.isEmpty()) {
                    return;
                }
                Membership now = group.servers.get(leader.get()).memberships().latest();
                List<String> outside = group.names.stream()
                        .filter(name -> !now.members().contains(name))
                        .toList();
                List<MemberChange> changes =
                        switch (kind) {
                            case 0, 1, 2 -> one(outside, chosen, MemberChange::addLearner);
                            case 3, 4 -> one(List.copyOf(now.learners()), chosen, MemberChange::promote);
                            case 5 -> one(outside, chosen, MemberChange::addVoter);
                            case 6 -> one(List.copyOf(now.voters()), chosen, MemberChange::remove);
                            default -> group.changesTo(subset(group.names, chosen));
                        };
                tell(sim, group, leader.get(), nobody -> new Replica.Reconfigure(changes, nobody));
            });
        }
    }

    private static void tell(
            Simulation sim,
            WatchedPaxosGroup group,
            String node,
            Function<ActorRef<Replica.Reply>, Replica.Request> request) {
        ActorRef<Replica.Request> replica = group.clients.replica(node);
        if (replica != null) {
            replica.tell(request.apply(sim.system().deadLetters().unsafeUpcast()));
        }
    }

    private static List<MemberChange> one(List<String> nodes, int chosen, Function<String, MemberChange> change) {
        return nodes.isEmpty() ? List.of() : List.of(change.apply(nodes.get(chosen % nodes.size())));
    }

    private static TreeSet<String> subset(List<String> names, int chosen) {
        return new TreeSet<>(IntStream.range(0, names.size())
                .filter(i -> (chosen >> i & 1) == 1)
                .mapToObj(names::get)
                .toList());
    }

    /** One journal in a run, for with two of five lost a group cannot be expected to know what it decided. */
    private static void scheduleLostJournal(Simulation sim, WatchedPaxosGroup group) {
        RandomGenerator random = sim.random("lost journal");
        String victim = any(group, random);
        long away = random.nextLong(600);
        sim.after(
                Duration.ofMillis(1_000 + random.nextLong(5_000)),
                () -> group.loseJournal(victim, Duration.ofMillis(away)));
    }

    /** Answers take as long as a replica waits for them. */
    private static void scheduleStorm(Simulation sim) {
        var storm = NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofMillis(250));
        for (long at = 1_000; at < FAULTS.toMillis(); at += 250) {
            sim.after(Duration.ofMillis(at), () -> sim.network(storm)); // Again, for a fault's end brings good weather.
        }
    }

    private static String any(WatchedPaxosGroup group, RandomGenerator random) {
        return group.names.get(random.nextInt(group.names.size()));
    }

    private static void crash(Simulation sim, WatchedPaxosGroup group, String leader, long millis) {
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

    private static void pause(Simulation sim, WatchedPaxosGroup group, String leader, long millis) {
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

    private static void cutOff(Simulation sim, WatchedPaxosGroup group, String leader, long millis) {
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
