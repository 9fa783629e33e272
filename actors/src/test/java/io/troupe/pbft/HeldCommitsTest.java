package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.Piggybacked;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a backup, n2 of four in view 0, tells the others that vote of its commits; they, its disk and its service are played. */
class HeldCommitsTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final String PEER = "n3";
    /** More than the first time of alert has. */
    private static final int LONG = 30;

    private static final String ALWAYS = "troupe.pbft.piggybacked-commits-after = 0";

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Only a preferred quorum votes, and what has prepared is executed tentatively. */
    private static final class Backup {

        final PlayedReplica replica;
        final NormalCase normalCase;
        final Execution execution;

        Backup(String settings, boolean goesAhead) {
            replica = new PlayedReplica(KIT, "n2", settings);
            TestProbe<Executor.Command> executor = KIT.createTestProbe();
            execution = replica.execution(executor.ref(), goesAhead);
            normalCase = new NormalCase(
                    replica.core, execution, new Repeats(replica.core), new Authenticity(replica.core), Choices.NONE);
            normalCase.beginView(PlayedReplica.nothingThrough(0));
            Digest first = prepare(1);
            replica.store();
            hears(new Commit(0, 1, first));
            othersCommit(1, first);
            execution.onExecuted(new Executor.Executed(1, List.of(), List.of(), goesAhead));
            pass(LONG);
        }

        void pass(int ticks) {
            for (int i = 0; i < ticks; i++) {
                replica.core.tick();
                normalCase.onTick();
            }
        }

        PrePrepare prePrepare(long sequence) {
            Request request = new Request(new RequestId(PEER, 1, sequence), List.of(new PbftMessage.OpenSession()));
            return replica.prePrepare(sequence, replica.letter(request));
        }

        /** Its certificate is not durable yet. */
        Digest prepare(long sequence) {
            PrePrepare pre = prePrepare(sequence);
            Digest digest = Digest.of(pre.batch());
            normalCase.onPrePrepare("n1", pre);
            normalCase.onPrepare(PEER, new Prepare(0, sequence, digest));
            hears(new Prepare(0, sequence, digest));
            return digest;
        }

        void othersCommit(long sequence, Digest digest) {
            List.of("n1", PEER).forEach(node -> normalCase.onCommit(node, new Commit(0, sequence, digest)));
        }

        void hears(PbftMessage message) {
            assertThat(replica.heardBy(PEER)).isEqualTo(message);
        }

        void hearsNoMore() {
            replica.core.send(PEER, new NoSuchState(7));
            hears(new NoSuchState(7));
        }
    }

    @Test
    @DisplayName("a commit to what is executed tentatively goes with the vote for the next batch")
    void goesWithTheNextVote() {
        Backup backup = new Backup(ALWAYS, true);
        Digest second = backup.prepare(2);
        backup.replica.store();
        backup.hearsNoMore();
        PrePrepare third = backup.prePrepare(3);
        backup.normalCase.onPrePrepare("n1", third);
        backup.hears(new Piggybacked(List.of(new Commit(0, 2, second)), new Prepare(0, 3, Digest.of(third.batch()))));
    }

    @Test
    @DisplayName("it is told when no vote has come for two ticks, and when the view changes")
    void isTold() {
        Backup backup = new Backup(ALWAYS, true);
        Digest second = backup.prepare(2);
        backup.replica.store();
        backup.pass(1);
        backup.hearsNoMore();
        backup.pass(1);
        backup.hears(new Commits(List.of(new Commit(0, 2, second))));
        backup.othersCommit(2, second);
        backup.execution.onExecuted(new Executor.Executed(2, List.of(), List.of(), true));
        Digest third = backup.prepare(3);
        backup.replica.store();
        backup.normalCase.beginView(PlayedReplica.nothingThrough(3));
        backup.hears(new Commits(List.of(new Commit(0, 3, third))));
    }

    @Test
    @DisplayName("it goes at once when the next batch is under way, for that is executed after it has committed")
    void theNextBatchWaits() {
        Backup backup = new Backup(ALWAYS, true);
        Digest second = backup.prepare(2);
        PrePrepare third = backup.prePrepare(3);
        backup.normalCase.onPrePrepare("n1", third);
        backup.hears(new Prepare(0, 3, Digest.of(third.batch())));
        backup.replica.store();
        backup.hears(new Commit(0, 2, second));
    }

    @Test
    @DisplayName("a read has it told, and for a tick each commit goes at once: reads wait for them")
    void aReadWaits() {
        Backup backup = new Backup(ALWAYS, true);
        Digest second = backup.prepare(2);
        backup.replica.store();
        backup.normalCase.onRead();
        backup.hears(new Commits(List.of(new Commit(0, 2, second))));
        backup.othersCommit(2, second);
        backup.execution.onExecuted(new Executor.Executed(2, List.of(), List.of(), true));
        Digest third = backup.prepare(3);
        backup.replica.store();
        backup.hears(new Commit(0, 3, third));
    }

    @ParameterizedTest
    @CsvSource({
        "true,  troupe.pbft.piggybacked-commits = off",
        "true,  troupe.pbft.pipeline = 1",
        "false, troupe.pbft.tentative-execution = on"
    })
    @DisplayName("it goes at once where somebody waits for it, or others might not understand it")
    void goesAtOnce(boolean goesAhead, String settings) {
        Backup backup = new Backup(ALWAYS + ", " + settings, goesAhead);
        Digest second = backup.prepare(2);
        backup.replica.store();
        backup.hears(new Commit(0, 2, second));
    }

    @Test
    @DisplayName("it goes at once beyond the window, where this replica has no vote that would take it along")
    void noVoteWouldTakeItAlong() {
        Backup backup = new Backup(
                ALWAYS + ", troupe.pbft { checkpoint-interval = 1, window = 2, checkpoint-bytes = 1 GiB }", true);
        Digest second = backup.prepare(2);
        backup.replica.store();
        backup.hears(new Commit(0, 2, second));
    }

    private static Commit commit(long sequence) {
        return new Commit(0, sequence, Digest.of(new byte[0]));
    }

    private static Prepare prepare(long sequence) {
        return new Prepare(0, sequence, Digest.of(new byte[0]));
    }

    @Test
    @DisplayName(
            "commits are held when so many votes have followed one within a tick; twice as many, when one was held in vain")
    void heldWhenAVoteMayBeExpected() {
        Core core = new PlayedReplica(KIT, "n2", "troupe.pbft.piggybacked-commits-after = 2").core;
        HeldCommits held = new HeldCommits(core);
        for (long sequence = 1; sequence <= 2; sequence++) {
            held.said();
            assertThat(held.hold(commit(sequence))).isFalse();
            assertThat(held.with(prepare(sequence + 1))).isEqualTo(prepare(sequence + 1));
        }
        held.said();
        assertThat(held.hold(commit(3))).isTrue();
        held.tell(List.of());
        for (long sequence = 4; sequence <= 7; sequence++) {
            held.said();
            assertThat(held.hold(commit(sequence))).as("" + sequence).isFalse();
            assertThat(held.with(prepare(sequence + 1))).isEqualTo(prepare(sequence + 1));
        }
        held.said();
        assertThat(held.hold(commit(8))).isTrue();
        assertThat(held.with(prepare(9))).isEqualTo(new Piggybacked(List.of(commit(8)), prepare(9)));
        core.tick();
        core.tick();
        held.with(prepare(10));
        held.said();
        assertThat(held.hold(commit(10))).as("after a pause").isFalse();
    }
}
