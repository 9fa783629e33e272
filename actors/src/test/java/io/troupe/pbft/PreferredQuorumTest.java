package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who votes, and who is told when, of four replicas in view 0: n1 to n3 are preferred. */
class PreferredQuorumTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final PbftSettings SETTINGS = PbftSettings.from(ConfigFactory.load());
    private static final long PATIENCE = SETTINGS.ticks(SETTINGS.reservePatience());
    private static final Digest DIGEST = Digest.of(ByteString.fromString("batch"));
    /** More than the first time of alert has. */
    private static final int LONG = 30;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Core core(String node) {
        return new PlayedReplica(KIT, node, "").core;
    }

    private static Prepare prepare(long sequence) {
        return new Prepare(0, sequence, DIGEST);
    }

    private static Commit commit(long sequence) {
        return new Commit(0, sequence, DIGEST);
    }

    private static void tick(Core core, PreferredQuorum quorum, int ticks) {
        for (int i = 0; i < ticks; i++) {
            core.tick();
            quorum.onTick(0);
        }
    }

    private static PreferredQuorum calm(Core core) {
        PreferredQuorum quorum = new PreferredQuorum(core);
        List.of("n1", "n2", "n3").forEach(node -> {
            quorum.onPrepare(node, prepare(1));
            quorum.onCommit(node, commit(1));
        });
        tick(core, quorum, LONG);
        return quorum;
    }

    @Test
    @DisplayName(
            "all vote until the preferred have all voted, in this view, for what was executed, and a while has passed")
    void calmsDown() {
        Core core = core("n4");
        PreferredQuorum quorum = new PreferredQuorum(core);
        tick(core, quorum, LONG);
        assertThat(quorum.isInReserve()).as("nothing was committed").isFalse();
        quorum.onCommit("n1", commit(1));
        quorum.onCommit("n2", commit(1));
        quorum.onCommit("n3", new Commit(1, 1, DIGEST));
        tick(core, quorum, 2);
        assertThat(quorum.isInReserve()).as("n3 in another view").isFalse();
        quorum.onCommit("n3", commit(1));
        quorum.onPrepare("n1", prepare(1));
        quorum.onPrepare("n2", prepare(1));
        tick(core, quorum, 2);
        assertThat(quorum.isInReserve())
                .as("n3 commits, and does not prepare: it is back from a crash")
                .isFalse();
        quorum.onPrepare("n3", prepare(1));
        tick(core, quorum, 2);
        assertThat(quorum.isInReserve()).isTrue();
        quorum.beginView();
        assertThat(quorum.isInReserve()).as("a view begins").isFalse();
    }

    @Test
    @DisplayName("a batch that does not commit in time wakes who is in reserve, once; so does who asks for votes")
    void wakesUp() {
        Core core = core("n4");
        PreferredQuorum quorum = calm(core);
        core.tick();
        assertThat(quorum.onTick(2)).isFalse();
        for (int i = 0; i < PATIENCE; i++) {
            core.tick();
            assertThat(quorum.onTick(2)).isFalse();
            assertThat(quorum.isInReserve()).isTrue();
        }
        core.tick();
        assertThat(quorum.onTick(2)).isTrue();
        assertThat(quorum.isInReserve()).isFalse();
        assertThat(quorum.onAsked()).as("it is awake").isFalse();
        tick(core, quorum, 3 * LONG);
        assertThat(quorum.isInReserve()).isTrue();
        assertThat(quorum.onAsked()).isTrue();
        assertThat(quorum.isInReserve()).isFalse();
    }

    @Test
    @DisplayName(
            "who is in reserve is told what others say together, once a tick, and prepares only when it has voted itself")
    void toldTogether() {
        PlayedReplica replica = new PlayedReplica(KIT, "n1", "");
        Core core = replica.core;
        PreferredQuorum quorum = calm(core);
        assertThat(quorum.isInReserve()).as("preferred").isFalse();
        PrePrepare prePrepare = new PrePrepare(0, 4, core.notary.nullBatch());
        quorum.say(prePrepare);
        quorum.say(new Prepare(0, 2, DIGEST), core.slot(2));
        quorum.say(commit(2), core.slot(2), true);
        quorum.say(commit(3), core.slot(3), true);
        for (String peer : List.of("n2", "n3")) {
            assertThat(replica.heardBy(peer)).isEqualTo(prePrepare);
            assertThat(replica.heardBy(peer)).isEqualTo(new Prepare(0, 2, DIGEST));
            assertThat(replica.heardBy(peer)).isEqualTo(commit(2));
            assertThat(replica.heardBy(peer)).isEqualTo(commit(3));
        }
        tick(core, quorum, 1);
        assertThat(replica.heardBy("n4")).isEqualTo(prePrepare);
        assertThat(replica.heardBy("n4")).isEqualTo(new Commits(List.of(commit(2), commit(3))));
        core.slot(4).onPrepare("n4", new Slot.Vote(0, DIGEST));
        quorum.say(new Prepare(0, 4, DIGEST), core.slot(4));
        assertThat(replica.heardBy("n4")).isEqualTo(new Prepare(0, 4, DIGEST));
        assertThat(quorum.hears("n4")).isFalse();
    }
}
