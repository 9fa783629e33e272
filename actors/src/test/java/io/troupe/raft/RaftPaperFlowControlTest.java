package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.replication.Replica;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * How much is under way to a peer: to be read beside the thesis, §10.2, and the three states of a follower's progress in
 * etcd-io/raft (probe, replicate, snapshot), whose caps on number, bytes and uncommitted size these are.
 */
class RaftPaperFlowControlTest {

    private static final String KILOBYTE = "k".repeat(1_000);

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private void use(String hocon) {
        server.close();
        server = PaperServer.ofThree(hocon);
    }

    private void leads() {
        server.becomeLeader();
        server.accept("n2", 1);
        server.sentTo("n2");
    }

    private List<AppendEntries> entriesSent(String node) {
        return server.sentTo(node).stream()
                .filter(AppendEntries.class::isInstance)
                .map(AppendEntries.class::cast)
                .filter(append -> !append.entries().isEmpty())
                .toList();
    }

    private void accepts(AppendEntries sent, long matchIndex) {
        sent.replyTo().tell(new AppendAccepted(sent.term(), "n2", matchIndex, sent.round()));
    }

    private void propose(int commands) {
        for (int i = 0; i < commands; i++) {
            server.propose(KILOBYTE);
            server.awaitIdle(); // One by one, so that each is a message of its own.
        }
    }

    // -- probe

    @Test
    @DisplayName("Probe: a peer that has not answered yet gets entries once, and then heartbeats")
    void aProbeIsSentOnce() {
        server.becomeLeader();
        propose(3);
        server.heartbeatIntervalPasses();
        server.heartbeatIntervalPasses();
        assertThat(entriesSent("n3"))
                .as("but the first message, which was looked at already")
                .isEmpty();
    }

    @Test
    @DisplayName(
            "Replicate → probe: when what was sent is lost, the next heartbeat is rejected, and one message finds out")
    void aLostPipelineIsProbedForAnew() {
        leads();
        propose(3);
        assertThat(entriesSent("n2")).hasSize(3);
        server.heartbeatIntervalPasses();
        AppendEntries heartbeat = server.latest("n2");
        assertThat(heartbeat.previous().index()).isEqualTo(4);
        server.reject(heartbeat, "n2", new LogPosition(1, 1));
        List<AppendEntries> again = entriesSent("n2");
        assertThat(again).hasSize(1);
        assertThat(again.get(0).entries().firstIndex()).isEqualTo(2);
    }

    // -- replicate

    @Test
    @DisplayName("Replicate: a rejection that comes late, of what has been accepted since, changes nothing")
    void aLateRejectionIsNotHeard() {
        leads();
        server.heartbeatIntervalPasses();
        AppendEntries early = server.latest("n2");
        propose(1);
        accepts(entriesSent("n2").get(0), 2);
        server.reject(early, "n2", LogPosition.ORIGIN);
        propose(2);
        assertThat(entriesSent("n2"))
                .as("both at once: it is not probed for")
                .extracting(sent -> sent.entries().firstIndex())
                .containsExactly(3L, 4L);
    }

    @Test
    @DisplayName("Replicate: at most so many messages are under way; each answer makes room for one")
    void capOnMessages() {
        use("troupe.raft.max-in-flight-messages = 3");
        leads();
        propose(6);
        List<AppendEntries> sent = entriesSent("n2");
        assertThat(sent).hasSize(3);
        accepts(sent.get(0), sent.get(0).entries().lastIndex());
        List<AppendEntries> next = entriesSent("n2");
        assertThat(next).hasSize(1);
        assertThat(next.get(0).entries().firstIndex())
                .isEqualTo(sent.get(2).entries().lastIndex() + 1);
        assertThat(next.get(0).entries().lastIndex()).as("all that waited").isEqualTo(7);
    }

    @Test
    @DisplayName("Replicate: at most so many bytes are under way, but for what the last message is too large by")
    void capOnBytes() {
        use("troupe.raft { max-message-bytes = 1100, max-in-flight-bytes = 2000 }");
        leads();
        propose(6);
        List<AppendEntries> sent = entriesSent("n2");
        assertThat(sent).hasSize(2); // Of 1,048 bytes each.
        accepts(sent.get(1), 3);
        assertThat(entriesSent("n2")).hasSize(2);
    }

    @Test
    @DisplayName("Replicate: a message is at most so large, but for a single entry that is larger")
    void capOnAMessage() {
        use("troupe.raft.max-message-bytes = 2200");
        leads();
        server.inOneGo(() -> {
            for (int i = 0; i < 5; i++) {
                server.propose(KILOBYTE);
            }
            server.propose(KILOBYTE.repeat(4));
        });
        assertThat(entriesSent("n2"))
                .extracting(append -> append.entries().size())
                .containsExactly(2, 2, 1, 1);
    }

    // -- snapshot

    private InstallSnapshot snapshotToN3() {
        server.accept("n2", 1 + 8);
        return server.await("n3", InstallSnapshot.class);
    }

    private void leadsWithALargeSnapshot() {
        use(
                """
                troupe.raft { snapshot-entries = 5, retained-entries = 0, max-message-bytes = 1 KiB }
                """);
        leads();
        propose(8);
        server.accept("n2", 1 + 8);
        Awaitility.await().until(() -> server.status().snapshotIndex() >= 5);
    }

    private void wants(InstallSnapshot sent, long nextOffset) {
        sent.replyTo().tell(new ChunkReply(sent.term(), "n3", sent.snapshot().index(), nextOffset, false));
    }

    @Test
    @DisplayName("Snapshot: while one is sent, chunk by chunk, no entries are, but heartbeats go on")
    void noEntriesBesideASnapshot() {
        leadsWithALargeSnapshot();
        InstallSnapshot first = snapshotToN3();
        assertThat(first.data().length()).isEqualTo(1024);
        server.sentTo("n3");
        propose(2);
        server.heartbeatIntervalPasses();
        List<RaftMessage> said = server.sentTo("n3");
        assertThat(said).anyMatch(AppendEntries.class::isInstance);
        assertThat(said)
                .noneMatch(message -> message instanceof AppendEntries append
                        && !append.entries().isEmpty());
    }

    @Test
    @DisplayName("Snapshot → probe: when it is installed, replication goes on after it")
    void afterTheSnapshot() {
        leadsWithALargeSnapshot();
        InstallSnapshot sent = snapshotToN3();
        server.sentTo("n3");
        sent.replyTo().tell(new ChunkReply(sent.term(), "n3", sent.snapshot().index(), 0, true));
        AppendEntries next = server.await(
                "n3",
                AppendEntries.class,
                append -> append.previous().index() == sent.snapshot().index());
        next.replyTo()
                .tell(new AppendAccepted(next.term(), "n3", next.previous().index(), next.round()));
        propose(1);
        assertThat(entriesSent("n3").get(0).previous())
                .isEqualTo(sent.snapshot().last());
    }

    @Test
    @DisplayName("Figure 13: the sending of a snapshot that was interrupted goes on at the offset that the peer names")
    void anInterruptedSnapshotGoesOnAtItsOffset() {
        leadsWithALargeSnapshot();
        InstallSnapshot first = snapshotToN3();
        wants(first, 3 * 1024); // It has that much of an earlier sending.
        InstallSnapshot next = server.await("n3", InstallSnapshot.class, chunk -> chunk.offset() > 0);
        assertThat(next.offset()).isEqualTo(3 * 1024);
        wants(next, 1024); // And may still ask for what came before.
        assertThat(server.await("n3", InstallSnapshot.class, chunk -> chunk.offset() == 1024)
                        .data()
                        .length())
                .isEqualTo(1024);
    }

    @Test
    @DisplayName("Snapshot → probe → snapshot: a peer that is silent for an election timeout is tried anew")
    void aSilentPeerIsTriedAnew() {
        leadsWithALargeSnapshot();
        InstallSnapshot first = snapshotToN3();
        for (int i = 0; i < server.settings.electionTicks(); i++) {
            server.accept("n2", 1 + 8);
        }
        InstallSnapshot another = server.await(
                "n3", InstallSnapshot.class, chunk -> !chunk.replyTo().equals(first.replyTo()));
        assertThat(another.offset()).isZero();
        wants(another, 2048);
        server.await("n3", InstallSnapshot.class, chunk -> chunk.offset() == 2048);
    }

    // -- the leader

    @Test
    @DisplayName(
            "The size of what is not committed is capped; what one proposal takes is free again when it is applied")
    void capOnUncommittedSize() {
        use("troupe.raft { max-entry-bytes = 1500, max-pending-bytes = 2500 }");
        leads();
        TestProbe<Replica.Reply> first = server.propose(KILOBYTE);
        server.propose(KILOBYTE);
        assertThat(server.propose(KILOBYTE)
                        .expectMessageClass(Replica.Rejected.class)
                        .reason())
                .isEqualTo(Replica.Reason.OVERLOADED);
        server.accept("n2", 2);
        first.expectMessageClass(Replica.Applied.class);
        Awaitility.await().until(() -> server.status().appliedIndex() == 2);
        TestProbe<Replica.Reply> again = server.propose(KILOBYTE);
        server.accept("n2", 4);
        again.expectMessageClass(Replica.Applied.class);
    }

    @Test
    @DisplayName(
            "§10.2.1 The leader writes beside its followers, and may commit what a majority of them has before that")
    void theLeaderWritesInParallel() {
        leads();
        server.accept("n3", 1);
        server.sentTo("n3");
        Runnable release = server.holdWrites();
        TestProbe<Replica.Reply> client = server.propose("c");
        List<AppendEntries> sent = entriesSent("n2");
        assertThat(sent).as("sent while the leader's own write is under way").hasSize(1);
        accepts(sent.get(0), 2);
        server.status();
        assertThat(server.status().commitIndex()).as("one of three").isEqualTo(1);
        server.accept("n3", 2);
        client.expectMessageClass(Replica.Applied.class);
        release.run();
    }

    @Test
    @DisplayName("§10.2.1 What comes while its disk is busy goes together; others who commit without it hold nobody up")
    void gathersWhileItsDiskIsBusy() {
        leads();
        server.accept("n3", 1);
        Runnable diskIsFree = server.holdWrites();
        propose(1);
        AppendEntries first = entriesSent("n2").get(0);
        propose(2);
        assertThat(entriesSent("n2")).isEmpty();
        accepts(first, 2);
        server.accept("n3", 2);
        assertThat(entriesSent("n2")).as("both at once").singleElement().satisfies(second -> {
            assertThat(second.entries().firstIndex()).isEqualTo(3);
            assertThat(second.entries().lastIndex()).isEqualTo(4);
        });
        propose(1);
        assertThat(entriesSent("n2")).isEmpty();
        diskIsFree.run();
        assertThat(entriesSent("n2"))
                .singleElement()
                .satisfies(third -> assertThat(third.entries().firstIndex()).isEqualTo(5));
    }

    @Test
    @DisplayName("§10.2.1 It counts itself when its own write is durable, and not before")
    void theLeaderCountsItselfAfterItsWrite() {
        leads();
        Runnable release = server.holdWrites();
        TestProbe<Replica.Reply> client = server.propose("c");
        accepts(entriesSent("n2").get(0), 2);
        client.expectNoMessage();
        release.run();
        client.expectMessageClass(Replica.Applied.class);
    }
}
