package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.Executor.Execute;
import io.troupe.pbft.Executor.Executed;
import io.troupe.pbft.Executor.GoBack;
import io.troupe.pbft.Executor.Outcome;
import io.troupe.pbft.Executor.Settle;
import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.pbft.PbftMessage.TentativeReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** §5.1's tentative execution at a backup, n2, whose executor, disk, and peers are played here. */
class TentativeExecutionTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final String CLIENT = "n3";
    private static final StateHeader HEADER = new StateHeader(1, 100, Digest.of(ByteString.fromString("state")));

    private final TestProbe<Executor.Command> executor = KIT.createTestProbe();
    private final PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
    private final Core core = replica.core;
    private final Execution execution = replica.execution(executor.ref(), true);
    private final NormalCase normalCase =
            new NormalCase(core, execution, new Repeats(core), new Authenticity(core), Choices.NONE);

    TentativeExecutionTest() {
        normalCase.beginView(PlayedReplica.nothingThrough(0));
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Request request(long number) {
        return new Request(new RequestId(CLIENT, 1, number), List.of(new PbftMessage.OpenSession()));
    }

    private static Outcome outcome(long number) {
        return new Outcome(request(number).id(), 1, ByteString.fromString("results " + number));
    }

    private static Executed executed(long sequence, boolean isTentative) {
        return new Executed(sequence, List.of(outcome(sequence)), List.of(), isTentative);
    }

    /** The whole of it is for the client's own node to send. */
    private static Reply reply(long number) {
        return new Reply(0, request(number).id(), Digest.of(outcome(number).results()), Optional.empty());
    }

    /** The batch of the request with that number prepares there; its certificate is not durable yet. */
    private Digest prepare(long sequence) {
        PrePrepare pre = replica.prePrepare(sequence, replica.letter(request(sequence)));
        Digest digest = Digest.of(pre.batch());
        normalCase.onPrePrepare("n1", pre);
        normalCase.onPrepare("n3", new Prepare(0, sequence, digest));
        assertThat(replica.heardBy(CLIENT)).isEqualTo(new Prepare(0, sequence, digest));
        return digest;
    }

    private void othersCommit(long view, long sequence, Digest digest) {
        List.of("n1", "n3", "n4").forEach(node -> normalCase.onCommit(node, new Commit(view, sequence, digest)));
    }

    private Execute handedOver() {
        return executor.expectMessageClass(Execute.class);
    }

    private void clientHearsNoMore() {
        core.send(CLIENT, new NoSuchState(7));
        assertThat(replica.heardBy(CLIENT)).isEqualTo(new NoSuchState(7));
    }

    /** Executed tentatively, and its client is told. */
    private Digest executeTentatively(long sequence) {
        Digest digest = prepare(sequence);
        assertThat(handedOver().isTentative()).isTrue();
        replica.store();
        assertThat(replica.heardBy(CLIENT)).isEqualTo(new Commit(0, sequence, digest));
        execution.onExecuted(executed(sequence, true));
        assertThat(replica.heardBy(CLIENT)).isEqualTo(new TentativeReply(reply(sequence)));
        return digest;
    }

    @Test
    @DisplayName(
            "a batch is executed when it has prepared, and the reply goes out before it has committed, marked as tentative")
    void repliesBeforeItHasCommitted() {
        executeTentatively(1);
        assertThat(core.slot(1).committed()).isEmpty();
        assertThat(core.executed()).as("for good").isZero();
    }

    @Test
    @DisplayName("the reply waits until what makes it certain is durable, the service does not")
    void executesWhileTheDiskWrites() {
        Digest digest = prepare(1);
        assertThat(handedOver().isTentative()).isTrue();
        execution.onExecuted(executed(1, true));
        clientHearsNoMore();
        replica.store();
        assertThat(replica.heardBy(CLIENT)).isEqualTo(new Commit(0, 1, digest));
        assertThat(replica.heardBy(CLIENT)).isEqualTo(new TentativeReply(reply(1)));
    }

    @Test
    @DisplayName(
            "a request that comes again is answered tentatively, and when it has committed finally; of itself that is not said")
    void answersAgain() {
        Digest digest = executeTentatively(1);
        TentativeReply whole = new TentativeReply(whole(1));
        normalCase.onRequest(replica.letter(request(1)), request(1));
        assertThat(replica.heardBy(CLIENT)).isEqualTo(whole);
        othersCommit(0, 1, digest);
        executor.expectMessage(new Settle(1));
        assertThat(core.executed()).isEqualTo(1);
        clientHearsNoMore();
        normalCase.onRequest(replica.letter(request(1)), request(1));
        assertThat(replica.heardBy(CLIENT)).isEqualTo(whole(1));
    }

    private static Reply whole(long number) {
        return new Reply(
                0,
                reply(number).id(),
                reply(number).digest(),
                Optional.of(outcome(number).results()));
    }

    @Test
    @DisplayName("what is executed tentatively is one batch: the next waits until it has committed")
    void oneAtATime() {
        Digest first = executeTentatively(1);
        prepare(2);
        executor.expectNoMessage(Duration.ZERO);
        othersCommit(0, 1, first);
        executor.expectMessage(new Settle(1));
        Execute next = handedOver();
        assertThat(next.sequence()).isEqualTo(2);
        assertThat(next.isTentative()).isTrue();
    }

    @Test
    @DisplayName(
            "a batch that commits while the service is at it is executed for good, though the next is tentative already")
    void commitsBeforeItIsExecuted() {
        Digest first = prepare(1);
        prepare(2);
        assertThat(handedOver().sequence()).isEqualTo(1);
        othersCommit(0, 1, first);
        executor.expectMessage(new Settle(1));
        assertThat(handedOver().sequence()).isEqualTo(2);
        execution.onExecuted(executed(1, true));
        assertThat(core.executed()).isEqualTo(1);
        assertThat(replica.heardBy(CLIENT)).isEqualTo(reply(1));
        assertThat(core.tentative.unanswered()).as("what the second came to").isEmpty();
    }

    @Test
    @DisplayName("where another batch commits, the service goes back, and executes that one; reads wait for it")
    void anotherCommits() {
        core.executedThrough(0);
        assertThat(core.mayAnswerReads()).isTrue();
        executeTentatively(1);
        ByteString other = replica.prePrepare(1, replica.letter(request(8))).batch();
        othersCommit(1, 1, Digest.of(other));
        executor.expectMessage(new GoBack(Optional.empty()));
        assertThat(core.requests.replyTo(request(1).id())).isEmpty();
        assertThat(core.mayAnswerReads()).as("its reply may have been believed").isFalse();
        normalCase.onBatchBody(new BatchBody(1, other));
        executor.expectNoMessage(Duration.ZERO);
        execution.onGoneBack(0);
        Execute instead = handedOver();
        assertThat(instead.requests()).containsExactly(request(8));
        assertThat(instead.isTentative()).isFalse();
        execution.onExecuted(new Executed(1, List.of(outcome(8)), List.of(), false));
        assertThat(core.executed()).isEqualTo(1);
        assertThat(core.mayAnswerReads()).isTrue();
    }

    @Test
    @DisplayName("what is taken back while the service is at it counts for nothing when that is done")
    void takenBackBeforeItIsExecuted() {
        prepare(1);
        assertThat(handedOver().isTentative()).isTrue();
        normalCase.beginView(PlayedReplica.nothingThrough(1));
        executor.expectMessage(new GoBack(Optional.empty()));
        execution.onExecuted(executed(1, true));
        assertThat(core.executed()).isZero();
        assertThat(core.tentative.isUnderWay()).isFalse();
    }

    @Test
    @DisplayName("what has committed while the service is at it is executed for good, though the next is taken back")
    void theNextIsTakenBackBeforeItIsExecuted() {
        Digest first = prepare(1);
        prepare(2);
        assertThat(handedOver().sequence()).isEqualTo(1);
        othersCommit(0, 1, first);
        executor.expectMessage(new Settle(1));
        assertThat(handedOver().sequence()).isEqualTo(2);
        normalCase.beginView(PlayedReplica.nothingThrough(2));
        executor.expectMessage(new GoBack(Optional.empty()));
        execution.onExecuted(executed(1, true));
        assertThat(core.executed()).isEqualTo(1);
        execution.onExecuted(executed(2, true));
        assertThat(core.executed()).isEqualTo(1);
    }

    private static NewViewDecision begunWith(long sequence, Digest digest) {
        TreeMap<Long, Optional<Digest>> chosen = new TreeMap<>();
        chosen.put(sequence, Optional.of(digest));
        return new NewViewDecision(sequence - 1, Optional.empty(), chosen);
    }

    @Test
    @DisplayName(
            "a view that begins with it leaves it as it is, and when it commits in that view its client is told finally")
    void theNextViewBeginsWithIt() {
        Digest digest = executeTentatively(1);
        core.record(List.of(new Fact.ViewLeft(1)), () -> {});
        normalCase.beginView(begunWith(1, digest));
        executor.expectNoMessage(Duration.ZERO);
        othersCommit(1, 1, digest);
        executor.expectMessage(new Settle(1));
        assertThat(core.executed()).isEqualTo(1);
        assertThat(replica.heardBy(CLIENT))
                .as("others may be told in that view alone")
                .isEqualTo(new Reply(1, request(1).id(), reply(1).digest(), Optional.empty()));
    }

    @Test
    @DisplayName(
            "a view that begins without it: the service goes back to the latest checkpoint, and what has committed since is"
                    + " executed again, of which nobody is told")
    void theNextViewBeginsWithoutIt() {
        Digest first = executeTentatively(1);
        othersCommit(0, 1, first);
        executor.expectMessage(new Settle(1));
        Fact.CheckpointTaken checkpoint = new Fact.CheckpointTaken(1, HEADER);
        core.record(List.of(checkpoint), () -> {});
        replica.store();
        Digest second = executeTentatively(2);
        othersCommit(0, 2, second);
        executor.expectMessage(new Settle(2));
        executeTentatively(3);

        normalCase.beginView(begunWith(3, first));
        executor.expectMessage(new GoBack(Optional.of(checkpoint)));
        execution.onGoneBack(1);
        Execute again = handedOver();
        assertThat(again.sequence()).isEqualTo(2);
        assertThat(again.isTentative()).isFalse();
        execution.onExecuted(executed(2, false));
        assertThat(core.executed()).isEqualTo(2);
        clientHearsNoMore();
    }

    @Test
    @DisplayName(
            "a replica that is without a view for long takes it back, so that reads which wait for it come to an end")
    void withoutAView() {
        executeTentatively(1);
        core.record(List.of(new Fact.ViewLeft(1)), () -> {});
        long patience = core.settings.ticks(core.settings.viewChangeTimeout());
        for (long tick = 0; tick < patience; tick++) {
            core.tick();
            execution.onTick();
        }
        executor.expectNoMessage(Duration.ZERO);
        core.tick();
        execution.onTick();
        executor.expectMessage(new GoBack(Optional.empty()));
    }

    @Test
    @DisplayName("when a later checkpoint is stable before the service has gone back, it goes back to that one")
    void aLaterCheckpointMeanwhile() {
        Digest first = executeTentatively(1);
        othersCommit(0, 1, first);
        executor.expectMessage(new Settle(1));
        executeTentatively(2);
        normalCase.beginView(PlayedReplica.nothingThrough(2));
        executor.expectMessage(new GoBack(Optional.empty()));
        Fact.CheckpointTaken later = new Fact.CheckpointTaken(1, HEADER);
        core.record(List.of(later, core.ledger.stableAt(later)), () -> {});
        core.forgetSlotsThrough(1);
        execution.onGoneBack(0);
        executor.expectMessage(new GoBack(Optional.of(later)));
        assertThat(execution.isSuspended()).isTrue();
        execution.onGoneBack(1);
        assertThat(execution.isSuspended()).isFalse();
    }

    @Test
    @DisplayName("a state of others that comes while the service goes back is what it goes on from")
    void aFetchedStateMeanwhile() {
        executeTentatively(1);
        normalCase.beginView(PlayedReplica.nothingThrough(1));
        execution.suspend(); // StateHands restores it.
        execution.onGoneBack(0);
        ByteString other = replica.prePrepare(1, replica.letter(request(8))).batch();
        othersCommit(1, 1, Digest.of(other));
        normalCase.onBatchBody(new BatchBody(1, other));
        executor.expectMessage(new GoBack(Optional.empty()));
        executor.expectNoMessage(Duration.ZERO);
        execution.restartAt(0);
        execution.goOn();
        assertThat(handedOver().sequence()).isEqualTo(1);
    }

    @Test
    @DisplayName("a replica with a state further than what it has executed goes ahead of nothing: it could not go back")
    void nothingToGoBackTo() {
        core.record(List.of(new Fact.CheckpointTaken(4, HEADER)), () -> {});
        replica.store();
        prepare(1);
        executor.expectNoMessage(Duration.ZERO);
    }

    @Test
    @DisplayName("a replica that has lost its disk, and says no commit, replies to nothing tentatively")
    void whoHasForgotten() {
        core.record(List.of(new Fact.Forgot(9)), () -> {});
        replica.store();
        PrePrepare pre = replica.prePrepare(1, replica.letter(request(1)));
        normalCase.onPrePrepare("n1", pre);
        Prepare prepare = new Prepare(0, 1, Digest.of(pre.batch()));
        List.of("n3", "n4").forEach(node -> normalCase.onPrepare(node, prepare));
        assertThat(handedOver().isTentative()).isTrue();
        execution.onExecuted(executed(1, true));
        replica.store();
        clientHearsNoMore();
    }

    @Test
    @DisplayName("troupe.pbft.tentative-execution = off: nothing is executed before it has committed")
    void off() {
        Execution waiting = replica.execution(executor.ref(), false);
        NormalCase other = new NormalCase(core, waiting, new Repeats(core), new Authenticity(core), Choices.NONE);
        other.beginView(PlayedReplica.nothingThrough(0));
        PrePrepare pre = replica.prePrepare(1, replica.letter(request(1)));
        Digest digest = Digest.of(pre.batch());
        other.onPrePrepare("n1", pre);
        other.onPrepare("n3", new Prepare(0, 1, digest));
        replica.store();
        executor.expectNoMessage(Duration.ZERO);
        List.of("n1", "n3").forEach(node -> other.onCommit(node, new Commit(0, 1, digest)));
        assertThat(handedOver().isTentative()).isFalse();
    }
}
