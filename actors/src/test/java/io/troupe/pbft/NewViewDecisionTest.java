package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The decision procedure of new views beside the paper that has it (TOCS 2002, view changes), with four replicas, f = 1. */
class NewViewDecisionTest {

    private static final Membership FOUR = new Membership(List.of("n1", "n2", "n3", "n4"));
    private static final long WINDOW = 8;
    private static final Digest A = Digest.of(ByteString.fromString("a"));
    private static final Digest B = Digest.of(ByteString.fromString("b"));
    private static final Digest STATE = Digest.of(ByteString.fromString("state"));

    private static Certified at(long sequence, Digest digest, long view) {
        return new Certified(sequence, digest, view);
    }

    private static ViewChange claim(List<Certified> prepared, List<Certified> prePrepared) {
        return new ViewChange(5, 0, List.of(), prepared, prePrepared);
    }

    private static ViewChange nothing() {
        return claim(List.of(), List.of());
    }

    private static Optional<NewViewDecision> decide(ViewChange... claims) {
        return NewViewDecision.of(FOUR, List.of(claims), WINDOW);
    }

    @Test
    @DisplayName("a quorum that has prepared nothing begins a view with nothing")
    void nothingPrepared() {
        NewViewDecision decision = decide(nothing(), nothing(), nothing()).orElseThrow();
        assertThat(decision.checkpoint()).isZero();
        assertThat(decision.chosen()).isEmpty();
    }

    @Test
    @DisplayName("A: what one has prepared and f+1 have pre-prepared is chosen again")
    void preparedIsChosen() {
        NewViewDecision decision = decide(
                        claim(List.of(at(1, A, 0)), List.of(at(1, A, 0))),
                        claim(List.of(), List.of(at(1, A, 0))),
                        nothing())
                .orElseThrow();
        assertThat(decision.chosen()).containsExactly(Map.entry(1L, Optional.of(A)));
    }

    @Test
    @DisplayName("A2: what only one, who may lie, has heard of is not chosen, and without more view changes nothing is")
    void aLieIsNotChosen() {
        ViewChange lie = claim(List.of(at(1, B, 4)), List.of(at(1, B, 4)));
        assertThat(decide(lie, nothing(), nothing())).isEmpty();
        NewViewDecision decision = decide(lie, nothing(), nothing(), nothing()).orElseThrow();
        assertThat(decision.chosen()).isEmpty();
    }

    @Test
    @DisplayName("A1: of two batches the one that prepared in the later view is chosen")
    void theLaterViewWins() {
        NewViewDecision decision = decide(
                        claim(List.of(at(1, A, 1)), List.of(at(1, A, 1))),
                        claim(List.of(at(1, B, 3)), List.of(at(1, A, 1), at(1, B, 3))),
                        claim(List.of(), List.of(at(1, B, 3))))
                .orElseThrow();
        assertThat(decision.chosen().get(1L)).contains(B);
    }

    @Test
    @DisplayName("B: a gap below what is chosen is filled with the null request")
    void gapsAreFilled() {
        NewViewDecision decision = decide(
                        claim(List.of(at(3, A, 0)), List.of(at(3, A, 0))),
                        claim(List.of(), List.of(at(3, A, 0))),
                        nothing())
                .orElseThrow();
        assertThat(decision.chosen().get(1L)).isEmpty();
        assertThat(decision.chosen().get(2L)).isEmpty();
        assertThat(decision.chosen().get(3L)).contains(A);
        assertThat(decision.last()).isEqualTo(3);
    }

    @Test
    @DisplayName("the view begins at the latest checkpoint that f+1 hold and a quorum has not gone beyond")
    void checkpoint() {
        Checkpoint four = new Checkpoint(4, STATE);
        ViewChange held = new ViewChange(5, 4, List.of(four), List.of(), List.of());
        ViewChange alone = new ViewChange(5, 8, List.of(new Checkpoint(8, STATE)), List.of(), List.of());
        assertThat(decide(held, held, nothing()).orElseThrow().checkpoint()).isEqualTo(4);
        assertThat(decide(held, held, alone))
                .as("only two have not gone beyond 4")
                .isEmpty();
        assertThat(decide(held, held, alone, nothing()).orElseThrow().checkpoint())
                .isEqualTo(4);
        assertThat(decide(held, nothing(), nothing()))
                .as("one who holds it may lie, or be the first to tell")
                .isEmpty();
        assertThat(decide(held, nothing(), nothing(), nothing()).orElseThrow().checkpoint())
                .as("when all have told, it was a lie, or not stable")
                .isZero();
    }

    @Test
    @DisplayName(
            "a claim with numbers out of the window, two batches prepared at one, or of this view is not well formed")
    void illFormed() {
        assertThat(NewViewDecision.isWellFormed(claim(List.of(at(1, A, 4)), List.of(at(1, A, 4))), WINDOW))
                .isTrue();
        assertThat(NewViewDecision.isWellFormed(claim(List.of(at(9, A, 4)), List.of()), WINDOW))
                .isFalse();
        assertThat(NewViewDecision.isWellFormed(claim(List.of(at(0, A, 4)), List.of()), WINDOW))
                .isFalse();
        assertThat(NewViewDecision.isWellFormed(claim(List.of(at(1, A, 4), at(1, B, 4)), List.of()), WINDOW))
                .isFalse();
        assertThat(NewViewDecision.isWellFormed(claim(List.of(at(1, A, 5)), List.of()), WINDOW))
                .isFalse();
    }
}
