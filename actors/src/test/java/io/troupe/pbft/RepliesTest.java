package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What clients are answered from a state that the replica has not executed itself (§4.1, §4.3). */
class RepliesTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Request REQUEST =
            new Request(new RequestId("n3", 1, 1), List.of(new PbftMessage.OpenSession()));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    @DisplayName(
            "who asks while a fetched state becomes durable is answered when it is, and the request is waited for no more")
    void askedMeanwhile() {
        PlayedReplica replica = new PlayedReplica(KIT, "n2", "");
        Core core = replica.core;
        StateHeader header = new StateHeader(1, 100, Digest.of(ByteString.fromString("state")));
        core.record(List.of(new Fact.CheckpointTaken(4, header)), () -> {});
        ByteString results = ByteString.fromString("results");
        new Replies(core).onRestored(List.of(new Executor.Outcome(REQUEST.id(), 1, results)));
        core.requests.add(replica.letter(REQUEST), REQUEST, true, core.now());

        replica.store();
        assertThat(replica.heardBy("n3"))
                .isEqualTo(new Reply(0, REQUEST.id(), Digest.of(results), Optional.of(results)));
        assertThat(core.requests.oldest(1)).isEmpty();
    }

    @Test
    @DisplayName("a client whose requests have numbers below 1, as those of no correct one do, is answered like others")
    void numbersBelowOne() {
        RequestId id = new RequestId("n4", 1, -1);
        Results results = new Results(List.of());
        for (String node : List.of("n1", "n2", "n3")) {
            PlayedReplica replica = new PlayedReplica(KIT, node, "");
            new Replies(replica.core).onRead(new Executor.ReadDone("n4", id, 0, results));
            ByteString whole = replica.core.notary.write(results);
            assertThat(replica.heardBy("n4"))
                    .isEqualTo(new ReadReply(
                            0, id, 0, Digest.of(whole), node.equals("n3") ? Optional.of(whole) : Optional.empty()));
        }
    }

    @Test
    @DisplayName("more reads than a correct client asks for together are not looked at: each may be of the whole state")
    void tooManyReads() {
        Replies replies = new Replies(new PlayedReplica(KIT, "n2", "troupe.pbft.max-batch-requests = 4").core);
        assertThat(replies.mayAnswer(reads(4))).isTrue();
        assertThat(replies.mayAnswer(reads(5))).isFalse();
    }

    private static ReadOnly reads(int count) {
        return new ReadOnly(REQUEST.id(), Collections.nCopies(count, ByteString.emptyByteString()));
    }
}
