package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Fetch;
import io.troupe.paxos.PaxosMessage.Learned;
import io.troupe.paxos.PaxosMessage.Offer;
import io.troupe.replication.SnapshotFetcher.Chunk;
import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Catch-up and snapshots: to be read beside Paxos Made Live, §5.5. */
class PaxosPaperSnapshotTest {

    private static final Ballot OF_N2 = new Ballot(1, "n2");
    private static final Membership OF_THREE = Membership.founding(new TreeSet<>(List.of("n1", "n2", "n3")), 0, 8);
    private static final Membership OF_TWO = OF_THREE.without("n3");

    private final PaperServer n1 =
            new PaperServer("troupe.paxos { window = 8, snapshot-entries = 6, retained-entries = 0 }");

    @AfterEach
    void stop() {
        n1.close();
    }

    private static List<Decree> six(Decree first) {
        List<Decree> decrees = new ArrayList<>(List.of(first));
        for (String command : List.of("b", "c", "d", "e", "f")) {
            decrees.add(PaperServer.command(command));
        }
        return decrees;
    }

    private Accept accept(Decrees decrees, long chosenThrough) {
        return new Accept(OF_N2, decrees, chosenThrough, 1, n1.stranger.getRef());
    }

    /** In the instances from 1 on; n1 is one of those who voted. */
    private void isDecided(List<Decree> decrees) {
        n1.tell(accept(Decrees.of(1, decrees), 0));
        n1.tell(accept(Decrees.none(decrees.size() + 1), decrees.size()));
        n1.stranger.expectMessageClass(Accepted.class);
        n1.stranger.expectMessageClass(Accepted.class);
        assertThat(n1.status().commitIndex()).isEqualTo(decrees.size());
    }

    private PaxosMessage fetchedFrom(long instance) {
        n1.tell(new Fetch(instance, n1.stranger.getRef()));
        return n1.stranger.receiveMessage();
    }

    private void marksTheFirstDay() {
        Awaitility.await().until(() -> !n1.storage.list("g").isEmpty());
    }

    // -- catch-up

    @Test
    @DisplayName("Live §5.5: any replica tells who is behind what is decided, and not what it only voted for")
    void anyReplicaTellsWhatIsDecided() {
        n1.tell(accept(Decrees.of(1, six(PaperServer.command("a"))), 0));
        n1.tell(accept(Decrees.none(7), 2));
        n1.stranger.expectMessageClass(Accepted.class);
        n1.stranger.expectMessageClass(Accepted.class);
        Learned learned = (Learned) fetchedFrom(2);
        assertThat(learned.decrees()).isEqualTo(Decrees.of(2, List.of(PaperServer.command("b"))));
        assertThat(learned.chosenThrough()).isEqualTo(2);
    }

    @Test
    @DisplayName("Live §5.5: who is behind asks its master, and any other when that one is silent")
    void asksAnotherWhenOneIsSilent() {
        n1.tell(accept(Decrees.none(4), 3));
        assertThat(n1.await("n2", Fetch.class).from()).isEqualTo(1);
        for (int i = 0; i < 10; i++) { // One of the two is drawn each time.
            n1.pass(n1.settings.electionTimeout().multipliedBy(2));
        }
        assertThat(n1.await("n3", Fetch.class).from()).isEqualTo(1);
        n1.tell(new Learned(Decrees.of(1, six(PaperServer.command("a"))), 6));
        assertThat(n1.status().commitIndex()).isEqualTo(6);
    }

    // -- who snapshots

    @Test
    @DisplayName("Live §5.5: the log is cut when the snapshot is durable, and not before")
    void cutsTheLogAfterTheSnapshot() {
        marksTheFirstDay();
        n1.storage.full = true;
        isDecided(six(PaperServer.command("a")));
        Awaitility.await().until(() -> n1.storage.begun.get() == 2);
        assertThat(((Learned) fetchedFrom(1)).decrees().last()).isEqualTo(6);
        n1.storage.full = false;
        n1.pass(n1.settings.electionTimeout().multipliedBy(2));
        Awaitility.await().until(() -> n1.status().snapshotIndex() == 6);
        assertThat(((Offer) fetchedFrom(1)).snapshot().index()).isEqualTo(6);
    }

    @Test
    @DisplayName("Live §5.5: commands go on while a snapshot is taken, which is of what was applied when it was begun")
    void commandsGoOnMeanwhile() throws IOException {
        marksTheFirstDay();
        n1.storage.hold();
        isDecided(six(PaperServer.command("a")));
        Awaitility.await().until(() -> n1.storage.begun.get() == 2);
        n1.tell(accept(Decrees.of(7, List.of(PaperServer.command("g"))), 6));
        n1.tell(accept(Decrees.none(8), 7));
        Awaitility.await().until(() -> n1.clients.history("n1"), List.of("a", "b", "c", "d", "e", "f", "g")::equals);
        assertThat(n1.status().snapshotIndex()).isZero();

        n1.storage.letGo();
        Awaitility.await().until(() -> n1.status().snapshotIndex() == 6);
        SnapshotStorage.Stored taken = n1.storage.list("g").stream()
                .filter(stored -> stored.index() == 6)
                .findFirst()
                .orElseThrow();
        assertThat(new String(n1.storage.open(taken).readAllBytes(), StandardCharsets.ISO_8859_1))
                .contains("a\nb\nc\nd\ne\nf")
                .doesNotContain("g");
    }

    @Test
    @DisplayName("Live §5.5: who decides the instances after a snapshot goes with it, also what is not yet in force")
    void carriesTheMembership() {
        isDecided(six(new Decree.Reconfigure(OF_TWO)));
        Awaitility.await().until(() -> n1.status().snapshotIndex() == 6);
        Offer offer = (Offer) fetchedFrom(1);
        assertThat(offer.snapshot().memberships()).isEqualTo(new TreeMap<>(Map.of(0L, OF_THREE, 9L, OF_TWO)));
        n1.restart();
        assertThat(n1.members().members().voters()).containsExactly("n1", "n2");
        assertThat(n1.members().settled()).isFalse();
    }

    // -- who is given one

    @Test
    @DisplayName("Live §5.5: a snapshot from another replica becomes the state, and says who decides what follows")
    void takesOverStateAndMembership() {
        n1.tell(accept(Decrees.none(41), 40));
        n1.await("n2", Fetch.class);
        byte[] state = "\0\0\0\1\0\0\0\0a\nb".getBytes(StandardCharsets.ISO_8859_1); // format, no sessions
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.wrap(state));
        var memberships = new TreeMap<>(Map.of(0L, OF_THREE, 41L, OF_TWO));
        TestProbe<FetchChunk> n3 = n1.kit.createTestProbe(FetchChunk.class);
        n1.tell(new Offer(new SnapshotMetadata(40, memberships), state.length, (int) checksum.getValue(), n3.getRef()));
        FetchChunk fetch = n3.receiveMessage();
        fetch.replyTo().tell(new Chunk(40, 0, 0, ByteString.fromArray(state)));
        Awaitility.await().until(() -> n1.clients.history("n1"), List.of("a", "b")::equals);
        assertThat(n1.status().commitIndex()).isEqualTo(40);
        n1.restart();
        assertThat(n1.members().members().voters()).containsExactly("n1", "n2");
        assertThat(n1.members().settled()).isTrue();
    }
}
