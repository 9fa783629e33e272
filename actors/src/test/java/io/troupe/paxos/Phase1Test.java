package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.PaxosMessage.Promise;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Promises in parts, of n2 for instances from 11 on. */
class Phase1Test {

    private static final Ballot OLD = new Ballot(1, "n3");
    private static final Ballot NEW = new Ballot(2, "n1");
    private static final Voter N2 = new Voter("n2", 0);
    private static final Membership OF_N2 = Membership.founding(Set.of("n2"), 0, 8);

    private final Phase1 phase1 = new Phase1(NEW, 11, 0);

    private static Promise part(long chosenThrough, long first, long last) {
        Vote vote = new Vote(first, OLD, PaperServer.command("in " + first));
        return new Promise(NEW, N2, chosenThrough, first, last, List.of(vote));
    }

    @Test
    void itIsCompleteWhenAllOfItHasComeInWhateverOrder() {
        phase1.add(part(10, 21, Promise.END));
        phase1.add(part(10, 11, 15));
        assertThat(phase1.isComplete(OF_N2)).isFalse();
        phase1.add(part(10, 16, 20));
        assertThat(phase1.isComplete(OF_N2)).isTrue();
        assertThat(phase1.mustPropose(16)).contains(PaperServer.command("in 16"));
        assertThat(phase1.chosenThrough()).isEqualTo(10);
    }

    @Test
    void aPartThatComesTwiceDoesNotStandForAnother() {
        phase1.add(part(10, 11, 20));
        phase1.add(part(10, 11, 20));
        assertThat(phase1.isComplete(OF_N2)).isFalse();
    }

    /** It had been told what is decided through 15 meanwhile, so that the next answer is in other parts. */
    @Test
    void partsOfTwoAnswersAreNotOneUnlessTheyTellOfAllInstances() {
        phase1.add(part(10, 11, 20));
        phase1.add(part(15, 26, Promise.END));
        assertThat(phase1.isComplete(OF_N2)).isFalse();
        phase1.add(part(15, 16, 25));
        assertThat(phase1.isComplete(OF_N2)).isTrue();
        assertThat(phase1.chosenThrough()).isEqualTo(15);
    }

    @Test
    void whatItKnowsToBeDecidedIsNoGap() {
        phase1.add(part(30, 31, Promise.END));
        assertThat(phase1.isComplete(OF_N2)).isTrue();
        assertThat(phase1.chosenThrough()).isEqualTo(30);
        assertThat(phase1.furthest()).isEqualTo("n2");
    }
}
