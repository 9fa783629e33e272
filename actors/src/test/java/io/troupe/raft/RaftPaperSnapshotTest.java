package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.AppendReply;
import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.paper.Door;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Snapshots, rule by rule: to be read beside §7 and Figure 13, InstallSnapshot. */
class RaftPaperSnapshotTest {

    private static final String COMPACTING =
            """
            troupe.raft.snapshot-entries = 5
            troupe.raft.retained-entries = 0
            """;

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private static byte[] stateOf(String... commands) {
        try {
            var bytes = new ByteArrayOutputStream();
            var header = new DataOutputStream(bytes);
            header.writeInt(1); // format
            header.writeInt(0); // sessions
            header.write(String.join("\n", commands).getBytes(StandardCharsets.UTF_8));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length);
        return (int) checksum.getValue();
    }

    private static InstallSnapshot chunk(
            long index, byte[] whole, int checksum, int from, int to, TestProbe<ChunkReply> sender) {
        return chunk(new LogPosition(index, 1), whole, checksum, from, to, sender);
    }

    /** From the leader of the term of {@code last}. */
    private static InstallSnapshot chunk(
            LogPosition last, byte[] whole, int checksum, int from, int to, TestProbe<ChunkReply> sender) {
        var snapshot = new SnapshotMetadata(last, Configuration.of(List.of("n1", "n2", "n3")));
        var data = ByteString.fromArray(whole, from, to - from);
        return new InstallSnapshot(last.term(), "n2", snapshot, whole.length, checksum, from, data, sender.getRef());
    }

    private ChunkReply send(long index, byte[] whole, int checksum, int from, int to) {
        TestProbe<ChunkReply> sender = server.kit.createTestProbe(ChunkReply.class);
        server.tell(chunk(index, whole, checksum, from, to, sender));
        return sender.receiveMessage();
    }

    private ChunkReply sendWhole(long index, byte[] whole) {
        return send(index, whole, checksum(whole), 0, whole.length);
    }

    // -- the follower

    @Test
    @DisplayName("Figure 13, rules 2 to 8: chunks in order become the state")
    void chunksBecomeTheState() {
        byte[] whole = stateOf("a", "b");
        assertThat(send(2, whole, checksum(whole), 0, 4).nextOffset()).isEqualTo(4);
        assertThat(send(2, whole, checksum(whole), 4, whole.length).installed()).isTrue();
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("a", "b")::equals);
        assertThat(server.status().commitIndex()).isEqualTo(2);
    }

    @Test
    @DisplayName("Figure 13, rule 6: what follows the snapshot's last entry in the log is kept, over a restart, too")
    void theSuffixIsKept() {
        server.hasLog(1, 1, 1, 1);
        sendWhole(2, stateOf("a", "b"));
        assertThat(server.append(1, new LogPosition(4, 1), LogSlice.empty(5), 3))
                .isInstanceOf(AppendAccepted.class);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("a", "b", "e3t1")::equals);
        server.restart();
        assertThat(server.append(1, new LogPosition(4, 1), LogSlice.empty(5), 4))
                .isInstanceOf(AppendAccepted.class);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("a", "b", "e3t1", "e4t1")::equals);
    }

    @Test
    @DisplayName("Figure 13, rule 7: a log without the snapshot's last entry is discarded, over a restart, too")
    void theWholeLogIsDiscarded() {
        server.hasLog(1, 1, 1, 1);
        byte[] whole = stateOf("a", "b");
        TestProbe<ChunkReply> sender = server.kit.createTestProbe(ChunkReply.class);
        server.tell(chunk(new LogPosition(2, 2), whole, checksum(whole), 0, whole.length, sender));
        assertThat(sender.receiveMessage().installed()).isTrue();
        for (int life = 1; life <= 2; life++) {
            assertThat(server.append(2, new LogPosition(4, 1), LogSlice.empty(5), 4))
                    .isInstanceOfSatisfying(AppendRejected.class, rejected -> assertThat(rejected.hint())
                            .isEqualTo(new LogPosition(2, 2)));
            server.restart();
        }
    }

    @Test
    @DisplayName("Figure 13: a snapshot of what is committed by now is answered for, and takes nothing back")
    void anOvertakenSnapshotIsNotInstalled() {
        byte[] whole = stateOf("a", "b");
        server.hasLog(1, 1, 1, 1);
        TestProbe<ChunkReply> sender = server.kit.createTestProbe(ChunkReply.class);
        TestProbe<AppendReply> leader = server.kit.createTestProbe(AppendReply.class);
        server.inOneGo(() -> {
            server.tell(chunk(2, whole, checksum(whole), 0, whole.length, sender));
            server.tell(new AppendEntries(1, "n2", new LogPosition(4, 1), LogSlice.empty(5), 4, 0, leader.getRef()));
        });
        assertThat(sender.receiveMessage().installed()).isTrue();
        assertThat(server.status().commitIndex()).isEqualTo(4);
        assertThat(sendWhole(3, stateOf("a", "b", "c")).installed())
                .as("nor an old one")
                .isTrue();
        assertThat(server.status().commitIndex()).isEqualTo(4);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("e1t1", "e2t1", "e3t1", "e4t1")::equals);
    }

    @Test
    @DisplayName("Figure 13: a sending that was interrupted is taken up where it stopped")
    void interruptedSendingGoesOn() {
        byte[] whole = stateOf("a", "b");
        send(2, whole, checksum(whole), 0, 4);
        assertThat(send(2, whole, checksum(whole), 0, 4).nextOffset())
                .as("another sender begins from the beginning and is told where to go on")
                .isEqualTo(4);
        assertThat(send(2, whole, checksum(whole), 4, whole.length).installed()).isTrue();
        assertThat(server.storage.begun).hasValue(1);
    }

    @Test
    void aSnapshotThatArrivesDamagedIsNotInstalledAndItsSenderIsTold() {
        byte[] whole = stateOf("a", "b");
        int right = checksum(whole);
        byte[] damaged = whole.clone();
        damaged[whole.length - 1] ^= 1;
        ChunkReply reply = LoggingTestKit.error("arrived damaged")
                .expect(server.kit.system(), () -> send(2, damaged, right, 0, whole.length));
        assertThat(reply.nextOffset()).isEqualTo(ChunkReply.DAMAGED);
        assertThat(reply.installed()).isFalse();
        assertThat(server.status().commitIndex()).isZero();
        assertThat(send(2, whole, right, 0, whole.length).installed()).isTrue();
    }

    @Test
    void aLateSecondCopyOfTheLastChunkBeginsNothing() {
        byte[] whole = stateOf("a", "b");
        TestProbe<ChunkReply> sender = server.kit.createTestProbe(ChunkReply.class);
        server.tell(chunk(2, whole, checksum(whole), 0, 4, sender));
        InstallSnapshot last = chunk(2, whole, checksum(whole), 4, whole.length, sender);
        server.inOneGo(() -> {
            server.tell(last);
            server.tell(last);
        });
        sender.receiveMessage();
        assertThat(sender.receiveMessage().installed()).isTrue();
        assertThat(sender.receiveMessage().installed()).isTrue();
        assertThat(server.storage.begun).hasValue(1);
    }

    @Test
    void aChunkFromTheMiddleOfAnUnknownSnapshotIsAnsweredWithTheBeginningAndBeginsNothing() {
        byte[] whole = stateOf("a", "b");
        ChunkReply reply = send(2, whole, checksum(whole), 4, whole.length);
        assertThat(reply.nextOffset()).isZero();
        assertThat(reply.installed()).isFalse();
        assertThat(server.storage.begun).hasValue(0);
    }

    @Test
    void noSnapshotIsDeletedBeforeTheStateMachineHasReadIt() {
        Door slow = new Door();
        server.histories.beforeRestore = slow::pass;
        sendWhole(2, stateOf("a", "b"));
        sendWhole(3, stateOf("a", "b", "c"));
        sendWhole(4, stateOf("a", "b", "c", "d"));
        server.awaitIdle(); // What is believed to be replaced has been deleted.
        slow.open();
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("a", "b", "c", "d")::equals);
        Awaitility.await().until(() -> indexes(), List.of(4L)::equals);
        assertThat(server.status().appliedIndex()).isEqualTo(4);
    }

    private List<Long> indexes() throws IOException {
        return server.storage.list("g").stream()
                .map(SnapshotStorage.Stored::index)
                .toList();
    }

    // -- who snapshots

    private void applies(int entries) {
        long[] terms = new long[entries];
        Arrays.fill(terms, 1);
        server.append(1, LogPosition.ORIGIN, PaperServer.entries(1, terms), entries);
    }

    @Test
    @DisplayName("§7 A snapshot that cannot be written is tried again after a pause that grows, and not before")
    void failedSnapshotsAreTriedAgainAfterAPause() {
        server.close();
        server = PaperServer.ofThree(COMPACTING);
        server.storage.full = true;
        applies(6);
        Awaitility.await().until(() -> server.storage.begun.get() == 1);
        server.append(1, new LogPosition(6, 1), PaperServer.entries(7, 1, 1), 8); // More is applied meanwhile.
        assertThat(attemptsWithin(1)).isEqualTo(2);
        assertThat(attemptsWithin(1)).as("the second pause is twice as long").isEqualTo(2);
        server.storage.full = false;
        assertThat(attemptsWithin(1)).isEqualTo(3);
        Awaitility.await().until(() -> server.status().snapshotIndex() == 8);
    }

    /** Election timeouts pass, with a leader that is heard; how many attempts there were then in all. */
    private int attemptsWithin(int electionTimeouts) {
        for (int i = 0; i < electionTimeouts * server.settings.electionTicks(); i++) {
            server.ticksPass(1);
            server.heartbeat(1);
        }
        server.awaitIdle();
        return server.storage.begun.get();
    }

    /** Its log of one no-op, sent when n3 was away, is compacted by now; no rejection tells the leader so. */
    @Test
    @DisplayName("§7 A peer that never answered a probe gets the snapshot when what the probe held is compacted")
    void aSilentPeerGetsTheSnapshot() {
        server.close();
        server = PaperServer.ofThree(COMPACTING);
        leadsWithASnapshot();
        assertThat(sentToN3().snapshot().index()).isGreaterThanOrEqualTo(5);
    }

    @Test
    @DisplayName("§7 A peer whose log parts from the leader's within what is compacted gets the snapshot")
    void aConflictAtTheSnapshotsLastEntry() {
        server.close();
        server = PaperServer.ofThree(COMPACTING);
        server.append(4, LogPosition.ORIGIN, PaperServer.entries(1, 4, 4, 4, 4, 4, 4), 6);
        Awaitility.await().until(() -> server.status().snapshotIndex() == 6);
        server.becomeLeader();
        server.heartbeatIntervalPasses();
        RaftMessage.AppendEntries probe = server.await(
                "n3",
                RaftMessage.AppendEntries.class,
                append -> append.previous().index() == 6);
        server.reject(probe, "n3", new LogPosition(6, 3)); // What it has there is of an earlier term.
        assertThat(server.await("n3", InstallSnapshot.class).snapshot().index()).isEqualTo(6);
    }

    private void leadsWithASnapshot() {
        server.becomeLeader();
        for (int i = 0; i < 6; i++) {
            server.propose("c" + i);
        }
        server.accept("n2", 7);
        Awaitility.await().until(() -> server.status().snapshotIndex() >= 5);
    }

    @Test
    @DisplayName("§7 A leader whose snapshot is damaged says so, takes a new one, and sends that")
    void aDamagedSnapshotIsReplacedByANewOne() {
        server.close();
        server = PaperServer.ofThree(COMPACTING);
        leadsWithASnapshot();
        server.storage.rotten = true;
        LoggingTestKit.error("arrived damaged at n3 2 times").expect(server.kit.system(), () -> {
            for (int i = 0; i < 2; i++) {
                InstallSnapshot sent = sentToN3();
                assertThat(checksum(sent.data().toArray())).isNotEqualTo(sent.checksum());
                sent.replyTo()
                        .tell(new ChunkReply(sent.term(), "n3", sent.snapshot().index(), ChunkReply.DAMAGED, false));
            }
            return null;
        });
        Awaitility.await().until(() -> !server.storage.rotten);
        InstallSnapshot sent = sentToN3();
        while (checksum(sent.data().toArray()) != sent.checksum()) { // One more of the old may have been on its way.
            sent = sentToN3();
        }
        assertThat(sent.snapshot().index()).isGreaterThanOrEqualTo(5);
    }

    private InstallSnapshot sentToN3() {
        server.accept("n2", 7);
        return server.await("n3", InstallSnapshot.class);
    }
}
