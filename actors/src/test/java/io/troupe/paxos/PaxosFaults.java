package io.troupe.paxos;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.sim.Chosen;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Five replicas, clients at each, and everything that can go wrong for a while: partitions of every shape, crashes, long
 * pauses, clocks that drift, messages that are lost, doubled and late, disks that are slow or fail; leadership that is handed
 * over, masters that crash, pause, are cut off, or reach one other alone and have a successor that crashes at once; in every
 * second run members that come and go; in every third run of either kind quorums of two for phase 2, and for phase 1 as many as
 * intersect those, or more; in two of three runs a node that loses its journal, or all that it has, or whose
 * journal is damaged, more than once.
 */
final class PaxosFaults implements Consumer<Simulation> {

    static final Duration FAULTS = Duration.ofSeconds(8);

    /** Enough to decide without the one that lost its journal, for that it is to vote again. */
    private static final int VOTERS_BESIDE_A_LOSS = 2;

    private static final int PHASE2_QUORUM = 2;

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
        long promotions;
        long journalsLost;
        long journalsDamaged;
        long virtualMillis;
    }

    @Override
    public void accept(Simulation sim) {
        RandomGenerator kind = sim.random("kind of run");
        boolean changing = kind.nextBoolean();
        boolean flexible = kind.nextInt(3) == 0;
        boolean losing = kind.nextInt(3) > 0;
        int foundersMin = losing ? VOTERS_BESIDE_A_LOSS + 1 : flexible ? PHASE2_QUORUM : 1;
        int founders = changing ? foundersMin + kind.nextInt(5 - foundersMin + 1) : 5;
        var group = new WatchedPaxosGroup(sim, 5, founders, flexible ? quorums(losing) : "");
        Optional<String> loser =
                losing ? Optional.of(any(group, sim.random("who loses its journal"))) : Optional.empty();
        var faults = new NodeFaults(sim, group.nodes);
        faults.nemesis(FAULTS);
        scheduleWhatHitsMasters(sim, group, faults);
        if (changing) {
            scheduleChanges(sim, group, loser);
        }
        loser.ifPresent(node -> scheduleLostJournals(sim, group, node));
        if (kind.nextBoolean()) {
            faults.storm(FAULTS);
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
        coverage.promotions += group.learners.promotions();
        coverage.journalsLost +=
                group.journals.values().stream().mapToInt(n -> n).sum();
        coverage.journalsDamaged += group.damaged;
        coverage.virtualMillis += sim.now().toMillis();
    }

    /** More for phase 1 than intersect: of three then all, so that none of them may lose what it has promised. */
    private static String quorums(boolean losing) {
        return "troupe.paxos { phase2-quorum = " + PHASE2_QUORUM + ", phase1-quorum = " + (losing ? "derived" : "4")
                + " }";
    }

    private static void scheduleWhatHitsMasters(Simulation sim, WatchedPaxosGroup group, NodeFaults faults) {
        RandomGenerator random = sim.random("what hits masters");
        for (long at = 500; at < FAULTS.toMillis(); at += 200 + random.nextLong(1_000)) {
            int kind = random.nextInt(6);
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
                    case 1 -> faults.slow(node, other);
                    case 2 -> group.leader().ifPresent(leader -> faults.crash(leader, lasts));
                    case 3 -> group.leader().ifPresent(leader -> faults.pause(leader, lasts));
                    case 4 ->
                        group.leader().ifPresent(leader -> {
                            faults.leaveAlone(leader, other, 3 * lasts);
                            crashItsSuccessor(sim, group, faults, leader, lasts % 20, lasts);
                        });
                    default -> group.leader().ifPresent(leader -> faults.cutOff(leader, 3 * lasts));
                }
            });
        }
    }

    /** In its first moments, when it has proposed in the instances in which the one before was left with few votes. */
    private static void crashItsSuccessor(
            Simulation sim, WatchedPaxosGroup group, NodeFaults faults, String master, long after, long lasts) {
        Optional<String> successor = group.leader().filter(leader -> !leader.equals(master));
        if (successor.isPresent()) {
            sim.after(Duration.ofMillis(after), () -> faults.crash(successor.get(), lasts));
        } else if (sim.now().compareTo(FAULTS) < 0) {
            sim.after(Duration.ofMillis(2), () -> crashItsSuccessor(sim, group, faults, master, after, lasts));
        }
    }

    /** Nodes come and go, one by one or many at once. */
    private static void scheduleChanges(Simulation sim, WatchedPaxosGroup group, Optional<String> loser) {
        RandomGenerator random = sim.random("membership");
        for (long at = 500; at < FAULTS.toMillis(); at += 100 + random.nextLong(700)) {
            int kind = random.nextInt(9);
            int chosen = 1 + random.nextInt((1 << group.names.size()) - 1);
            sim.after(Duration.ofMillis(at), () -> {
                Optional<String> leader = group.leader();
                if (leader.isEmpty() || group.nodes.get(leader.get()).isPaused()) {
                    return; // A leader that is paused would hear of it when another leads, of other members.
                }
                Membership now = group.servers.get(leader.get()).memberships().latest();
                List<String> outside = group.names.stream()
                        .filter(name -> !now.members().contains(name))
                        .toList();
                List<MemberChange> changes =
                        switch (kind) {
                            case 0, 1, 2 -> Chosen.one(outside, chosen, MemberChange::addLearner);
                            case 3, 4 -> Chosen.one(List.copyOf(now.learners()), chosen, MemberChange::promote);
                            case 5 -> Chosen.one(outside, chosen, MemberChange::addVoter);
                            case 6 -> Chosen.one(List.copyOf(now.voters()), chosen, MemberChange::remove);
                            default -> group.changesTo(new TreeSet<>(Chosen.subset(group.names, chosen)));
                        };
                if (loser.isEmpty() || doVoteBeside(loser.get(), group, changes)) {
                    tell(sim, group, leader.get(), nobody -> new Replica.Reconfigure(changes, nobody));
                }
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

    /** Whoever comes to make these changes. */
    private static boolean doVoteBeside(String loser, WatchedPaxosGroup group, List<MemberChange> changes) {
        return group.servers.values().stream()
                .map(server -> MembershipChange.apply(server.memberships().latest(), changes, node -> 0))
                .filter(MembershipChange.Next.class::isInstance)
                .map(next -> ((MembershipChange.Next) next).membership().voters())
                .allMatch(voters -> !voters.contains(loser) || voters.size() > VOTERS_BESIDE_A_LOSS);
    }

    /** All of one node, for a group that has lost those of a majority cannot be expected to serve. */
    private static void scheduleLostJournals(Simulation sim, WatchedPaxosGroup group, String loser) {
        RandomGenerator random = sim.random("lost journal");
        for (long at = 1_000 + random.nextLong(5_000); at < FAULTS.toMillis(); at += 1_000 + random.nextLong(5_000)) {
            Duration away = Duration.ofMillis(random.nextLong(600));
            int kind = random.nextInt(3);
            sim.after(Duration.ofMillis(at), () -> {
                switch (kind) {
                    case 0 -> group.loseJournal(loser, away);
                    case 1 -> group.loseData(loser, away);
                    default -> group.damageJournal(loser, away);
                }
            });
        }
    }

    private static String any(WatchedPaxosGroup group, RandomGenerator random) {
        return group.names.get(random.nextInt(group.names.size()));
    }
}
