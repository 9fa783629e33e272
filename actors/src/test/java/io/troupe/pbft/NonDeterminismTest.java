package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.sim.ObservedClients;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** §4.6 step by step, at one replica whose clock, disk, executor, and peers are played here. */
class NonDeterminismTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final String PEER = "n4";
    private static final Duration BOUND = Duration.ofSeconds(1);
    private static final Request REQUEST =
            new Request(new RequestId("n3", 1, 1), List.of(new Execute(0, 1, 0, ByteString.fromString("c"))));

    private final TestProbe<Executor.Command> executor = KIT.createTestProbe();
    private Instant clock = Instant.parse("2024-05-06T07:08:09Z");
    private final Choices choices = new Choices(Optional.of(new AgreedTime(() -> clock, BOUND)));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private NormalCase normalCase(PlayedReplica replica) {
        return normalCase(replica, choices);
    }

    private NormalCase normalCase(PlayedReplica replica, Choices chosenBy) {
        Core core = replica.core;
        Execution execution = replica.execution(executor.ref());
        NormalCase normalCase = new NormalCase(core, execution, new Repeats(core), new Authenticity(core), chosenBy);
        normalCase.beginView(PlayedReplica.nothingThrough(0));
        return normalCase;
    }

    private static PrePrepare prePrepare(PlayedReplica replica, Optional<Instant> time) {
        Batch batch = Batch.of(List.of(replica.letter(REQUEST)), time.map(AgreedTime::write));
        return new PrePrepare(0, 1, replica.core.notary.write(batch));
    }

    private boolean isAccepted(Choices chosenBy, Optional<Instant> time) {
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        normalCase(replica, chosenBy).onPrePrepare("n1", prePrepare(replica, time));
        return replica.core.slot(1).prePrepared().isPresent();
    }

    @Test
    @DisplayName("§4.6: the primary proposes its time with the batch, and the digest is of both")
    void thePrimaryProposesAValueWithItsBatch() {
        PlayedReplica replica = new PlayedReplica(KIT, "n1", "");
        normalCase(replica).onRequest(replica.letter(REQUEST), REQUEST);
        PrePrepare said = (PrePrepare) replica.heardBy(PEER);
        assertThat(said).isEqualTo(prePrepare(replica, Optional.of(clock)));
        assertThat(replica.core.slot(1).prePrepared()).contains(Digest.of(said.batch()));
        assertThat(Digest.of(said.batch()))
                .isNotEqualTo(Digest.of(
                        prePrepare(replica, Optional.of(clock.plusMillis(1))).batch()));
    }

    @Test
    @DisplayName("§4.6: a backup prepares a batch only if its time is near that of its own clock")
    void aBackupChecksTheValue() {
        assertThat(isAccepted(choices, Optional.of(clock.plus(BOUND)))).isTrue();
        assertThat(isAccepted(choices, Optional.of(clock.plus(BOUND).plusMillis(1))))
                .isFalse();
        assertThat(isAccepted(choices, Optional.of(clock.minus(BOUND)))).isTrue();
        assertThat(isAccepted(choices, Optional.of(clock.minus(BOUND).minusMillis(1))))
                .isFalse();
    }

    @Test
    @DisplayName("requests have a value where the service needs one, and there alone; null requests have none")
    void valuesAreWhereTheyBelong() {
        assertThat(isAccepted(choices, Optional.empty())).isFalse();
        assertThat(isAccepted(Choices.NONE, Optional.of(clock))).isFalse();
        assertThat(isAccepted(Choices.NONE, Optional.empty())).isTrue();

        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        Core core = replica.core;
        NormalCase normalCase = normalCase(replica);
        Batch valued = Batch.of(List.of(), Optional.of(AgreedTime.write(clock)));
        normalCase.onPrePrepare("n1", new PrePrepare(0, 1, core.notary.write(valued)));
        assertThat(core.slot(1).prePrepared()).isEmpty();
        normalCase.onPrePrepare("n1", new PrePrepare(0, 1, core.notary.nullBatch()));
        assertThat(core.slot(1).prePrepared()).isPresent();
        assertThat(new AgreedTime(() -> clock, BOUND).accepts(ByteString.fromString("noon")))
                .as("no time at all")
                .isFalse();
    }

    @Test
    @DisplayName("a batch that came too early for this replica's clock is prepared when it comes again")
    void aClockThatIsBehindCatchesUp() {
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        NormalCase normalCase = normalCase(replica);
        PrePrepare ahead = prePrepare(replica, Optional.of(clock.plus(BOUND).plusMillis(1)));
        normalCase.onPrePrepare("n1", ahead);
        assertThat(replica.core.slot(1).prepareOf("n2")).isEmpty();
        clock = clock.plusMillis(1);
        normalCase.onPrePrepare("n1", ahead);
        assertThat(replica.heardBy(PEER)).isEqualTo(new Prepare(0, 1, Digest.of(ahead.batch())));
    }

    @Test
    @DisplayName("§4.6: what a quorum commits is executed with its value, whatever this replica's own clock says")
    void whatIsCommittedIsExecuted() {
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        NormalCase normalCase = normalCase(replica);
        Instant another = clock.plus(Duration.ofDays(1));
        PrePrepare pre = prePrepare(replica, Optional.of(another));
        Digest digest = Digest.of(pre.batch());
        normalCase.onPrePrepare("n1", pre);
        List.of("n1", "n3", "n4").forEach(node -> normalCase.onCommit(node, new Commit(0, 1, digest)));
        assertThat(replica.core.slot(1).prepareOf("n2")).isEmpty();
        normalCase.onBatchBody(new PbftMessage.BatchBody(1, pre.batch()));
        Executor.Execute execute = (Executor.Execute) executor.receiveMessage();
        assertThat(execute.value().map(AgreedTime::read)).contains(another);
        assertThat(execute.requests()).containsExactly(REQUEST);
    }

    @Test
    @DisplayName("§4.4, §4.6: what a view begins with keeps its value, however long ago that was")
    void whatIsChosenKeepsItsValue() {
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        NormalCase normalCase = normalCase(replica);
        PrePrepare old = prePrepare(replica, Optional.of(clock.minus(Duration.ofDays(1))));
        normalCase.beginView(PlayedReplica.nothingThrough(1));
        replica.core.slot(1).await(Digest.of(old.batch()));
        normalCase.onPrePrepare("n1", old);
        assertThat(replica.heardBy(PEER)).isEqualTo(new Prepare(0, 1, Digest.of(old.batch())));
    }

    private boolean isVouchedFor(Instant time) {
        Ledger recovered = new Ledger();
        recovered.apply(new Fact.Started());
        recovered.apply(new Fact.ViewLeft(1));
        PlayedReplica replica = new PlayedReplica(KIT, "n3", "", recovered);
        Core core = replica.core;
        ByteString batch = prePrepare(replica, Optional.of(time)).batch();
        Certified claim = new Certified(1, Digest.of(batch), 0);
        core.slot(1).keepBody(claim.digest(), batch);
        new Vouching(core, new Authenticity(core), choices)
                .vouch(List.of(new ViewChange(1, 0, List.of(), List.of(claim), List.of())), ViewStart.FIRST);
        return core.ledger.vouchesFor(claim);
    }

    @Test
    @DisplayName(
            "one that has forgotten vouches for an old value, which it may have accepted, and for none from the future")
    void vouching() {
        assertThat(isVouchedFor(clock.minus(Duration.ofDays(1)))).isTrue();
        assertThat(isVouchedFor(clock.plus(Duration.ofDays(1)))).isFalse();
    }

    @Test
    @DisplayName("§4.6: the service has the value before the batch's operations; time that would go back stands still")
    void theServiceIsGivenTheValueFirst() {
        List<String> stamped = new ArrayList<>();
        TestProbe<Executor.Event> replica = KIT.createTestProbe();
        var service = new StampedEntries(
                new ObservedClients().factory().create("g", "n1"),
                new AgreedTime(() -> clock, BOUND),
                (index, stamp, chosen) -> stamped.add(index + " " + stamp));
        var executing = KIT.spawn(
                Executor.create("g", service, new InMemorySnapshotStorage(), 100, Long.MAX_VALUE, replica.ref()));
        for (int sequence = 1; sequence <= 2; sequence++) {
            Request request = new Request(new RequestId("n3", 1, sequence), REQUEST.operations());
            Optional<ByteString> value = Optional.of(AgreedTime.write(Instant.ofEpochSecond(10 - sequence)));
            executing.tell(new Executor.Execute(sequence, value, List.of(request), 1, false));
            replica.receiveMessage();
        }
        assertThat(stamped).containsExactly("1 1970-01-01T00:00:09Z", "2 1970-01-01T00:00:09Z");
    }
}
