package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.pbft.Slot.Vote;
import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import io.troupe.wire.WireBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Rules of PBFT that need no actors: quorums, what is prepared and committed, digests of states, keys. */
class PbftRulesTest {

    private static final Membership FOUR = new Membership(List.of("n1", "n2", "n3", "n4"));
    private static final Digest A = Digest.of(ByteString.fromString("a"));
    private static final Digest B = Digest.of(ByteString.fromString("b"));

    @Test
    @DisplayName("§3: of n = 3f+1 replicas f may be faulty, 2f+1 are a quorum, f+1 have a correct one among them")
    void quorums() {
        for (int f = 0; f < 5; f++) {
            Membership members = members(3 * f + 1);
            assertThat(members.faults()).isEqualTo(f);
            assertThat(members.quorum()).isEqualTo(2 * f + 1);
            assertThat(members.weakQuorum()).isEqualTo(f + 1);
        }
    }

    @Test
    @DisplayName("any two quorums have a correct replica in common, and one can be had without the faulty, for every n")
    void quorumsOfAnyNumber() {
        for (int n = 1; n < 20; n++) {
            Membership members = members(n);
            assertThat(2 * members.quorum() - n).as("in common of %s", n).isGreaterThan(members.faults());
            assertThat(n - members.faults()).as("without the faulty of %s", n).isGreaterThanOrEqualTo(members.quorum());
        }
    }

    private static Membership members(int n) {
        return new Membership(
                IntStream.range(0, n).mapToObj(i -> "n" + (10 + i)).toList());
    }

    @Test
    @DisplayName("§4: p = v mod |R|")
    void primaries() {
        assertThat(IntStream.range(0, 6).mapToObj(FOUR::primary)).containsExactly("n1", "n2", "n3", "n4", "n1", "n2");
    }

    @Test
    @DisplayName(
            "§4.2: prepared needs the pre-prepare and 2f+1 prepares that match it, of which the primary's may be one")
    void prepared() {
        Slot slot = new Slot(1);
        Vote vote = new Vote(0, A);
        slot.onPrepare("n2", vote);
        slot.onPrepare("n3", vote);
        slot.prePrepare(A);
        assertThat(slot.isPrepared(0, FOUR)).as("by 2f").isFalse();
        slot.onPrepare("n3", vote);
        assertThat(slot.isPrepared(0, FOUR)).as("one of them said twice").isFalse();
        slot.onPrepare("n1", vote);
        assertThat(slot.isPrepared(0, FOUR)).isTrue();

        Slot unknown = new Slot(3);
        FOUR.replicas().forEach(node -> unknown.onPrepare(node, vote));
        assertThat(unknown.isPrepared(0, FOUR)).as("without a pre-prepare").isFalse();

        Slot other = new Slot(2);
        other.prePrepare(A);
        other.onPrepare("n2", vote);
        other.onPrepare("n3", new Vote(0, B));
        other.onPrepare("n4", new Vote(1, A));
        other.onPrepare("n1", vote);
        assertThat(other.isPrepared(0, FOUR))
                .as("with another digest, and another view")
                .isFalse();
    }

    @Test
    @DisplayName("§4.2: committed by 2f+1 commits of one view that match, once")
    void committed() {
        Slot slot = new Slot(1);
        slot.onCommit("n1", new Vote(0, A));
        slot.onCommit("n2", new Vote(1, A));
        slot.onCommit("n3", new Vote(1, A));
        assertThat(slot.newlyCommitted(FOUR)).isEmpty();
        slot.onCommit("n1", new Vote(1, A));
        assertThat(slot.newlyCommitted(FOUR)).contains(A);
        assertThat(slot.newlyCommitted(FOUR)).as("again").isEmpty();
        assertThat(slot.committed()).contains(A);
    }

    @Test
    @DisplayName("one sender's older vote does not replace its newer one")
    void votesOfOneSender() {
        Slot slot = new Slot(1);
        slot.onCommit("n1", new Vote(2, A));
        slot.onCommit("n1", new Vote(1, B));
        assertThat(slot.commitOf("n1")).contains(new Vote(2, A));
    }

    @Test
    @DisplayName("thesis, state transfer: two states differ in the root, and from there down only where their pages do")
    void digestTree() {
        List<Digest> pages = IntStream.range(0, 600)
                .mapToObj(i -> Digest.of(ByteString.fromString("page " + i)))
                .toList();
        List<Digest> changed = new ArrayList<>(pages);
        changed.set(300, B);
        DigestTree one = DigestTree.of(pages);
        DigestTree other = DigestTree.of(changed);
        assertThat(one.height()).isEqualTo(DigestTree.heightOf(600)).isEqualTo(2);
        assertThat(one.root()).isNotEqualTo(other.root());
        assertThat(other.has(1, 0, one.children(2, 0).get(0))).isTrue();
        assertThat(other.has(1, 1, one.children(2, 0).get(1)))
                .as("the node above page 300")
                .isFalse();
        assertThat(other.has(1, 2, one.children(2, 0).get(2))).isTrue();
        assertThat(one.children(1, 2)).hasSize(600 - 512);
        assertThat(DigestTree.parent(one.children(1, 1)))
                .isEqualTo(one.children(2, 0).get(1));
        assertThat(DigestTree.of(List.of()).height())
                .isEqualTo(DigestTree.heightOf(0))
                .isEqualTo(1);
    }

    @Test
    @DisplayName(
            "§5.1: after a restart no read is answered before all is executed that may have been answered in an earlier life")
    void readsAfterARestart() {
        try (var kit = new Kit()) {
            PbftSettings settings = PbftSettings.from(ConfigFactory.load());
            Ledger ledger = new Ledger();
            Core first = kit.core(ledger, settings);
            assertThat(first.mayAnswerReads())
                    .as("before it is durable that this is the first life")
                    .isFalse();
            first.start(false, () -> {});
            first.onStored(1);
            assertThat(first.mayAnswerReads()).isTrue();

            StateHeader header = new StateHeader(9, 100, A);
            ledger.apply(new Fact.Stable(1024, header.digest(1024), header, 0, true, Optional.empty()));
            Core second = kit.core(ledger, settings);
            second.start(false, () -> {});
            second.onStored(1);
            assertThat(second.executed()).isEqualTo(1024);
            assertThat(second.mayAnswerReads()).isFalse();
            second.executedThrough(1024 + settings.window() - 1);
            assertThat(second.mayAnswerReads()).isFalse();
            second.executedThrough(1024 + settings.window());
            assertThat(second.mayAnswerReads()).isTrue();

            second.executedThrough(2048);
            assertThat(second.mayAnswerReads())
                    .as("with an older state in the place of a wrong one")
                    .isFalse();
        }
    }

    @Test
    @DisplayName("§5.1: no read is answered from a state that was fetched and that a crash would take away again")
    void readsOfAFetchedState() {
        try (var kit = new Kit()) {
            PbftSettings settings = PbftSettings.from(ConfigFactory.load());
            Core core = kit.core(new Ledger(), settings);
            core.start(false, () -> {});
            core.onStored(1);
            long beyond = 3L * settings.window();
            core.executedThrough(beyond);
            core.record(List.of(new Fact.CheckpointTaken(beyond, new StateHeader(9, 100, A))), () -> {});
            assertThat(core.mayAnswerReads()).isFalse();
            core.onStored(2);
            assertThat(core.mayAnswerReads()).isTrue();
        }
    }

    private static final class Kit implements AutoCloseable {
        private final ActorTestKit actors = ActorTestKit.create();

        Core core(Ledger ledger, PbftSettings settings) {
            return new Core(
                    "g",
                    "n1",
                    FOUR,
                    settings,
                    new Notary("g", "n1", new DealtKeys("n1", FOUR.replicas()), WireBytes.of(actors.system())),
                    ledger,
                    actors.<WriteAheadLog.Write<Fact.Written>>createTestProbe().ref(),
                    actors.createTestProbe(Replica.Message.class).ref(),
                    LoggerFactory.getLogger("test"));
        }

        @Override
        public void close() {
            actors.shutdownTestKit();
        }
    }

    @Test
    @DisplayName(
            "real keys: a code convinces its reader alone, a signature everybody, and neither holds for other words")
    void realKeys() {
        List<String> names = List.of("n1", "n2", "n3");
        Map<String, KeyRing.Pair> all = KeyRing.generate(names);
        KeyRing n1 = ringOf("n1", all);
        KeyRing n2 = ringOf("n2", all);
        KeyRing n3 = ringOf("n3", all);
        ByteString words = ByteString.fromString("attack");
        ByteString others = ByteString.fromString("retreat");
        assertThat(n2.mac("n1", words)).isEqualTo(n1.mac("n2", words));
        assertThat(n3.mac("n1", words)).isNotEqualTo(n1.mac("n2", words));
        assertThat(n1.mac("n2", others)).isNotEqualTo(n1.mac("n2", words));
        ByteString signature = n1.sign(words);
        assertThat(n2.isSigned("n1", words, signature)).isTrue();
        assertThat(n3.isSigned("n1", words, signature)).isTrue();
        assertThat(n2.isSigned("n1", others, signature)).isFalse();
        assertThat(n2.isSigned("n3", words, signature)).isFalse();
        assertThat(n2.isSigned("n4", words, signature)).isFalse();
        assertThat(n2.isSigned("n1", words, ByteString.fromString("no signature")))
                .isFalse();
    }

    private static KeyRing ringOf(String node, Map<String, KeyRing.Pair> all) {
        return KeyRing.from(ConfigFactory.parseString(KeyRing.describe(node, all)));
    }

    @Test
    void aWrongKeyIsNamed() {
        String text = KeyRing.describe("n1", KeyRing.generate(List.of("n1", "n2")));
        assertThatThrownBy(() -> KeyRing.from(ConfigFactory.parseString(text + "\npublic.n2.signing = \"bm8=\"")))
                .hasMessageContaining("public.n2.signing is no Ed25519 key");
        assertThatThrownBy(() -> KeyRing.from(ConfigFactory.parseString(text + "\nprivate.agreement = \"!\"")))
                .hasMessageContaining("private.agreement is no X25519 key");
    }

    @Test
    void aWrongSettingIsNamed() {
        assertThatThrownBy(() -> PbftSettings.from(
                        ConfigFactory.parseString("troupe.pbft.window = 1").withFallback(ConfigFactory.load())))
                .hasMessage(
                        "Invalid value at 'troupe.pbft.window': is 1; it must be at least twice checkpoint-interval (1024)");
    }
}
