package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.Reason;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whole groups at their limits: compaction, hand-over, failure of a state machine, and every bound a client meets. */
class RaftLimitsTest {

    private static final String COMPACTING =
            """
            troupe.raft {
              snapshot-entries = 20
              retained-entries = 2
              max-message-bytes = 1 KiB
            }
            """;

    private static List<String> applyMany(InProcessCluster cluster, String node, String prefix, int count) {
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String command = prefix + i + "-" + "x".repeat(40);
            cluster.apply(node, command);
            commands.add(command);
        }
        return commands;
    }

    @Test
    void aFollowerThatMissedWhatIsCompactedGetsTheSnapshotInChunksWhileTrafficGoesOn() {
        try (var cluster = InProcessCluster.started(3, COMPACTING)) {
            String leader = cluster.awaitLeader();
            String away = cluster.anyBut(leader);
            cluster.stop(away);
            List<String> expected = applyMany(cluster, leader, "while-away-", 70); // more than 3 KiB of state
            Awaitility.await()
                    .atMost(InProcessCluster.PATIENCE)
                    .until(() -> cluster.status(leader).snapshotIndex() >= 60);
            cluster.start(away);
            expected.addAll(applyMany(cluster, leader, "meanwhile-", 10));
            cluster.awaitHistory(away, expected);
            assertThat(cluster.status(away).snapshotIndex()).isGreaterThanOrEqualTo(60);
        }
    }

    @Test
    void aGroupComesBackFromSnapshotAndLogAndForgetsNoSession() {
        try (var cluster = InProcessCluster.started(3, COMPACTING)) {
            String leader = cluster.awaitLeader();
            long session = cluster.ask(leader, Replica.SessionOpened.class, Replica.OpenSession::new)
                    .session();
            var first =
                    cluster.ask(leader, Replica.Applied.class, to -> InProcessCluster.proposal(session, 1, "once", to));
            List<String> expected = new ArrayList<>(List.of("once"));
            expected.addAll(applyMany(cluster, leader, "more-", 50));
            Awaitility.await().atMost(InProcessCluster.PATIENCE).until(() -> cluster.nodes.stream()
                    .allMatch(node -> cluster.status(node).snapshotIndex() >= 40));
            cluster.nodes.forEach(cluster::stop);
            cluster.nodes.forEach(cluster::start);
            String next = cluster.awaitLeader();
            assertThat(cluster.ask(
                            next, Replica.Applied.class, to -> InProcessCluster.proposal(session, 1, "once", to)))
                    .isEqualTo(first);
            cluster.nodes.forEach(node -> cluster.awaitHistory(node, expected));
        }
    }

    @Test
    void onlyTheSnapshotInUseIsKept() {
        try (var cluster = InProcessCluster.started(1, COMPACTING)) {
            cluster.awaitLeader();
            applyMany(cluster, "n1", "c", 100);
            Awaitility.await().atMost(InProcessCluster.PATIENCE).until(() -> {
                var stored = cluster.storage("n1").list(InProcessCluster.GROUP);
                return stored.size() == 1 && stored.get(0).index() >= 80;
            });
        }
    }

    @Test
    void aNodeThatHandsOverLeadsNothingAndTakesNothing() {
        try (var cluster = InProcessCluster.started(3, "")) {
            String leader = cluster.awaitLeader();
            cluster.apply(leader, "x");
            TestProbe<Done> done = cluster.kit.createTestProbe(Done.class);
            cluster.host(leader).tell(new Groups.HandOver(done.getRef()));
            done.receiveMessage(InProcessCluster.PATIENCE);
            String next = cluster.awaitLeader();
            assertThat(next).isNotEqualTo(leader);
            cluster.apply(next, "y");
        }
    }

    @Test
    void aReplicaThatCannotRecoverIsShownAsDownAndWhoeverHostsItIsTold() {
        try (var cluster = InProcessCluster.started(1, COMPACTING)) {
            applyMany(cluster, cluster.awaitLeader(), "c", 30);
            Awaitility.await()
                    .atMost(InProcessCluster.PATIENCE)
                    .until(() -> cluster.status("n1").snapshotIndex() >= 20);
            cluster.stop("n1");
            var snapshots = cluster.storage("n1");
            snapshots.list(InProcessCluster.GROUP).forEach(snapshots::delete);

            var refused = cluster.expectNotHosted("n1");
            assertThat(refused.detail()).contains(InProcessCluster.GROUP, "n1", "start the node again");
            assertThat(cluster.status("n1").role()).isEqualTo(Replica.Role.DOWN);
            assertThat(cluster.host(cluster.host("n1"))).as("asked again").isEqualTo(refused);
        }
    }

    @Test
    void aStateMachineThatThrowsTakesItsReplicaDownAndTheHostSaysSo() {
        try (var cluster = InProcessCluster.started(1, "")) {
            cluster.apply(cluster.awaitLeader(), "fine");
            TestProbe<Replica.Reply> client = cluster.kit.createTestProbe(Replica.Reply.class);
            cluster.replica("n1").tell(InProcessCluster.proposal(0, 0, "fail", client.getRef()));
            Awaitility.await()
                    .atMost(InProcessCluster.PATIENCE)
                    .until(() -> cluster.status("n1").role() == Replica.Role.DOWN);
            client.expectNoMessage();
        }
    }

    @Test
    void aCommandBeyondTheEntryLimitIsTooLarge() {
        try (var cluster = InProcessCluster.started(1, "troupe.raft.max-entry-bytes = 10")) {
            cluster.awaitLeader();
            var reply = (Replica.Rejected) cluster.ask("n1", to -> InProcessCluster.proposal(0, 0, "eleven byte", to));
            assertThat(reply.reason()).isEqualTo(Reason.TOO_LARGE);
            assertThat(reply.detail()).contains("11 bytes", "10", "troupe.raft.max-entry-bytes");
            cluster.apply("n1", "ten bytes!");
        }
    }

    @Test
    void anEntryLargerThanAMessageTravelsAlone() {
        try (var cluster = InProcessCluster.started(3, COMPACTING)) {
            String leader = cluster.awaitLeader();
            String large = "y".repeat(10_000);
            cluster.apply(leader, large);
            cluster.nodes.forEach(node -> cluster.awaitHistory(node, List.of(large)));
        }
    }

    @Test
    void proposalsBeyondTheQueueAreOverloadedAndNothingOfThemIsApplied() {
        try (var server = PaperServer.ofThree("troupe.raft.max-pending-proposals = 5")) {
            server.becomeLeader();
            server.accept("n2", 1);
            TestProbe<Replica.Reply> client = server.client();
            for (int i = 0; i < 8; i++) {
                server.tell(InProcessCluster.proposal(0, i, "p" + i, client.getRef()));
            }
            for (int i = 5; i < 8; i++) {
                var rejected = client.expectMessageClass(Replica.Rejected.class);
                assertThat(rejected.reason()).isEqualTo(Reason.OVERLOADED);
                assertThat(rejected.serial()).isEqualTo(i);
            }
        }
    }

    @Test
    void readsBeyondTheirLimitAreOverloaded() {
        try (var server = PaperServer.ofThree("troupe.raft.max-pending-reads = 2")) {
            server.becomeLeader();
            server.accept("n2", 1);
            TestProbe<Replica.Reply> client = server.client();
            for (int i = 1; i <= 3; i++) {
                server.tell(new Replica.Query(
                        i, ByteString.emptyByteString(), ReadConsistency.LINEARIZABLE, client.getRef()));
            }
            var rejected = client.expectMessageClass(Replica.Rejected.class);
            assertThat(rejected.reason()).isEqualTo(Reason.OVERLOADED);
            assertThat(rejected.serial()).isEqualTo(3);
        }
    }

    @Test
    void hostingTwiceIsHostingOnce() {
        try (var cluster = InProcessCluster.started(1, "")) {
            cluster.apply(cluster.awaitLeader(), "x");
            TestProbe<Groups.HostReply> hosted = cluster.kit.createTestProbe(Groups.HostReply.class);
            cluster.host("n1")
                    .tell(new Groups.Host(
                            InProcessCluster.GROUP, List.of("other"), cluster.histories.factory(), hosted.getRef()));
            assertThat(hosted.expectMessageClass(Groups.Hosted.class).replica()).isEqualTo(cluster.replica("n1"));
            cluster.awaitHistory("n1", List.of("x"));
        }
    }
}
