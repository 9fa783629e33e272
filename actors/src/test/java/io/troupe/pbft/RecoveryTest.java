package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.QueryStable;
import io.troupe.pbft.PbftMessage.ReplyStable;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** TOCS 2002, recovery: what a replica that has lost its disk believes, and what it says meanwhile. */
class RecoveryTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Membership SEVEN = new Membership(List.of("n1", "n2", "n3", "n4", "n5", "n6", "n7"));
    private static final long WINDOW = 12;
    private static final long NONCE = 77;
    private static final String SMALL = "troupe.pbft { checkpoint-interval = 4, window = 12 }";

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    // -- the estimate

    private static ReplyStable told(long view, long executed) {
        return new ReplyStable(NONCE, view, executed, executed);
    }

    private static Optional<Long> executed(Membership members, long... told) {
        return Estimate.of(
                        members,
                        LongStream.of(told).mapToObj(one -> told(3, one)).toList(),
                        WINDOW)
                .map(Estimate::executed);
    }

    private static Optional<Long> view(Membership members, long... told) {
        return Estimate.of(
                        members,
                        LongStream.of(told).mapToObj(one -> told(one, 20)).toList(),
                        WINDOW)
                .map(Estimate::view);
    }

    @Test
    @DisplayName("of four, all three others must be heard, and the one that is furthest counts")
    void four() {
        assertThat(executed(PlayedReplica.FOUR, 20, 20)).isEmpty();
        assertThat(executed(PlayedReplica.FOUR, 20, 9, 17)).contains(20L);
        assertThat(view(PlayedReplica.FOUR, 3, 4, 3)).contains(4L);
    }

    @Test
    @DisplayName("while others are further behind than a window it waits for them")
    void laggards() {
        assertThat(executed(PlayedReplica.FOUR, 20, 0, 7)).isEmpty();
        assertThat(executed(PlayedReplica.FOUR, 20, 0, 8)).contains(20L);
        assertThat(view(PlayedReplica.FOUR, 5, 3, 3)).isEmpty();
        assertThat(view(PlayedReplica.FOUR, 5, 4, 3)).contains(5L);
    }

    @Test
    @DisplayName("one of seven that says too much is not believed, and is waited for no longer than for the others")
    void liarAbove() {
        assertThat(executed(SEVEN, 20, 20, 20, 20, Long.MAX_VALUE)).isEmpty();
        assertThat(executed(SEVEN, 20, 20, 20, 16, Long.MAX_VALUE, 20)).contains(20L);
        assertThat(executed(SEVEN, 20, 20, 16, 20, 32))
                .as("no more than a window beyond")
                .contains(32L);
        assertThat(view(SEVEN, 3, 3, 3, 3, Long.MAX_VALUE)).isEmpty();
        assertThat(view(SEVEN, 3, 3, 3, 3, Long.MAX_VALUE, 3)).contains(3L);
    }

    @Test
    @DisplayName("one of seven that says nothing happened makes nobody believe it, whoever lags behind")
    void liarBelow() {
        assertThat(executed(SEVEN, 0, 12, 12, 20, 20)).contains(20L);
        assertThat(executed(SEVEN, Long.MIN_VALUE, 12, 12, 20, 20, 20)).contains(20L);
        assertThat(view(SEVEN, 0, 3, 3, 4, 4)).contains(4L);
    }

    @Test
    @DisplayName("a group is at its founding when nobody knows of anything")
    void founding() {
        List<ReplyStable> told = new ArrayList<>(List.of(told(0, 0), told(0, 0), told(0, 0)));
        assertThat(Estimate.of(PlayedReplica.FOUR, told, WINDOW)).contains(new Estimate(0, 0, true));
        told.set(1, new ReplyStable(NONCE, 0, 0, 1));
        assertThat(Estimate.of(PlayedReplica.FOUR, told, WINDOW))
                .as("something is under way")
                .contains(new Estimate(0, 0, false));
    }

    // -- the replica

    private final AtomicInteger nothings = new AtomicInteger();
    private final AtomicInteger foundings = new AtomicInteger();

    private record Recovering(PlayedReplica replica, ViewChanger viewChanger, Recovery recovery) {

        Core core() {
            return replica.core;
        }

        void tick(int times) {
            for (int i = 0; i < times; i++) {
                core().tick();
                recovery.onTick();
            }
        }

        void hear(ReplyStable... told) {
            for (int i = 0; i < told.length; i++) {
                recovery.onReply(PlayedReplica.FOUR.others(List.of(core().node)).get(i), told[i]);
            }
        }
    }

    private Recovering recovering(String node, Ledger recovered) {
        PlayedReplica replica = new PlayedReplica(KIT, node, SMALL, recovered);
        Core core = replica.core;
        Authenticity authenticity = new Authenticity(core);
        Execution execution =
                replica.execution(KIT.<Executor.Command>createTestProbe().ref());
        NormalCase normalCase = new NormalCase(core, execution, new Repeats(core), authenticity, Choices.NONE);
        ViewChanger viewChanger = new ViewChanger(core, normalCase, new Vouching(core, authenticity, Choices.NONE));
        Recovery recovery =
                new Recovery(core, viewChanger, () -> NONCE, nothings::incrementAndGet, foundings::incrementAndGet);
        boolean isFirst = core.ledger.isFresh();
        core.start(true, () -> {});
        viewChanger.resume(isFirst);
        recovery.resume();
        return new Recovering(replica, viewChanger, recovery);
    }

    private Recovering wiped(String node) {
        Recovering wiped = recovering(node, new Ledger());
        assertThat(wiped.replica().store()).containsExactly(new Fact.Started(), new Fact.Forgot(Fact.Forgot.ALL));
        return wiped;
    }

    private static Fact.CheckpointTaken checkpoint(long sequence) {
        return new Fact.CheckpointTaken(
                sequence, new StateHeader(sequence, 100, Digest.of(ByteString.fromString("state"))));
    }

    @Test
    @DisplayName("it asks until it is told, then has numbers go on until a stable checkpoint is beyond what it forgot")
    void fromBeginningToEnd() {
        Recovering wiped = wiped("n4");
        Core core = wiped.core();
        int interval = (int) core.settings.ticks(core.settings.standingInterval());
        wiped.tick(interval);
        assertThat(wiped.replica().heardBy("n2")).isEqualTo(new QueryStable(NONCE));
        wiped.hear(told(0, 8), told(0, 9));
        assertThat(core.ledger.forgottenThrough()).isEqualTo(Fact.Forgot.ALL);
        wiped.tick(interval);
        assertThat(wiped.replica().heardBy("n2")).as("again").isEqualTo(new QueryStable(NONCE));
        assertThat(nothings).hasValue(0);
        wiped.hear(told(0, 8), told(0, 9), told(0, 8));
        assertThat(wiped.replica().store()).containsExactly(new Fact.Forgot(9 + WINDOW));
        assertThat(core.mayAnswerReads()).isFalse();
        wiped.tick(3);
        assertThat(nothings).as("it is behind: seldom").hasValue(1);
        wiped.tick((int) core.settings.ticks(core.settings.viewChangeTimeout()));
        assertThat(nothings).hasValue(2);
        core.executedThrough(9);
        wiped.tick(3);
        core.executedThrough(10);
        wiped.tick(3);
        assertThat(nothings).as("each time that it has executed").hasValue(4);
        assertThat(core.ledger.forgottenBeyond(20)).contains(new Fact.Forgot(21));
        assertThat(core.ledger.forgottenBeyond(24)).isEmpty();
        core.record(List.of(core.ledger.stableAt(checkpoint(24))), () -> {});
        core.executedThrough(24);
        wiped.replica().store();
        wiped.tick(3);
        assertThat(nothings).hasValue(4);
        assertThat(core.mayAnswerReads()).isTrue();
        assertThat(core.right.hasForgotten()).isFalse();
    }

    @Test
    @DisplayName("what was said before it asked is no answer")
    void oldAnswers() {
        Recovering wiped = wiped("n4");
        wiped.tick(100);
        for (int i = 0; i < 3; i++) {
            wiped.hear(new ReplyStable(1, 0, 0, 0), new ReplyStable(1, 0, 0, 0), new ReplyStable(1, 0, 0, 0));
        }
        assertThat(wiped.core().ledger.forgottenThrough()).isEqualTo(Fact.Forgot.ALL);
    }

    @Test
    @DisplayName("at the founding of its group it has lost nothing, and leads")
    void atTheFounding() {
        Recovering wiped = wiped("n1");
        wiped.tick(100);
        wiped.hear(told(0, 0), told(0, 0), told(0, 0));
        assertThat(wiped.replica().store()).containsExactly(new Fact.Forgot(0));
        assertThat(foundings).hasValue(1);
        assertThat(wiped.core().leads()).isTrue();
        assertThat(wiped.core().right.mayVote(0, 1)).isTrue();
    }

    @Test
    @DisplayName("it leads no view, and goes to the view that the others are in")
    void views() {
        Recovering primary = wiped("n1");
        primary.tick(100);
        primary.hear(told(0, 8), told(0, 8), told(0, 8));
        assertThat(primary.replica().store()).containsExactly(new Fact.ViewLeft(1));
        assertThat(primary.replica().store()).containsExactly(new Fact.Forgot(8 + WINDOW));
        Recovering backup = wiped("n4");
        backup.tick(100);
        backup.hear(told(6, 8), told(6, 8), told(5, 8));
        assertThat(backup.replica().store()).containsExactly(new Fact.ViewLeft(6));
    }

    @Test
    @DisplayName("who asks is shown the view change that it has forgotten, and stands by it")
    void ownViewChange() {
        Recovering other = recovering("n2", new Ledger());
        ViewChange left = new ViewChange(3, 0, List.of(), List.of(), List.of());
        Signed signed = other.replica().notary("n4").sign(left);
        other.viewChanger().onViewChange(signed, left);
        other.recovery().onQuery("n4", new QueryStable(NONCE));
        assertThat(other.replica().heardBy("n4")).isEqualTo(left);
        assertThat(other.replica().heardBy("n4")).isEqualTo(new ReplyStable(NONCE, 0, 0, 0));
        Recovering wiped = wiped("n4");
        wiped.viewChanger().onViewChange(signed, left);
        assertThat(wiped.replica().store()).containsExactly(new Fact.ViewLeft(3));
    }

    @Test
    @DisplayName("a stable checkpoint is recorded with what is forgotten beyond it")
    void outlivesACheckpoint() {
        Ledger recovered = new Ledger();
        recovered.apply(new Fact.Forgot(20));
        Recovering wiped = recovering("n4", recovered);
        Core core = wiped.core();
        StateTransfer transfer = new StateTransfer(core, new NoHands());
        for (long sequence : List.of(16L, 20L)) {
            transfer.onSaved(sequence, checkpoint(sequence).header());
            wiped.replica().store();
            Fact.Stable stable = core.ledger.stableAt(checkpoint(sequence));
            List.of("n1", "n2")
                    .forEach(node ->
                            transfer.onCheckpoint(node, checkpoint(sequence).checkpoint()));
            assertThat(wiped.replica().store())
                    .containsExactlyElementsOf(sequence < 20 ? List.of(stable, new Fact.Forgot(20)) : List.of(stable));
        }
    }
}
