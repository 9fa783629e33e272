package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
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
        wants(replica, viewChanger, "n2", 1);
        wants(replica, viewChanger, "n4", 1); // f+1: it goes along.
        core.record(List.of(after), () -> {});

        assertThat(replica.store()).containsExactly(before);
        core.send("n1", new NoSuchState(7));
        assertThat(replica.heardBy("n1")).as("nothing before").isEqualTo(new NoSuchState(7));
        assertThat(replica.store()).containsExactly(new Fact.ViewLeft(1));
        assertThat(replica.heardBy("n1"))
                .isEqualTo(new ViewChange(1, 0, List.of(before.checkpoint()), List.of(), List.of()));
    }

    private static void wants(PlayedReplica replica, ViewChanger viewChanger, String node, long view) {
        ViewChange change = new ViewChange(view, 0, List.of(), List.of(), List.of());
        viewChanger.onViewChange(replica.notary(node).sign(change), change);
    }

    @Test
    @DisplayName(
            "§4.4: f+1 that have left for later views take a replica along, to the smallest of those, before its own time is up")
    void joinsEarly() {
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        ViewChanger viewChanger = viewChanger(replica);
        wants(replica, viewChanger, "n3", 5);
        assertThat(replica.core.ledger.view()).as("one may lie").isZero();
        wants(replica, viewChanger, "n3", 6);
        assertThat(replica.core.ledger.view()).as("however often").isZero();
        wants(replica, viewChanger, "n4", 3);
        assertThat(replica.store()).containsExactly(new Fact.ViewLeft(3));
        assertThat(replica.core.now()).as("ticks that it has waited").isZero();
    }

    /** Ticks until the replica leaves the view that it is in, or waits for. */
    private static long ticksUntilItLeaves(PlayedReplica replica, ViewChanger viewChanger) {
        long view = replica.core.ledger.view();
        long begun = replica.core.now();
        while (replica.core.ledger.view() == view) {
            replica.core.tick();
            viewChanger.onTick();
        }
        assertThat(replica.store()).endsWith(new Fact.ViewLeft(view + 1));
        return replica.core.now() - begun;
    }

    @Test
    @DisplayName(
            "§4.4: each new view that does not come has twice the time of the one before, until something is executed")
    void theTimerDoubles() {
        PlayedReplica replica =
                new PlayedReplica(KIT, "n1", "troupe.pbft { tick = 50ms, view-change-timeout = 500ms }");
        ViewChanger viewChanger = viewChanger(replica);
        Request request = new Request(new RequestId("n3", 1, 1), List.of(new OpenSession()));
        replica.core.requests.add(replica.letter(request), request, true, replica.core.now());
        assertThat(ticksUntilItLeaves(replica, viewChanger))
                .as("longer than 500ms")
                .isEqualTo(10 + 1);
        for (long view = 1; view <= 3; view++) {
            wants(replica, viewChanger, "n3", view);
            wants(replica, viewChanger, "n4", view);
            assertThat(ticksUntilItLeaves(replica, viewChanger))
                    .as("ticks for view %s", view)
                    .isEqualTo(10L << view);
        }
        wants(replica, viewChanger, "n3", 4);
        wants(replica, viewChanger, "n4", 4); // It is the primary of that one, and begins it.
        replica.store();
        viewChanger.onProgress();
        assertThat(ticksUntilItLeaves(replica, viewChanger)).as("as at first").isEqualTo(10 + 1);
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
