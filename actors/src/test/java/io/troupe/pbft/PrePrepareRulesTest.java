package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * §4.2: "A backup accepts a pre-prepare message provided" all of this holds; each rule is broken alone here. What is not
 * accepted is not answered either.
 */
class PrePrepareRulesTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final String PRIMARY = "n1";
    private static final String PEER = "n4";
    private static final long WINDOW = 8;
    private static final long LATER = 4; // Its primary is the same.

    private final PlayedReplica replica =
            new PlayedReplica(KIT, "n2", "troupe.pbft { checkpoint-interval = 4, window = " + WINDOW + " }");
    private final Core core = replica.core;
    private final NormalCase backup = backup();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private NormalCase backup() {
        Execution execution =
                replica.execution(KIT.<Executor.Command>createTestProbe().ref());
        NormalCase normalCase =
                new NormalCase(core, execution, new Repeats(core), new Authenticity(core), Choices.NONE);
        normalCase.beginView(PlayedReplica.nothingThrough(0));
        return normalCase;
    }

    private static Request request(long number) {
        return new Request(
                new RequestId("n3", 1, number),
                List.<Command>of(new Execute(0, number, 0, ByteString.fromString("c" + number))));
    }

    /** Of a request of its own for each number. */
    private PrePrepare prePrepare(long view, long sequence) {
        ByteString batch =
                replica.prePrepare(sequence, replica.letter(request(sequence))).batch();
        return new PrePrepare(view, sequence, batch);
    }

    private boolean isAccepted(PrePrepare message) {
        return core.slotIfAny(message.sequence())
                .flatMap(Slot::prePrepared)
                .filter(Digest.of(message.batch())::equals)
                .isPresent();
    }

    private void assertAcceptedAndAnswered(PrePrepare message) {
        assertThat(isAccepted(message)).as("%s is accepted", message).isTrue();
        assertThat(replica.heardBy(PEER))
                .isEqualTo(new Prepare(message.view(), message.sequence(), Digest.of(message.batch())));
    }

    private void assertNothingIsSaid() {
        core.send(PEER, new NoSuchState(7));
        assertThat(replica.heardBy(PEER)).as("nothing but this").isEqualTo(new NoSuchState(7));
    }

    private void assertIgnored(String from, PrePrepare message) {
        backup.onPrePrepare(from, message);
        assertThat(isAccepted(message)).as("%s is accepted", message).isFalse();
        assertNothingIsSaid();
    }

    private void enter(long view) {
        core.record(List.of(new Fact.ViewEntered(new NewView(view, List.of()))), () -> {});
        core.slots().forEach(Slot::beginView);
        backup.beginView(PlayedReplica.nothingThrough(0));
        replica.store();
    }

    @Test
    @DisplayName("§4.2: where all rules are kept a backup \"enters the prepare phase by multicasting\" a prepare")
    void whatKeepsTheRulesIsAccepted() {
        PrePrepare message = prePrepare(0, 1);
        backup.onPrePrepare(PRIMARY, message);
        assertAcceptedAndAnswered(message);
    }

    @Test
    @DisplayName("§4.2: \"it is in view v\": nothing of a later view or an earlier one is accepted, nor between two")
    void aPrePrepareOfAnotherViewIsNotAccepted() {
        assertIgnored(PRIMARY, prePrepare(LATER, 1));
        core.record(List.of(new Fact.ViewLeft(LATER)), () -> {});
        replica.store();
        assertIgnored(PRIMARY, prePrepare(LATER, 1));
        assertIgnored(PRIMARY, prePrepare(0, 1));
        enter(LATER);
        assertIgnored(PRIMARY, prePrepare(0, 1));
        PrePrepare inItsView = prePrepare(LATER, 1);
        backup.onPrePrepare(PRIMARY, inItsView);
        assertAcceptedAndAnswered(inItsView);
    }

    @Test
    @DisplayName("§4.2: the signature is the primary's: nobody else's pre-prepare is accepted")
    void aPrePrepareOfABackupIsNotAccepted() {
        for (String backupOfTheView : List.of("n2", "n3", "n4")) {
            assertIgnored(backupOfTheView, prePrepare(0, 1));
        }
    }

    @Test
    @DisplayName("§4.2: \"it has not accepted a pre-prepare message for view v and sequence number n containing a"
            + " different digest\"")
    void aSecondDigestForANumberIsNotAccepted() {
        PrePrepare first = prePrepare(0, 1);
        PrePrepare second = new PrePrepare(0, 1, prePrepare(0, 2).batch());
        backup.onPrePrepare(PRIMARY, first);
        assertAcceptedAndAnswered(first);
        assertIgnored(PRIMARY, second);
        backup.onPrepare("n3", new Prepare(0, 1, Digest.of(first.batch()))); // It prepares; now with facts.
        replica.store();
        replica.heardBy(PEER); // Its commit.
        assertIgnored(PRIMARY, second);
        assertThat(isAccepted(first)).isTrue();

        enter(LATER);
        PrePrepare inALaterView = new PrePrepare(LATER, 1, second.batch());
        backup.onPrePrepare(PRIMARY, inALaterView);
        assertThat(isAccepted(inALaterView))
                .as("another digest in another view")
                .isTrue();
    }

    @Test
    @DisplayName(
            "§4.2: \"the sequence number in the pre-prepare message is between a low water mark, h, and a high water"
                    + " mark, H\": h < n ≤ H")
    void aNumberOutsideTheWatermarksIsNotAccepted() {
        assertIgnored(PRIMARY, prePrepare(0, 0));
        assertIgnored(PRIMARY, prePrepare(0, WINDOW + 1));
        for (long sequence : List.of(1L, WINDOW)) {
            PrePrepare inside = prePrepare(0, sequence);
            backup.onPrePrepare(PRIMARY, inside);
            assertAcceptedAndAnswered(inside);
        }

        long stable = 4;
        StateHeader header = new StateHeader(9, 100, Digest.of(ByteString.fromString("state")));
        core.record(
                List.of(new Fact.Stable(stable, header.digest(stable), header, 0, true, Optional.empty())), () -> {});
        replica.store();
        core.forgetSlotsThrough(stable);
        assertIgnored(PRIMARY, prePrepare(0, stable));
        assertIgnored(PRIMARY, prePrepare(0, stable + WINDOW + 1));
        for (long sequence : List.of(stable + 1, stable + WINDOW)) {
            PrePrepare inside = prePrepare(0, sequence);
            backup.onPrePrepare(PRIMARY, inside);
            assertAcceptedAndAnswered(inside);
        }
    }

    @Test
    @DisplayName(
            "§4.2: \"d is the digest for m\": here m says it itself; what was asked for by its digest must have it")
    void aBatchThatDoesNotHaveItsDigestIsNotAccepted() {
        PrePrepare chosen = prePrepare(0, 1);
        ByteString other = prePrepare(0, 2).batch();
        backup.beginView(PlayedReplica.nothingThrough(1));
        core.slot(1).await(Digest.of(chosen.batch()));
        assertThat(backup.onBatchBody(new BatchBody(1, other))).isFalse();
        assertIgnored(PRIMARY, new PrePrepare(0, 1, other));
        assertThat(backup.onBatchBody(new BatchBody(1, chosen.batch()))).isTrue();
        assertAcceptedAndAnswered(chosen);
    }

    @Test
    @DisplayName(
            "§4.2: \"the signatures in the request … are correct\": what is no batch, or of no client, is not accepted")
    void aBatchThatIsNoneIsNotAccepted() {
        assertIgnored(PRIMARY, new PrePrepare(0, 1, ByteString.fromString("no batch")));
        Sealed forged = new Sealed(
                "n3",
                replica.notary("n1")
                        .seal(request(1), PlayedReplica.FOUR.replicas())
                        .payload(),
                replica.notary("n1")
                        .seal(request(1), PlayedReplica.FOUR.replicas())
                        .macs());
        assertIgnored(PRIMARY, replica.prePrepare(1, forged));
    }

    @Test
    @DisplayName(
            "§4.2: a request asks for something: a batch with one that asks for nothing, of which a message could hold thousands,"
                    + " is not accepted")
    void aRequestWithoutOperationsIsNotAccepted() {
        Request nothing = new Request(new RequestId("n3", 1, 1), List.of());
        assertIgnored(PRIMARY, replica.prePrepare(1, replica.letter(nothing)));
        assertIgnored(PRIMARY, replica.prePrepare(1, replica.letter(request(1)), replica.letter(nothing)));
    }
}
