package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GatheringTest {

    private final TestInbox<String> mailbox = TestInbox.create();
    private final Gathering gathering = new Gathering(mailbox.getRef(), "gathered");

    private boolean isOver() {
        assertThat(mailbox.getAllReceived()).containsExactly("gathered");
        return gathering.isOver();
    }

    @Test
    @DisplayName("It waits for what is in the mailbox, once, and the next begins anew")
    void waitsForTheMailbox() {
        for (int i = 0; i < 20; i++) {
            gathering.add();
            assertThat(isOver()).isTrue();
            assertThat(mailbox.hasMessages()).isFalse();
        }
    }

    @Test
    @DisplayName("It goes round again while more comes")
    void goesRoundAgain() {
        gathering.add();
        gathering.add();
        assertThat(isOver()).isFalse();
        assertThat(isOver()).isTrue();
    }

    @Test
    @DisplayName("However much comes, it is over after eight rounds")
    void isOverInTheEnd() {
        int rounds = 1;
        gathering.add();
        gathering.add();
        while (!isOver()) {
            gathering.add();
            rounds++;
        }
        assertThat(rounds).isEqualTo(8);
    }
}
