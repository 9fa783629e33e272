package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Standing;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** n4, which is faulty, says all the time what others answer at length; an interval, here, has four ticks. */
class PaceTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final String LIAR = "n4";
    private static final PbftMessage NOTHING_MORE = new NoSuchState(7);

    private final PlayedReplica replica =
            new PlayedReplica(KIT, "n2", "troupe.pbft { tick = 50ms, standing-interval = 200ms }");
    private final Core core = replica.core;
    private final Execution execution =
            replica.execution(KIT.<Executor.Command>createTestProbe().ref());
    private final Repeats repeats = new Repeats(core);
    private final Authenticity authenticity = new Authenticity(core);
    private final NormalCase normalCase = new NormalCase(core, execution, repeats, authenticity, Choices.NONE);
    private final ViewChanger viewChanger =
            new ViewChanger(core, normalCase, new Vouching(core, authenticity, Choices.NONE));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void assertNothingMoreIsHeard() {
        core.send(LIAR, NOTHING_MORE);
        assertThat(replica.heardBy(LIAR)).isEqualTo(NOTHING_MORE);
    }

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            core.tick();
        }
    }

    @Test
    @DisplayName("who says where it stands more often than it should is not told more often what it has missed")
    void standings() {
        StateTransfer stateTransfer = new StateTransfer(core, new NoHands());
        Standings standings = new Standings(core, execution, repeats, viewChanger, stateTransfer);
        normalCase.beginView(PlayedReplica.nothingThrough(0));
        Request request = new Request(new RequestId("n3", 1, 1), List.of(new PbftMessage.OpenSession()));
        PrePrepare prePrepare = replica.prePrepare(1, replica.letter(request));
        normalCase.onPrePrepare("n1", prePrepare);
        Prepare vote = new Prepare(0, 1, Digest.of(prePrepare.batch()));
        assertThat(replica.heardBy(LIAR)).isEqualTo(vote);
        for (int interval = 0; interval < 2; interval++) { // What was said is to be there by then.
            ticks(4);
            standings.onTick();
            assertThat(replica.heardBy(LIAR)).isInstanceOf(Standing.class);
        }

        for (int again = 0; again < 100; again++) {
            standings.onStanding(LIAR, new Standing(0, true, 0, 0));
        }
        assertThat(replica.heardBy(LIAR)).isEqualTo(vote);
        assertNothingMoreIsHeard();
        ticks(2);
        standings.onStanding(LIAR, new Standing(0, true, 0, 0));
        assertThat(replica.heardBy(LIAR)).isEqualTo(vote);
    }

    @Test
    @DisplayName("who shows a late view change again and again is not shown the view that has begun each time")
    void lateViewChanges() {
        NewView proof = new NewView(4, List.of());
        core.record(List.of(new Fact.ViewEntered(proof)), () -> {});
        replica.store();
        ViewChange late = new ViewChange(3, 0, List.of(), List.of(), List.of());
        Signed signed = replica.notary(LIAR).sign(late);
        for (int again = 0; again < 100; again++) {
            viewChanger.onViewChange(signed, late);
        }
        assertThat(replica.heardBy(LIAR)).isEqualTo(proof);
        assertNothingMoreIsHeard();
        ticks(2);
        viewChanger.onViewChange(signed, late);
        assertThat(replica.heardBy(LIAR)).isEqualTo(proof);
    }
}
