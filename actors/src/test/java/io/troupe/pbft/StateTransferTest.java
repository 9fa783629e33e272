package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** §4.3: what a replica says of its checkpoints it can still say after a crash, and only a quorum makes one stable. */
class StateTransferTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final StateHeader HEADER = new StateHeader(9, 100, Digest.of(ByteString.fromString("state")));
    private static final int BEYOND_THE_WINDOW = 8192;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Does what it is told, and writes it down. */
    private static final class Hands implements StateTransfer.Hands {

        final List<String> done = new ArrayList<>();

        @Override
        public void fetch(Checkpoint target) {
            done.add("fetch " + target.sequence());
        }

        @Override
        public void restore(long sequence, StateHeader header) {
            done.add("restore " + sequence);
        }

        @Override
        public void prune(long sequence) {
            done.add("prune " + sequence);
        }

        @Override
        public void windowMoved() {}
    }

    private static Checkpoint at(long sequence) {
        return new Checkpoint(sequence, HEADER.digest(sequence));
    }

    @Test
    @DisplayName("the others hear of a checkpoint when it is durable that it is here, and not before")
    void isAFactBeforeItIsSaid() {
        PlayedReplica replica = new PlayedReplica(KIT, "n1", "");
        StateTransfer transfer = new StateTransfer(replica.core, new Hands());
        transfer.onSaved(1024, HEADER);
        transfer.sayAgain("n2", 0);
        replica.core.send("n2", new NoSuchState(7));
        assertThat(replica.heardBy("n2")).as("nothing before").isEqualTo(new NoSuchState(7));
        assertThat(replica.store()).containsExactly(new Fact.CheckpointTaken(1024, HEADER));
        assertThat(replica.heardBy("n2")).isEqualTo(at(1024));
    }

    @Test
    @DisplayName(
            "a replica that is back from a crash goes on from its latest checkpoint, and tells of all of them again")
    void isToldOfAgain() {
        Ledger recovered = new Ledger();
        recovered.apply(new Fact.Started());
        recovered.apply(new Fact.CheckpointTaken(1024, HEADER));
        recovered.apply(new Fact.CheckpointTaken(2048, HEADER));
        recovered.apply(new Fact.Stable(1024, HEADER.digest(1024), HEADER, 0, true, Optional.empty()));
        PlayedReplica replica = new PlayedReplica(KIT, "n1", "", recovered);
        StateTransfer transfer = new StateTransfer(replica.core, new Hands());
        assertThat(replica.core.executed()).isEqualTo(2048);
        assertThat(recovered.viewChange(prepared -> true).checkpoints()).containsExactly(at(1024), at(2048));

        transfer.sayAgain("n2", 0);
        assertThat(List.of(replica.heardBy("n2"), replica.heardBy("n2"))).containsExactly(at(1024), at(2048));
        transfer.sayAgain("n2", 1024);
        assertThat(replica.heardBy("n2")).as("above its stable one").isEqualTo(at(2048));

        transfer.onCheckpoint("n2", at(2048));
        transfer.onCheckpoint("n3", at(2048));
        assertThat(replica.core.ledger.stableSequence()).as("with its own word").isEqualTo(2048);
    }

    @Test
    @DisplayName("a state that was fetched is a checkpoint like another: stable when a quorum has it")
    void fetchedIsNotStable() {
        PlayedReplica replica = new PlayedReplica(KIT, "n1", "");
        Ledger ledger = replica.core.ledger;
        Hands hands = new Hands();
        StateTransfer transfer = new StateTransfer(replica.core, hands);
        transfer.onLook(Optional.of(at(BEYOND_THE_WINDOW)), 4);
        transfer.onFetched(BEYOND_THE_WINDOW, HEADER);
        transfer.onRestored(BEYOND_THE_WINDOW, HEADER);
        assertThat(replica.store()).containsExactly(new Fact.CheckpointTaken(BEYOND_THE_WINDOW, HEADER));
        assertThat(replica.core.executed()).isEqualTo(BEYOND_THE_WINDOW);
        assertThat(ledger.stableSequence()).as("h").isZero();
        assertThat(NewViewDecision.isWellFormed(ledger.viewChange(prepared -> true), replica.core.settings.window()))
                .as("what it says in a view change")
                .isTrue();

        transfer.onCheckpoint("n2", at(BEYOND_THE_WINDOW));
        assertThat(ledger.stableSequence()).as("h, when two have it").isZero();
        transfer.onCheckpoint("n3", at(BEYOND_THE_WINDOW));
        assertThat(ledger.stableSequence()).as("h, when three have it").isEqualTo(BEYOND_THE_WINDOW);
        assertThat(replica.store()).hasSize(1).first().isInstanceOf(Fact.Stable.class);
        assertThat(hands.done)
                .containsExactly(
                        "fetch " + BEYOND_THE_WINDOW, "restore " + BEYOND_THE_WINDOW, "prune " + BEYOND_THE_WINDOW);
    }

    @Test
    @DisplayName(
            "a replica that is out of its window with a state that too few have goes back to one that moves its window")
    void goesBackToWhatAQuorumHas() {
        PlayedReplica replica = new PlayedReplica(KIT, "n1", "");
        Core core = replica.core;
        Hands hands = new Hands();
        StateTransfer transfer = new StateTransfer(core, hands);
        transfer.onLook(Optional.of(at(BEYOND_THE_WINDOW)), 1);
        transfer.onFetched(BEYOND_THE_WINDOW, HEADER);
        transfer.onRestored(BEYOND_THE_WINDOW, HEADER);
        replica.store();
        transfer.onCheckpoint("n2", at(1024));
        transfer.onCheckpoint("n3", at(1024));
        transfer.onLook(Optional.empty(), 1);
        assertThat(hands.done).as("it has just moved").hasSize(2);

        core.tick();
        core.tick();
        transfer.onLook(Optional.empty(), 1);
        assertThat(hands.done).last().isEqualTo("fetch 1024");
        transfer.onFetched(1024, HEADER);
        transfer.onRestored(1024, HEADER);
        assertThat(replica.store()).containsExactly(new Fact.CheckpointTaken(1024, HEADER));
        assertThat(core.executed()).isEqualTo(1024);
        assertThat(core.ledger.stableSequence()).isEqualTo(1024);
        assertThat(core.isOpen(1025)).isTrue();
    }
}
