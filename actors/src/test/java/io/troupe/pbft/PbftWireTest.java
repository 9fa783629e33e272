package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.NewKey;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.Nothing;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.Piggybacked;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.pbft.PbftMessage.TentativeReply;
import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.Replica;
import io.troupe.wire.Wire;
import io.troupe.wire.WireBytes;
import java.io.NotSerializableException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Facts keep their bytes for ever; what is sealed opens to whom it is for, and to nobody else. */
class PbftWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final WireBytes BYTES = WireBytes.of(KIT.system());
    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");
    private static final Digest DIGEST = new Digest("ab".repeat(32));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Notary notary(String node) {
        return new Notary("g", node, new DealtKeys(node, NODES), BYTES);
    }

    @Test
    void goldenBytesOfFacts() throws NotSerializableException {
        NewView proof =
                new NewView(2, List.of(new Signed("n1", ByteString.fromString("p"), ByteString.fromString("s"))));
        Fact.Written written = new Fact.Written(List.of(
                new Fact.Started(),
                new Fact.PrePrepared(1, 5, DIGEST, Optional.of(ByteString.fromString("batch"))),
                new Fact.Prepared(1, 5, DIGEST),
                new Fact.ViewLeft(2),
                new Fact.ViewEntered(proof),
                new Fact.Stable(4, DIGEST, new StateHeader(9, 100, DIGEST), 2, true, Optional.of(proof))));
        ByteString bytes = BYTES.write(written);
        assertThat(HexFormat.of().formatHex(bytes.toArray())).isEqualTo(GOLDEN);
        assertThat(BYTES.read(bytes, Fact.Written.class)).isEqualTo(written);
    }

    private static final String GOLDEN =
            "313634302e310a1006f00ceb0c010d05626174636801c101616261626162616261626162616261626162616261626162"
                    + "616261626162616261626162616261626162616261626162616261626162616261626162616261620a02ec0c01c10161"
                    + "626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261"
                    + "6261626162616261626162616261620a02ed0c04ee0c01041001c30c6eb10d01700d0173ef0c0101c101616261626162"
                    + "616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162"
                    + "6162616261626162616201c8011201c10161626162616261626162616261626162616261626162616261626162616261"
                    + "62616261626162616261626162616261626162616261626162616261626162616201d40c041001c30c6eb10d01700d01"
                    + "730804";

    @Test
    void goldenBytesOfACheckpoint() throws NotSerializableException {
        Fact.Written written = new Fact.Written(List.of(new Fact.CheckpointTaken(4, new StateHeader(9, 100, DIGEST))));
        ByteString bytes = BYTES.write(written);
        assertThat(HexFormat.of().formatHex(bytes.toArray())).isEqualTo(GOLDEN_CHECKPOINT);
        assertThat(BYTES.read(bytes, Fact.Written.class)).isEqualTo(written);
    }

    private static final String GOLDEN_CHECKPOINT =
            "313634302e310a1001f10c01c8011201c10161626162616261626162616261626162616261626162616261626162616261"
                    + "62616261626162616261626162616261626162616261626162616261626162616208";

    @Test
    void goldenBytesOfALoss() throws NotSerializableException {
        Fact.Written written =
                new Fact.Written(List.of(new Fact.Forgot(Fact.Forgot.ALL), new Fact.Forgot(0), new Fact.Forgot(4108)));
        ByteString bytes = BYTES.write(written);
        assertThat(HexFormat.of().formatHex(bytes.toArray())).isEqualTo(GOLDEN_LOSS);
        assertThat(BYTES.read(bytes, Fact.Written.class)).isEqualTo(written);
    }

    private static final String GOLDEN_LOSS = "313634302e310a1003f20cfefffffffffffffffff20c00f20c9840";

    @Test
    void batchesOfOldJournalsAreRead() {
        ByteString old = ByteString.fromArray(HexFormat.of().parseHex(OLD_BATCH));
        assertThat(notary("n2").readBatch(old).map(PbftWireTest::hex)).contains(OLD_BATCH);
        assertThat(notary("n2").readDecided(old).requests())
                .containsExactly(new Request(
                        new RequestId("n1", 7, 3), List.of(new Execute(5, 6, 2, ByteString.fromString("set")))));
    }

    /** A batch of one request, as it was when a request had one operation. */
    private static final String OLD_BATCH =
            "313630320a1001c20c6eb11201036eb20d016d0d14313630340a016eb10e06c90c040d037365740c0a";

    /** Journals have both in facts. */
    @Test
    void goldenBytesOfBatches() {
        List<Sealed> letters =
                List.of(new Sealed("n1", ByteString.fromString("p"), Map.of("n2", ByteString.fromString("m"))));
        assertThat(hex(Batch.NULL)).isEqualTo("313630320a1000");
        assertThat(hex(Batch.of(letters, Optional.empty()))).isEqualTo(GOLDEN_BATCH);
        Batch valued = Batch.of(letters, Optional.of(ByteString.fromString("value")));
        assertThat(hex(valued)).isEqualTo(GOLDEN_BATCH_WITH_A_VALUE);
        assertThat(notary("n2").readBatch(BYTES.write(valued))).contains(valued);
    }

    private static String hex(Batch batch) {
        return HexFormat.of().formatHex(BYTES.write(batch).toArray());
    }

    private static final String GOLDEN_BATCH = "313630320a1001c20c6eb11201036eb20d016d0d0170";
    private static final String GOLDEN_BATCH_WITH_A_VALUE =
            "313634390a0d0576616c75651001c20c6eb11201036eb20d016d0d0170";

    @Test
    void requestsAndResultsOfEveryKind() throws NotSerializableException {
        Request request = new Request(
                new RequestId("n1", 7, 3),
                List.of(
                        new OpenSession(),
                        new Execute(5, 6, 2, ByteString.fromString("set")),
                        new Execute(-1, Long.MAX_VALUE, 0, ByteString.emptyByteString()),
                        new OrderedRead(ByteString.fromString("get"))));
        ByteString bytes = BYTES.write(request);
        assertThat(HexFormat.of().formatHex(bytes.toArray()))
                .as("journals have it in batches")
                .isEqualTo(GOLDEN_REQUEST);
        assertThat(BYTES.read(bytes, PbftMessage.class)).isEqualTo(request);
        Results results = new Results(List.of(
                new Replica.SessionOpened(4),
                new Replica.Applied(5, 6, 9, ByteString.fromString("done")),
                new Replica.Answered(0, 9, ByteString.fromString("got")),
                new Replica.Rejected(5, 6, Replica.Reason.SESSION_EXPIRED, "gone")));
        assertThat(BYTES.read(BYTES.write(results), Results.class)).isEqualTo(results);
        for (int length = 6; length < bytes.length(); length++) {
            ByteString cut = bytes.take(length);
            assertThatThrownBy(() -> BYTES.read(cut, PbftMessage.class))
                    .as("%s bytes of it", length)
                    .isInstanceOf(NotSerializableException.class);
        }
    }

    private static final String GOLDEN_REQUEST =
            "313633350a016eb10e061004c80cc90c040d037365740c0ac90c000d00feffffffffffffffff01ca0c0d03676574";

    @Test
    void goldenBytesOfANullRequest() throws NotSerializableException {
        Request request = new Request(new RequestId("n1", 7, 3), List.of(new Nothing()));
        ByteString bytes = BYTES.write(request);
        assertThat(HexFormat.of().formatHex(bytes.toArray())).isEqualTo("313633350a016eb10e061001e60c");
        assertThat(BYTES.read(bytes, PbftMessage.class)).isEqualTo(request);
    }

    /** Nodes that do not know tentative replies know the others as they ever were. */
    @Test
    void goldenBytesOfReplies() throws NotSerializableException {
        Reply reply = new Reply(2, new RequestId("n1", 7, 3), new Digest("d"), Optional.of(ByteString.fromString("r")));
        assertThat(HexFormat.of().formatHex(BYTES.write(reply).toArray())).isEqualTo(GOLDEN_REPLY);
        TentativeReply tentative = new TentativeReply(reply);
        ByteString bytes = BYTES.write(tentative);
        assertThat(HexFormat.of().formatHex(bytes.toArray())).isEqualTo(GOLDEN_TENTATIVE_REPLY);
        assertThat(BYTES.read(bytes, PbftMessage.class)).isEqualTo(tentative);
    }

    private static final String GOLDEN_REPLY = "313632390a018264016eb10e06010d017204";
    private static final String GOLDEN_TENTATIVE_REPLY = "313635300a01018264016eb10e06010d017204";

    @Test
    void goldenBytesOfANewKey() throws NotSerializableException {
        NewKey announced = new NewKey(7, ByteString.fromString("k"));
        ByteString bytes = BYTES.write(announced);
        assertThat(HexFormat.of().formatHex(bytes.toArray())).isEqualTo("313635310a0e0d016b");
        assertThat(BYTES.read(bytes, PbftMessage.class)).isEqualTo(announced);
    }

    @Test
    void whatIsNoRequestIsLeftOutOfABatch() {
        Request request = new Request(new RequestId("n1", 7, 3), List.of(new OpenSession(), new OpenSession()));
        Sealed right = notary("n1").seal(request, NODES);
        Sealed wrong = notary("n1").seal(new Prepare(0, 1, DIGEST), NODES);
        Sealed garbage = new Sealed("n1", ByteString.fromString("1635\nx"), right.macs());
        ByteString batch = BYTES.write(new Batch.Plain(List.of(wrong, right, garbage)));
        assertThat(notary("n2").readDecided(batch).requests()).containsExactly(request);
        assertThat(notary("n2").readDecided(ByteString.fromString("no batch")).requests())
                .isEmpty();
    }

    /** What a faulty node says may be any bytes: elements of another type, no value, a time that there is not. */
    @Test
    void whatIsNoMessageIsNobodysWord() {
        List<Wire> lies = List.of(
                new Commits(lie(List.of("a word"))),
                new Piggybacked(lie(List.of(new Prepare(0, 1, DIGEST))), new Prepare(0, 2, DIGEST)),
                new Piggybacked(List.of(), lie(null)),
                new Request(new RequestId("n1", 7, 3), lie(List.of(DIGEST))),
                new Reply(0, new RequestId("n1", 7, 3), DIGEST, lie(Optional.of("results"))),
                new Prepare(0, 1, lie(null)));
        for (Wire told : lies) {
            assertThat(notary("n2").read(said(BYTES.write(told))))
                    .as(told.toString())
                    .isEmpty();
        }
        byte[] noTime = {'1', '8', '\n', -1, -1, -1, -1, -1, -1, -1, -1, 127, 0};
        byte[] noOrder = {'2', '3', '\n', 2, 3, (byte) 0xe1, 22};
        assertThat(notary("n2").read(said(ByteString.fromArray(noTime)))).isEmpty();
        assertThat(notary("n2").read(said(ByteString.fromArray(noOrder)))).isEmpty();
        ByteString noLetter = BYTES.write(new Batch.Plain(lie(List.of("no letter"))));
        assertThat(notary("n2").readDecided(noLetter).requests()).isEmpty();
    }

    @Test
    void aLetterWithCodesThatAreNoneIsNotDelivered() {
        Sealed letter = new Sealed("n1", BYTES.write(new Nothing()), lie(Map.of("n2", "a code")));
        ByteString bytes = BYTES.write(letter);
        assertThatThrownBy(() -> BYTES.read(bytes, Sealed.class))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("macs");
    }

    private static Sealed said(ByteString payload) {
        return new Sealed("n1", payload, Map.of());
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T lie(@Nullable Object value) {
        return (T) value;
    }

    @Test
    void aSealOpensToItsReadersAlone() {
        Prepare prepare = new Prepare(0, 1, DIGEST);
        Sealed letter = notary("n1").seal(prepare, List.of("n2", "n3"));
        assertThat(notary("n2").open(letter)).contains(prepare);
        assertThat(notary("n4").open(letter)).as("not sealed for it").isEmpty();
        Sealed inAnothersName = new Sealed("n4", letter.payload(), letter.macs());
        assertThat(notary("n2").open(inAnothersName)).as("in another's name").isEmpty();
        Sealed changed = new Sealed("n1", BYTES.write(new Prepare(0, 2, DIGEST)), letter.macs());
        assertThat(notary("n2").open(changed)).as("changed on the way").isEmpty();
        Sealed garbage = notary("n1").seal(prepare, List.of("n2"));
        assertThat(notary("n2").open(new Sealed("n9", garbage.payload(), garbage.macs())))
                .as("a stranger")
                .isEmpty();
    }

    @Test
    void aSignedRequestOpensToWhomItsCodesAreWrongFor() {
        Request request = new Request(new RequestId("n1", 7, 3), List.of(new OpenSession()));
        Sealed signed = notary("n1").sealAndSign(request, List.of("n2"));
        assertThat(notary("n3").open(signed)).contains(request);
        assertThat(notary("n3").isRequestOfItsClient(signed)).isTrue();
        Sealed unsigned = notary("n1").seal(request, List.of("n2"));
        assertThat(notary("n3").open(unsigned)).isEmpty();
        Sealed anothers = new Sealed("n4", signed.payload(), signed.macs());
        assertThat(notary("n3").open(anothers)).as("in another's name").isEmpty();
        assertThat(notary("n3").isSigned(unsigned)).isFalse();
        Sealed vote = notary("n1").seal(new Prepare(0, 1, DIGEST), List.of("n2"));
        Sealed signedVote = new Sealed("n1", vote.payload(), signed.macs());
        assertThat(notary("n3").open(signedVote)).as("of something else").isEmpty();
    }

    @Test
    void nothingSaidInOneGroupHoldsInAnother() {
        Notary elsewhere = new Notary("another", "n2", new DealtKeys("n2", NODES), BYTES);
        Sealed letter = notary("n1").seal(new Prepare(0, 1, DIGEST), NODES);
        assertThat(elsewhere.open(letter)).isEmpty();
        assertThat(elsewhere.isRequestOfItsClient(letter)).isFalse();
        Signed signed = notary("n1").sign(new ViewChange(1, 0, List.of(), List.of(), List.of()));
        assertThat(elsewhere.open(signed)).isEmpty();
    }

    @Test
    void aSignatureConvincesEverybody() {
        ViewChange change = new ViewChange(1, 0, List.of(), List.of(new Certified(1, DIGEST, 0)), List.of());
        Signed signed = notary("n1").sign(change);
        NODES.forEach(node -> assertThat(notary(node).open(signed)).contains(change));
        assertThat(notary("n2").open(new Signed("n3", signed.payload(), signed.signature())))
                .isEmpty();
    }

    @Test
    void whatIsNoMessageIsRefused() {
        assertThatThrownBy(() -> BYTES.read(ByteString.fromString("no manifest"), Batch.class))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("without a manifest");
        assertThatThrownBy(() -> BYTES.read(BYTES.write(Batch.NULL), PbftMessage.class))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("where a io.troupe.pbft.PbftMessage belongs");
    }
}
