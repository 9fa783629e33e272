package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import io.troupe.wire.WireBytes;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** §4.2 step by step, at one replica whose disk, executor, and one peer are played here. */
class NormalCaseTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final WireBytes BYTES = WireBytes.of(KIT.system());
    private static final Membership FOUR = new Membership(List.of("n1", "n2", "n3", "n4"));
    private static final PbftSettings SETTINGS = PbftSettings.from(
            ConfigFactory.parseString("troupe.pbft.max-batch-requests = 4").withFallback(ConfigFactory.load()));
    private static final String PEER = "n4";

    private final TestProbe<WriteAheadLog.Write<Fact.Written>> disk = KIT.createTestProbe();
    private final TestProbe<Replica.Message> peer = KIT.createTestProbe();
    private final TestProbe<Executor.Execute> executor = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Notary notary(String node) {
        return new Notary(node, new DealtKeys(node, FOUR.replicas()), BYTES);
    }

    private Core core(String node) {
        Core core = new Core(
                "g",
                node,
                FOUR,
                SETTINGS,
                notary(node),
                new Ledger(),
                disk.ref(),
                KIT.<Replica.Message>createTestProbe().ref(),
                LoggerFactory.getLogger("test"));
        core.peerAt(PEER, Optional.of(peer.ref()));
        return core;
    }

    private static Request request(String client, long number, int operations) {
        return new Request(
                new RequestId(client, 1, number),
                Collections.<Command>nCopies(operations, new Execute(0, number, 0, ByteString.fromString("c"))));
    }

    /** As its client seals it. */
    private static Sealed letter(Request request) {
        return notary(request.id().client()).seal(request, FOUR.replicas());
    }

    private PbftMessage heard() {
        return notary(PEER).open((Sealed) peer.receiveMessage()).orElseThrow();
    }

    private static PrePrepare prePrepare(Sealed... letters) {
        return new PrePrepare(0, 1, BYTES.write(new Batch(List.of(letters))));
    }

    @Test
    @DisplayName(
            "§4.2: a pre-prepare goes out at once; the primary's vote is a prepare, said when the batch is durable")
    void thePrimaryVotesWhenItIsDurable() {
        Core core = core("n1");
        NormalCase normalCase = new NormalCase(core, executor.ref());
        normalCase.beginView(1);
        Request request = request("n2", 1, 3);
        normalCase.onRequest(letter(request), request);
        PrePrepare said = (PrePrepare) heard();
        assertThat(notary(PEER).readRequests(said.batch())).containsExactly(request);
        WriteAheadLog.Write<Fact.Written> written = disk.receiveMessage();
        peer.expectNoMessage();
        assertThat(core.slot(1).prepareOf("n1")).isEmpty();
        core.onStored(written.ticket());
        assertThat(heard()).isEqualTo(new Prepare(0, 1, Digest.of(said.batch())));
    }

    @Test
    @DisplayName("§4.2: prepared by a quorum, then committed by one, each said when it is durable; executed once")
    void threePhases() {
        Core core = core("n2");
        NormalCase normalCase = new NormalCase(core, executor.ref());
        Request request = request("n3", 1, 2);
        PrePrepare pre = prePrepare(letter(request));
        Digest digest = Digest.of(pre.batch());
        normalCase.onPrePrepare("n1", pre);
        normalCase.onPrepare("n1", new Prepare(0, 1, digest));
        normalCase.onPrepare("n3", new Prepare(0, 1, digest));
        peer.expectNoMessage();
        core.onStored(disk.receiveMessage().ticket());
        assertThat(heard()).isEqualTo(new Prepare(0, 1, digest));
        normalCase.onCommit("n1", new Commit(0, 1, digest));
        normalCase.onCommit("n3", new Commit(0, 1, digest));
        peer.expectNoMessage();
        core.onStored(disk.receiveMessage().ticket());
        assertThat(heard()).isEqualTo(new Commit(0, 1, digest));
        Executor.Execute execute = executor.receiveMessage();
        assertThat(execute.requests()).containsExactly(request);
        normalCase.onCommit("n4", new Commit(0, 1, digest));
        normalCase.execute();
        executor.expectNoMessage();
    }

    @Test
    @DisplayName("§4.1: a request is its own client's, and has as many operations as a batch may have, and not none")
    void faultyClients() {
        Core core = core("n2");
        NormalCase normalCase = new NormalCase(core, executor.ref());
        Request anothers = request("n3", 1, 1);
        Sealed inItsName = notary("n4").seal(anothers, FOUR.replicas());
        normalCase.onRequest(inItsName, anothers);
        Request empty = request("n3", 2, 0);
        normalCase.onRequest(letter(empty), empty);
        Request large = request("n3", 3, 5);
        normalCase.onRequest(letter(large), large);
        assertThat(core.requests.oldest(10)).isEmpty();

        PrePrepare pre = prePrepare(letter(request("n3", 4, 1)), letter(request("n4", 1, 4)));
        normalCase.onPrePrepare("n1", pre);
        assertThat(core.slot(1).prePrepared()).as("five operations in a batch").isEmpty();
        normalCase.onPrePrepare("n1", prePrepare(inItsName));
        assertThat(core.slot(1).prePrepared()).as("in another's name").isEmpty();
    }

    @Test
    @DisplayName("thesis §3.2.2: one request sealed badly for this replica, and its batch waits for the client itself")
    void oneSealedBadly() {
        Core core = core("n2");
        NormalCase normalCase = new NormalCase(core, executor.ref());
        Request request = request("n4", 1, 2);
        Sealed forOthers = notary("n4").seal(request, List.of("n1", "n3", "n4"));
        PrePrepare pre = prePrepare(letter(request("n3", 1, 2)), forOthers);
        normalCase.onPrePrepare("n1", pre);
        assertThat(core.slot(1).prePrepared()).isEmpty();

        normalCase.onRequest(letter(request), request);
        normalCase.onPrePrepare("n1", pre);
        assertThat(core.slot(1).prePrepared()).contains(Digest.of(pre.batch()));
    }

    @Test
    @DisplayName("§4.1: a request that comes again is in one batch, and once executed it is answered and not ordered")
    void cameAgain() {
        Core core = core("n1");
        NormalCase normalCase = new NormalCase(core, executor.ref());
        normalCase.beginView(1);
        Request request = request(PEER, 1, 2);
        normalCase.onRequest(letter(request), request);
        assertThat(heard()).isInstanceOf(PrePrepare.class);
        normalCase.onRequest(letter(request), request);
        peer.expectNoMessage();
        Reply reply = new Reply(0, request.id(), new Digest("d"), Optional.of(ByteString.fromString("results")));
        core.requests.executed(request.id(), 2, reply, 0);
        normalCase.onRequest(letter(request), request);
        assertThat(heard()).isEqualTo(reply);
        assertThat(core.slotIfAny(2)).isEmpty();
    }
}
