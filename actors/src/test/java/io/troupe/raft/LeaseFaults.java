package io.troupe.raft;

import io.troupe.replication.LeadershipTransfer;
import io.troupe.replication.Replica;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Five servers whose clients read under leases all the time, while again and again the leader is succeeded without knowing
 * it: cut off, heard and not answered in time, paused, or gone on after it has handed leadership over; with clocks as far
 * apart as the settings allow, the leader's always the slow one.
 */
final class LeaseFaults implements Consumer<Simulation> {

    static final Duration FAULTS = Duration.ofSeconds(13);

    private static final long EPISODE_MILLIS = 1_800;
    private static final long MENDED_AFTER_MILLIS = 1_200;
    private static final double SLOW = 0.8;
    private static final double FAST = 1.2;

    @Override
    public void accept(Simulation sim) {
        WatchedGroup group = new WatchedGroup(sim, 5);
        group.clients.readPause(Duration.ofMillis(5));
        group.clients.readUnderLeasesOnly();
        RandomGenerator random = sim.random("episodes");
        for (long at = EPISODE_MILLIS; at < FAULTS.toMillis(); at += EPISODE_MILLIS) {
            int kind = random.nextInt(5);
            long phase = random.nextLong(200);
            sim.after(Duration.ofMillis(at + phase), () -> group.leader()
                    .ifPresent(leader -> new Episode(group, leader, random).begin(kind)));
        }
        sim.runFor(FAULTS);
        group.clients.readPause(Duration.ofMillis(120));
        group.finish();
    }

    /** One leader, and how it comes to be succeeded. */
    private record Episode(WatchedGroup group, String leader, List<String> others, RandomGenerator random) {

        Episode(WatchedGroup group, String leader, RandomGenerator random) {
            this(
                    group,
                    leader,
                    group.names.stream().filter(name -> !name.equals(leader)).toList(),
                    random);
        }

        void begin(int kind) {
            group.names.forEach(name -> clockRate(name, name.equals(leader) ? SLOW : FAST));
            switch (kind) {
                case 0 -> cutOff();
                case 1 -> answersComeLate();
                case 2 -> handsOver();
                case 3 -> pause();
                default -> aVoterForgets();
            }
            after(MENDED_AFTER_MILLIS, group.sim::heal);
        }

        private void clockRate(String name, double rate) {
            Node<?> node = group.nodes.get(name);
            if (node.isUp()) {
                node.clockRate(rate);
            }
        }

        private void after(long millis, Runnable action) {
            group.sim.after(Duration.ofMillis(millis), action);
        }

        private void cutOff() {
            others.forEach(this::cutFromLeader);
            others.forEach(this::cutToLeader);
            watchReads();
        }

        private void cutFromLeader(String other) {
            group.sim.cut(leader, other);
        }

        private void cutToLeader(String other) {
            group.sim.cut(other, leader);
        }

        /** What is heard from it now was asked for long ago. */
        private void answersComeLate() {
            long millis = 80 + random.nextLong(100);
            var late = NetworkConditions.good().withLatency(Duration.ofMillis(millis), Duration.ofMillis(millis));
            others.forEach(other -> group.sim.network(other, leader, late));
            after(400, () -> {
                others.forEach(this::cutFromLeader);
                watchReads();
            });
        }

        private void handsOver() {
            String target = others.get(random.nextInt(others.size()));
            ActorRef<Replica.Reply> nobody = group.sim.system().deadLetters().unsafeUpcast();
            group.clients.replica(leader).tell(new Replica.TransferLeadership(Optional.of(target), nobody));
            whenTold(50);
        }

        /** The word is on its way, and nothing of what comes of it comes back. */
        private void whenTold(int millisLeft) {
            LeadershipTransfer transfer = group.servers.get(leader).transfer();
            if (transfer.isUnderWay() && !transfer.isToBeTold()) {
                others.forEach(this::cutToLeader);
                watchReads();
            } else if (millisLeft > 0) {
                after(1, () -> whenTold(millisLeft - 1));
            }
        }

        private void pause() {
            Node<?> node = group.nodes.get(leader);
            if (node.isUp() && !node.isPaused()) {
                node.pause();
                after(100 + random.nextLong(700), () -> {
                    if (node.isPaused()) {
                        node.resume();
                    }
                });
            }
        }

        /**
         * Two that have not heard the leader for long, and one that has just now and starts again, would elect another: they
         * miss nothing, for nobody writes meanwhile.
         */
        private void aVoterForgets() {
            group.clients.pauseWrites(true);
            List<String> deaf = others.subList(0, 2);
            after(250, () -> {
                deaf.forEach(this::cutFromLeader);
                deaf.forEach(this::cutToLeader);
            });
            after(750 + random.nextLong(100), () -> {
                startsAgain(others.get(2));
                group.clients.pauseWrites(false);
                watchReads();
            });
        }

        private void startsAgain(String voter) {
            Node<?> node = group.nodes.get(voter);
            cutFromLeader(voter);
            cutToLeader(voter);
            if (node.isUp()) {
                node.crash();
                after(1, () -> {
                    node.restart();
                    node.clockRate(FAST);
                });
            }
        }

        private void watchReads() {
            int before = group.clients.readsAt(leader);
            after(100, () -> {
                if (group.clients.readsAt(leader) > before) {
                    group.sim.reached(Reached.LEASE_READ);
                }
            });
            after(400, () -> {
                boolean inOffice = group.roles.get(leader) == Replica.Role.LEADER;
                if (inOffice && !group.leader().equals(Optional.of(leader))) {
                    group.sim.reached(Reached.LEASE_OUTLIVED);
                }
            });
        }
    }
}
