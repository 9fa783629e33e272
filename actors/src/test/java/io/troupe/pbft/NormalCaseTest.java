package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.FetchBatch;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** §4.2 step by step, at one replica whose disk, executor, and peers are played here. */
class NormalCaseTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final String PEER = "n4";

    private final TestProbe<Executor.Command> executor = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static PlayedReplica replica(String node) {
        return new PlayedReplica(KIT, node, "troupe.pbft.max-batch-requests = 4");
    }

    private NormalCase normalCase(PlayedReplica replica) {
        Core core = replica.core;
        Execution execution = replica.execution(executor.ref());
        NormalCase normalCase =
                new NormalCase(core, execution, new Repeats(core), new Authenticity(core), Choices.NONE);
        normalCase.beginView(PlayedReplica.nothingThrough(0));
        return normalCase;
    }

    private static Request request(String client, long number, int operations) {
        return new Request(
                new RequestId(client, 1, number),
                Collections.<Command>nCopies(operations, new Execute(0, number, 0, ByteString.fromString("c"))));
    }

    @Test
    @DisplayName("§4.2: a pre-prepare is the primary's vote, and is said at once")
    void thePrimaryVotesByItsPrePrepare() {
        PlayedReplica replica = replica("n1");
        NormalCase normalCase = normalCase(replica);
        Request request = request("n2", 1, 3);
        normalCase.onRequest(replica.letter(request), request);
        PrePrepare said = (PrePrepare) replica.heardBy(PEER);
        assertThat(replica.notary(PEER).readDecided(said.batch()).requests()).containsExactly(request);
        Digest digest = Digest.of(said.batch());
        assertThat(replica.core.slot(1).prepareOf("n1")).contains(new Slot.Vote(0, digest));
        normalCase.onPrepare("n2", new Prepare(0, 1, digest));
        normalCase.onPrepare("n3", new Prepare(0, 1, digest));
        replica.store();
        assertThat(replica.heardBy(PEER)).as("and no prepare").isEqualTo(new Commit(0, 1, digest));
    }

    @Test
    @DisplayName(
            "§4.2: prepared by a quorum, which is durable before the commit is said; committed by one; executed once")
    void threePhases() {
        PlayedReplica replica = replica("n2");
        NormalCase normalCase = normalCase(replica);
        for (long sequence = 1; sequence <= 2; sequence++) {
            Request request = request("n3", sequence, 2);
            PrePrepare pre = replica.prePrepare(sequence, replica.letter(request));
            Digest digest = Digest.of(pre.batch());
            normalCase.onPrePrepare("n1", pre);
            assertThat(replica.heardBy(PEER)).isEqualTo(new Prepare(0, sequence, digest));
            normalCase.onPrepare("n3", new Prepare(0, sequence, digest));
            normalCase.onCommit("n1", new Commit(0, sequence, digest));
            normalCase.onCommit("n3", new Commit(0, sequence, digest));
            assertThat(replica.core.slot(sequence).commitOf("n2")).isEmpty();
            assertThat(replica.store())
                    .containsExactly(
                            new Fact.PrePrepared(0, sequence, digest, Optional.of(pre.batch())),
                            new Fact.Prepared(0, sequence, digest));
            assertThat(replica.heardBy(PEER)).isEqualTo(new Commit(0, sequence, digest));
            Executor.Execute execute = (Executor.Execute) executor.receiveMessage();
            assertThat(execute.sequence()).isEqualTo(sequence);
            assertThat(execute.requests()).containsExactly(request);
            normalCase.onCommit("n4", new Commit(0, sequence, digest));
        }
    }

    @Test
    @DisplayName(
            "§5.1: executed no further than the next life can know: through the window of the checkpoint that is durable")
    void executesNoFurtherThanIsKnown() {
        PlayedReplica replica = new PlayedReplica(
                KIT, "n2", "troupe.pbft { checkpoint-interval = 4, window = 8, reserve-patience = 1s }");
        Core core = replica.core;
        Execution execution = replica.execution(executor.ref());
        NormalCase normalCase =
                new NormalCase(core, execution, new Repeats(core), new Authenticity(core), Choices.NONE);
        normalCase.beginView(PlayedReplica.nothingThrough(0));
        StateHeader header = new StateHeader(4, 100, Digest.of(ByteString.fromString("state")));
        core.executedThrough(4);
        execution.restartAt(4);
        core.record(List.of(new Fact.Stable(4, header.digest(4), header, 0, true, Optional.empty())), execution::goOn);
        for (long sequence = 5; sequence <= 9; sequence++) {
            PrePrepare pre = replica.prePrepare(sequence, replica.letter(request("n3", sequence, 1)));
            normalCase.onPrePrepare("n1", pre);
            Commit commit = new Commit(0, sequence, Digest.of(pre.batch()));
            List.of("n1", "n3", "n4").forEach(node -> normalCase.onCommit(node, commit));
        }
        for (long sequence = 5; sequence <= 8; sequence++) {
            assertThat(((Executor.Execute) executor.receiveMessage()).sequence())
                    .isEqualTo(sequence);
        }
        executor.expectNoMessage(Duration.ZERO);
        replica.store();
        assertThat(((Executor.Execute) executor.receiveMessage()).sequence()).isEqualTo(9);
    }

    @Test
    @DisplayName("what it has voted for is a fact before it tells what it knows")
    void votesToKeep() {
        PlayedReplica replica = replica("n2");
        NormalCase normalCase = normalCase(replica);
        PrePrepare pre = replica.prePrepare(1, replica.letter(request("n3", 1, 2)));
        normalCase.onPrePrepare("n1", pre);
        assertThat(normalCase.votesToKeep())
                .containsExactly(new Fact.PrePrepared(0, 1, Digest.of(pre.batch()), Optional.of(pre.batch())));
    }

    @Test
    @DisplayName(
            "TOCS 2002: back from a crash it prepares nothing in its old window, and commits with a quorum of others")
    void backFromACrash() {
        Ledger recovered = new Ledger();
        recovered.apply(new Fact.Started());
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "", recovered);
        NormalCase normalCase = normalCase(replica);
        PrePrepare pre = replica.prePrepare(1, replica.letter(request("n3", 1, 2)));
        Digest digest = Digest.of(pre.batch());
        normalCase.onPrePrepare("n1", pre);
        normalCase.onPrepare("n3", new Prepare(0, 1, digest));
        assertThat(replica.core.slot(1).prepareOf("n2")).isEmpty();
        assertThat(replica.core.slot(1).isMarkedPrepared()).isFalse();
        normalCase.onPrepare("n4", new Prepare(0, 1, digest));
        replica.store();
        assertThat(replica.heardBy(PEER)).isEqualTo(new Commit(0, 1, digest));
    }

    @Test
    @DisplayName("§4.4: where a view began with what is chosen nothing else pre-prepares, nor below")
    void chosenAlone() {
        PlayedReplica replica = replica("n2");
        NormalCase normalCase = normalCase(replica);
        normalCase.beginView(PlayedReplica.nothingThrough(2));
        PrePrepare chosen = replica.prePrepare(2, replica.letter(request("n3", 1, 2)));
        replica.core.slot(2).await(Digest.of(chosen.batch()));
        for (long sequence = 1; sequence <= 3; sequence++) {
            normalCase.onPrePrepare("n1", replica.prePrepare(sequence, replica.letter(request("n3", 2, 1))));
        }
        assertThat(replica.core.slot(1).prePrepared()).isEmpty();
        assertThat(replica.core.slot(2).prePrepared()).isEmpty();
        assertThat(replica.core.slot(3).prePrepared()).isPresent();
        normalCase.onPrePrepare("n1", chosen);
        assertThat(replica.core.slot(2).prePrepared()).contains(Digest.of(chosen.batch()));
    }

    @Test
    @DisplayName("§4.4: what a view began with has all the view's time to commit, however long it waited before")
    void waitsAnewInEachView() {
        long patience = 10;
        PlayedReplica replica = replica("n2");
        NormalCase normalCase = normalCase(replica);
        PrePrepare pre = replica.prePrepare(1, replica.letter(request("n3", 1, 2)));
        normalCase.onPrePrepare("n1", pre);
        assertThat(normalCase.isOverdue(patience)).isFalse();
        for (long tick = 0; tick <= patience; tick++) {
            replica.core.tick();
        }
        assertThat(normalCase.isOverdue(patience)).isTrue();
        Slot slot = replica.core.slot(1);
        slot.beginView();
        normalCase.beginView(PlayedReplica.nothingThrough(0));
        normalCase.prePrepare(slot, pre.batch());
        assertThat(normalCase.isOverdue(patience)).isFalse();
    }

    @Test
    @DisplayName("§4.1: a request is its own client's, and has as many operations as a batch may have, and not none")
    void faultyClients() {
        PlayedReplica replica = replica("n2");
        Core core = replica.core;
        NormalCase normalCase = normalCase(replica);
        Request anothers = request("n3", 1, 1);
        Sealed inItsName = replica.notary("n4").seal(anothers, PlayedReplica.FOUR.replicas());
        normalCase.onRequest(inItsName, anothers);
        Request empty = request("n3", 2, 0);
        normalCase.onRequest(replica.letter(empty), empty);
        Request large = request("n3", 3, 5);
        normalCase.onRequest(replica.letter(large), large);
        assertThat(core.requests.oldest(10)).isEmpty();

        PrePrepare pre =
                replica.prePrepare(1, replica.letter(request("n3", 4, 1)), replica.letter(request("n4", 1, 4)));
        normalCase.onPrePrepare("n1", pre);
        assertThat(core.slot(1).prePrepared()).as("five operations in a batch").isEmpty();
        normalCase.onPrePrepare("n1", replica.prePrepare(1, inItsName));
        assertThat(core.slot(1).prePrepared()).as("in another's name").isEmpty();
    }

    @Test
    @DisplayName("thesis: one request sealed badly for this replica, and its batch waits for the client itself")
    void oneSealedBadly() {
        PlayedReplica replica = replica("n2");
        Core core = replica.core;
        NormalCase normalCase = normalCase(replica);
        Request request = request("n4", 1, 2);
        Sealed forOthers = replica.notary("n4").seal(request, List.of("n1", "n3", "n4"));
        PrePrepare pre = replica.prePrepare(1, replica.letter(request("n3", 1, 2)), forOthers);
        normalCase.onPrePrepare("n1", pre);
        assertThat(core.slot(1).prePrepared()).isEmpty();

        normalCase.onRequest(replica.letter(request), request);
        normalCase.onPrePrepare("n1", pre);
        assertThat(core.slot(1).prePrepared()).contains(Digest.of(pre.batch()));
        assertThat(core.slot(1).prepareOf("n2"))
                .as("it could not tell again after a crash")
                .isEmpty();
        replica.store();
        assertThat(core.slot(1).prepareOf("n2")).isPresent();
    }

    @Test
    @DisplayName("who is in reserve and votes nevertheless is told the votes of others, once a vote")
    void answersAVoteOnce() {
        PlayedReplica replica = replica("n1");
        Core core = replica.core;
        NormalCase normalCase = normalCase(replica);
        Request request = request("n2", 1, 3);
        normalCase.onRequest(replica.letter(request), request);
        Digest digest = Digest.of(((PrePrepare) replica.heardBy(PEER)).batch());
        for (String node : List.of("n2", "n3")) {
            normalCase.onPrepare(node, new Prepare(0, 1, digest));
            normalCase.onCommit(node, new Commit(0, 1, digest));
        }
        replica.store();
        assertThat(replica.heardBy(PEER)).isEqualTo(new Commit(0, 1, digest));
        for (int tick = 0; tick < 30; tick++) { // Until n4 is in reserve.
            core.tick();
            normalCase.onTick();
        }

        for (long view : List.of(0L, 0L, 7L)) {
            normalCase.onPrepare(PEER, new Prepare(view, 1, digest));
        }
        core.send(PEER, new NoSuchState(7));
        assertThat(replica.heardBy(PEER)).isEqualTo(new Prepare(0, 1, digest));
        assertThat(replica.heardBy(PEER)).isEqualTo(new Commit(0, 1, digest));
        assertThat(replica.heardBy(PEER))
                .as("and nothing more: of two in reserve each would answer the other's answer")
                .isEqualTo(new NoSuchState(7));
    }

    @Test
    @DisplayName(
            "a batch that is missing is asked for once a tick, however often others answer what was asked for before")
    void asksOnceATick() {
        PlayedReplica replica = replica("n2");
        Core core = replica.core;
        NormalCase normalCase = normalCase(replica);
        List<PrePrepare> missed = List.of(
                replica.prePrepare(1, replica.letter(request("n3", 1, 2))),
                replica.prePrepare(2, replica.letter(request("n3", 2, 2))));
        for (PrePrepare pre : missed) {
            Commit commit = new Commit(0, pre.sequence(), Digest.of(pre.batch()));
            List.of("n1", "n3", "n4").forEach(node -> normalCase.onCommit(node, commit));
        }
        assertThat(replica.heardBy(PEER)).isEqualTo(fetchOf(missed.get(0)));
        for (int answers = 0; answers < 3; answers++) {
            normalCase.onBatchBody(new BatchBody(1, missed.get(0).batch()));
        }
        assertThat(replica.heardBy(PEER)).isEqualTo(fetchOf(missed.get(1)));
        core.send(PEER, new NoSuchState(7));
        assertThat(replica.heardBy(PEER)).as("nothing more in this tick").isEqualTo(new NoSuchState(7));
    }

    private static FetchBatch fetchOf(PrePrepare missed) {
        return new FetchBatch(missed.sequence(), Digest.of(missed.batch()));
    }

    @Test
    @DisplayName("§4.1: a request that comes again is in one batch, and once executed it is answered and not ordered")
    void cameAgain() {
        PlayedReplica replica = replica("n1");
        Core core = replica.core;
        NormalCase normalCase = normalCase(replica);
        Request request = request(PEER, 1, 2);
        normalCase.onRequest(replica.letter(request), request);
        assertThat(replica.heardBy(PEER)).isInstanceOf(PrePrepare.class);
        normalCase.onRequest(replica.letter(request), request);
        Reply reply = new Reply(0, request.id(), new Digest("d"), Optional.of(ByteString.fromString("results")));
        core.requests.executed(request.id(), 2, reply, 0);
        normalCase.onRequest(replica.letter(request), request);
        assertThat(replica.heardBy(PEER)).isEqualTo(reply);
        assertThat(core.slotIfAny(2)).isEmpty();
    }

    @Test
    @DisplayName(
            "§4.2: a primary that leaves a number out fills no backup's memory with what comes after it; what is next is"
                    + " accepted in any case")
    void batchesThatWaitForOneThatDoesNotComeAreBounded() {
        PlayedReplica replica = new PlayedReplica(
                KIT, "n2", "troupe.pbft { checkpoint-bytes = 1000, pipeline = 2, max-batch-requests = 4 }");
        NormalCase normalCase = normalCase(replica);
        for (long sequence = 3; sequence <= 40; sequence++) {
            normalCase.onPrePrepare("n1", prePrepare(replica, sequence));
        }
        long one = prePrepare(replica, 1).batch().length();
        assertThat(replica.core.bytesWaiting()).isBetween(1_000L, 1_000L + one);
        assertThat(replica.core.slot(3).prePrepared()).isPresent();
        assertThat(replica.core.slot(40).prePrepared()).isEmpty();
        for (long sequence = 1; sequence <= 2; sequence++) {
            normalCase.onPrePrepare("n1", prePrepare(replica, sequence));
            assertThat(replica.core.slot(sequence).prePrepared()).isPresent();
        }
    }

    private static PrePrepare prePrepare(PlayedReplica replica, long sequence) {
        return replica.prePrepare(sequence, replica.letter(request("n3", sequence, 4)));
    }
}
