package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GatheringTest {

    private final TestInbox<String> mailbox = TestInbox.create();
    private final Gathering once = new Gathering(mailbox.getRef(), "gathered");
    private final Gathering inRounds = new Gathering(mailbox.getRef(), "gathered", 8);

    private boolean isOver(Gathering gathering) {
        assertThat(mailbox.getAllReceived()).containsExactly("gathered");
        return gathering.isOver();
    }

    @Test
    @DisplayName("It waits for what is in the mailbox, once, and the next begins anew")
    void waitsForTheMailbox() {
        for (int i = 0; i < 20; i++) {
            once.add();
            once.add();
            assertThat(isOver(once)).isTrue();
            assertThat(mailbox.hasMessages()).isFalse();
        }
    }

    @Test
    @DisplayName("In rounds it goes round again while more comes, and no longer")
    void goesRoundAgain() {
        inRounds.add();
        inRounds.add();
        assertThat(isOver(inRounds)).isFalse();
        assertThat(isOver(inRounds)).isTrue();
        inRounds.add();
        assertThat(isOver(inRounds)).isTrue();
    }

    @Test
    @DisplayName("However much comes, it is over after so many rounds")
    void isOverInTheEnd() {
        int rounds = 1;
        inRounds.add();
        inRounds.add();
        while (!isOver(inRounds)) {
            inRounds.add();
            rounds++;
        }
        assertThat(rounds).isEqualTo(8);
    }
}
