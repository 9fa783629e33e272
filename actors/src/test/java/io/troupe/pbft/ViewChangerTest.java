package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.Standing;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.Replica;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** §4.4 at one replica whose disk, executor, and peers are played here. */
class ViewChangerTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final StateHeader HEADER = new StateHeader(9, 100, Digest.of(ByteString.fromString("state")));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static ViewChanger viewChanger(PlayedReplica replica) {
        Core core = replica.core;
        Authenticity authenticity = new Authenticity(core);
        Execution execution =
                replica.execution(KIT.<Executor.Command>createTestProbe().ref());
        NormalCase normalCase = new NormalCase(core, execution, new Repeats(core), authenticity, Choices.NONE);
        return new ViewChanger(core, normalCase, new Vouching(core, authenticity, Choices.NONE));
    }

    @Test
    @DisplayName(
            "a view change tells of what the replica knew when it left, when that is durable, and of nothing later")
    void tellsOfWhatIsDurable() {
        PlayedReplica replica = new PlayedReplica(KIT, "n3", "");
        Core core = replica.core;
        ViewChanger viewChanger = viewChanger(replica);
        Fact.CheckpointTaken before = new Fact.CheckpointTaken(1024, HEADER);
        Fact.CheckpointTaken after = new Fact.CheckpointTaken(2048, HEADER);
        core.record(List.of(before), () -> {});
        for (String node : List.of("n2", "n4")) { // f+1: it goes along.
            ViewChange change = new ViewChange(1, 0, List.of(), List.of(), List.of());
            viewChanger.onViewChange(replica.notary(node).sign(change), change);
        }
        core.record(List.of(after), () -> {});

        assertThat(replica.store()).containsExactly(before);
        core.send("n1", new NoSuchState(7));
        assertThat(replica.heardBy("n1")).as("nothing before").isEqualTo(new NoSuchState(7));
        assertThat(replica.store()).containsExactly(new Fact.ViewLeft(1));
        assertThat(replica.heardBy("n1"))
                .isEqualTo(new ViewChange(1, 0, List.of(before.checkpoint()), List.of(), List.of()));
    }

    @Test
    @DisplayName("a replica that left its view alone tells of the primary that f+1 others follow, while they say so")
    void knowsWhomTheOthersFollow() {
        Core core = new PlayedReplica(KIT, "n4", "").core;
        core.record(List.of(new Fact.ViewLeft(2)), () -> {});
        core.elsewhere.hear("n1", new Standing(1, true, 0, 0), core.now());
        core.elsewhere.hear("n2", new Standing(1, false, 0, 0), core.now());
        assertThat(core.status().leader()).as("one may lie").isEmpty();
        core.elsewhere.hear("n3", new Standing(1, true, 0, 0), core.now());
        assertThat(core.status().role()).isEqualTo(Replica.Role.CANDIDATE);
        assertThat(core.status().leader()).contains("n2");
        for (long tick = 0; tick <= core.settings.ticks(core.settings.viewChangeTimeout()); tick++) {
            core.tick();
        }
        assertThat(core.status().leader()).as("nothing is heard any more").isEmpty();
    }
}
