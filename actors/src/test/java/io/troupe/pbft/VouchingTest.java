package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.FetchBatch;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * n2 has prepared a batch in view 0 by the prepares of n1, who is gone, and n3, who was killed and has forgotten it: nobody
 * but n2 knows of it, and it may have committed.
 */
class VouchingTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final int WINDOW = 4096;
    private static final Digest NULL = new PlayedReplica(KIT, "n1", "").core.notary.nullDigest();
    private static final Digest A = Digest.of(ByteString.fromString("a"));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static PlayedReplica inAViewChange(String node) {
        Ledger recovered = new Ledger();
        recovered.apply(new Fact.Started());
        recovered.apply(new Fact.ViewLeft(1));
        return new PlayedReplica(KIT, node, "", recovered);
    }

    private static ViewChange claims(List<Certified> prepared, List<Certified> prePrepared) {
        return new ViewChange(1, 0, List.of(), prepared, prePrepared);
    }

    private static Request request(String client) {
        return new Request(new RequestId(client, 1, 1), List.of(new Execute(0, 1, 0, ByteString.fromString("c"))));
    }

    @Test
    @DisplayName("what another has prepared, and this one may have forgotten, it vouches for; then the view is decided")
    void vouches() {
        PlayedReplica replica = inAViewChange("n3");
        Core core = replica.core;
        ByteString batch = replica.prePrepare(1, replica.letter(request("n4"))).batch();
        Certified prepared = new Certified(1, Digest.of(batch), 0);
        ViewChange ofN2 = claims(List.of(prepared), List.of(prepared));
        ViewChange ofN4 = claims(List.of(), List.of());
        assertThat(NewViewDecision.of(PlayedReplica.FOUR, List.of(ofN2, own(core), ofN4), WINDOW))
                .isEmpty();

        Vouching vouching = new Vouching(core, new Authenticity(core), Choices.NONE);
        vouching.vouch(List.of(ofN2, ofN4), ViewStart.FIRST);
        assertThat(replica.heardBy("n2")).isEqualTo(new FetchBatch(1, prepared.digest()));
        assertThat(core.slot(1).wants(prepared.digest())).isTrue();
        core.slot(1).keepBody(prepared.digest(), batch);
        vouching.vouch(List.of(ofN2, ofN4), ViewStart.FIRST);
        assertThat(replica.store()).containsExactly(new Fact.PrePrepared(0, 1, prepared.digest(), Optional.of(batch)));
        assertThat(NewViewDecision.of(PlayedReplica.FOUR, List.of(ofN2, own(core), ofN4), WINDOW)
                        .orElseThrow()
                        .chosen())
                .containsEntry(1L, Optional.of(prepared.digest()));
    }

    private static ViewChange own(Core core) {
        return core.ledger.viewChange(prepared -> true);
    }

    @Test
    @DisplayName(
            "it vouches for no batch with a request that its client has not made, nor in a view that it knows nothing of")
    void doesNotVouch() {
        PlayedReplica replica = inAViewChange("n3");
        Core core = replica.core;
        Sealed forged = replica.notary("n2").seal(request("n4"), PlayedReplica.FOUR.replicas());
        ByteString batch = replica.prePrepare(1, forged).batch();
        Digest digest = Digest.of(batch);
        core.slot(1).keepBody(digest, batch);
        ByteString authentic =
                replica.prePrepare(1, replica.letter(request("n4"))).batch();
        core.slot(2).keepBody(Digest.of(authentic), authentic);
        Certified later = new Certified(2, Digest.of(authentic), 1);
        Vouching vouching = new Vouching(core, new Authenticity(core), Choices.NONE);
        vouching.vouch(List.of(claims(List.of(new Certified(1, digest, 0), later), List.of())), ViewStart.FIRST);
        assertThat(own(core).prePrepared()).isEmpty();
    }

    private static ViewStart start(long view, long checkpoint, Optional<Digest> chosen) {
        TreeMap<Long, Optional<Digest>> all = new TreeMap<>();
        all.put(checkpoint + 1, chosen);
        all.put(checkpoint + 2, Optional.of(A));
        return new ViewStart(view, new NewViewDecision(checkpoint, Optional.empty(), all));
    }

    @Test
    @DisplayName("how a view began tells what can have pre-prepared in it, and what cannot have committed before it")
    void viewStarts() {
        ViewStart start = start(2, 4, Optional.empty());
        assertThat(start.allows(new Certified(4, A, 2), NULL))
                .as("executed before")
                .isFalse();
        assertThat(start.allows(new Certified(5, NULL, 2), NULL)).as("chosen").isTrue();
        assertThat(start.allows(new Certified(5, A, 2), NULL)).as("not chosen").isFalse();
        assertThat(start.allows(new Certified(6, A, 1), NULL))
                .as("chosen, and prepared before")
                .isTrue();
        assertThat(start.allows(new Certified(7, A, 2), NULL))
                .as("the view's own")
                .isTrue();
        assertThat(start.allows(new Certified(7, A, 1), NULL))
                .as("of an earlier view")
                .isFalse();
        assertThat(start.allows(new Certified(7, A, 3), NULL))
                .as("of a later view")
                .isFalse();

        assertThat(start.keeps(new Certified(4, A, 1), NULL))
                .as("below its beginning")
                .isTrue();
        assertThat(start.keeps(new Certified(5, A, 1), NULL))
                .as("had it committed, it were chosen")
                .isFalse();
        assertThat(start.keeps(new Certified(6, A, 1), NULL)).isTrue();
        assertThat(start.keeps(new Certified(7, A, 1), NULL)).isFalse();
        assertThat(start.keeps(new Certified(7, A, 2), NULL)).isTrue();
    }
}
