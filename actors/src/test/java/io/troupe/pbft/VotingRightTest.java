package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What bounds the prepares that a replica says and may forget (TOCS 2002). */
class VotingRightTest {

    private static final long WINDOW = 12;

    private static Fact.Stable stable(long sequence, long view, boolean active) {
        StateHeader header = new StateHeader(1, 1, Digest.of(ByteString.fromString("root")));
        return new Fact.Stable(sequence, header.digest(sequence), header, view, active, Optional.empty());
    }

    private static Fact entered(long view) {
        return new Fact.ViewEntered(new NewView(view, List.of()));
    }

    private static VotingRight after(Fact... facts) {
        Ledger recovered = new Ledger();
        List.of(facts).forEach(recovered::apply);
        return new VotingRight(recovered, WINDOW);
    }

    @Test
    @DisplayName("no prepare in a view, nor for a number, before the view and the window are durable")
    void whatIsDurable() {
        VotingRight right = after();
        assertThat(right.mayVote(0, 1)).as("that it runs is not durable").isFalse();
        right.onDurable(new Fact.Started());
        assertThat(right.mayVote(0, 1)).isTrue();
        assertThat(right.mayVote(0, WINDOW)).isTrue();
        assertThat(right.mayVote(0, WINDOW + 1)).isFalse();
        right.onDurable(stable(4, 0, true));
        assertThat(right.mayVote(0, 4 + WINDOW)).isTrue();
        assertThat(right.mayVote(1, 5)).isFalse();
        right.onDurable(new Fact.ViewLeft(1));
        assertThat(right.mayVote(1, 5)).as("its new view is not durable").isFalse();
        right.onDurable(entered(1));
        assertThat(right.mayVote(1, 5)).isTrue();
        assertThat(right.mayVote(0, 5)).isFalse();
    }

    @Test
    @DisplayName("back from a crash: mute in the view that was in force, for its window, but for what that began with")
    void mute() {
        VotingRight right = after(new Fact.Started(), entered(3), stable(4, 3, true));
        right.mayRepeatThrough(6);
        assertThat(right.mayVote(3, 6)).isTrue();
        assertThat(right.mayVote(3, 7)).isFalse();
        assertThat(right.mayVote(3, 4 + WINDOW)).isFalse();
        right.onDurable(stable(8, 3, true));
        assertThat(right.mayVote(3, 4 + WINDOW)).isFalse();
        assertThat(right.mayVote(3, 4 + WINDOW + 1)).isTrue();
        right.onDurable(entered(4));
        assertThat(right.mayVote(4, 9)).as("in the next view").isTrue();
    }

    @Test
    @DisplayName("its disk was lost: mute in every view through the number that is known to bound what it said")
    void forgotten() {
        VotingRight right = after();
        right.onDurable(new Fact.Started());
        right.onDurable(new Fact.Forgot(Fact.Forgot.ALL));
        assertThat(right.mayVote(0, 1)).isFalse();
        assertThat(right.isMute(0, 1)).as("it need not wait for anything").isTrue();
        right.onDurable(entered(3));
        assertThat(right.mayVote(3, 1)).as("in a view that it has not been in").isFalse();
        right.onDurable(new Fact.Forgot(8 + WINDOW));
        right.onDurable(stable(8, 3, true));
        assertThat(right.mayVote(3, 8 + WINDOW)).isFalse();
        assertThat(right.isForgotten(8 + WINDOW)).isTrue();
        right.onDurable(entered(4));
        assertThat(right.mayVote(4, 8 + WINDOW)).isFalse();
        right.onDurable(stable(12, 4, true));
        assertThat(right.hasForgotten()).isTrue();
        assertThat(right.mayVote(4, 8 + WINDOW)).isFalse();
        assertThat(right.mayVote(4, 8 + WINDOW + 1)).isTrue();
        right.onDurable(stable(8 + WINDOW, 4, true));
        assertThat(right.hasForgotten()).isFalse();
    }

    @Test
    @DisplayName("its disk was lost, and it is back from a crash: it remembers what it has forgotten")
    void forgottenBefore() {
        VotingRight right =
                after(new Fact.Started(), new Fact.Forgot(8 + WINDOW), stable(12, 3, true), new Fact.ViewLeft(4));
        right.onDurable(entered(4));
        assertThat(right.mayVote(4, 8 + WINDOW)).isFalse();
        assertThat(right.mayVote(4, 8 + WINDOW + 1)).isTrue();
        assertThat(right.hasForgotten()).isTrue();
    }

    @Test
    @DisplayName("nothing was lost: the group was at its founding")
    void nothingForgotten() {
        VotingRight right = after(new Fact.Started(), new Fact.Forgot(Fact.Forgot.ALL));
        right.onDurable(new Fact.Forgot(0));
        assertThat(right.isForgotten(1)).isFalse();
        assertThat(right.hasForgotten()).isFalse();
    }

    @Test
    @DisplayName("back from a crash in a view change: it was in no view that could still be in force")
    void notInAView() {
        VotingRight right = after(new Fact.Started(), new Fact.ViewLeft(2));
        assertThat(right.isMute(2, 1)).isFalse();
        assertThat(right.mayVote(2, 1)).isFalse();
        right.onDurable(entered(2));
        assertThat(right.mayVote(2, 1)).isTrue();
    }
}
