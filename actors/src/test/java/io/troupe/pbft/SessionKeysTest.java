package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.NewKey;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.wire.WireBytes;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Key exchanges (TOCS 2002) between two replicas, with real keys. */
class SessionKeysTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Map<String, KeyRing.Pair> PAIRS = KeyRing.generate(List.of("n1", "n2", "n3", "n4"));
    private static final Prepare PREPARE = new Prepare(0, 1, Digest.of(ByteString.fromString("batch")));

    private final Notary writer = notary("n1");
    private final Notary reader = notary("n2");

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Notary notary(String node) {
        KeyRing keys = KeyRing.from(ConfigFactory.parseString(KeyRing.describe(node, PAIRS)));
        return new Notary("g", node, keys, WireBytes.of(KIT.system()));
    }

    private static Signed announce(Notary replica) {
        return replica.sign(replica.sessionKeys().announcement());
    }

    /** @return false when the writer knows of a later one */
    private static boolean hear(Notary replica, Signed announced) {
        return replica.sessionKeys()
                .learn(announced, (NewKey) replica.open(announced).orElseThrow());
    }

    private Sealed sealed() {
        return writer.seal(PREPARE, List.of("n2"));
    }

    @Test
    @DisplayName(
            "TOCS 2002, key exchanges: what is sealed under the key before is read until the next is chosen, and then no more, and counted")
    void oneIntervalLonger() {
        hear(writer, announce(reader));
        Sealed letter = sealed();
        assertThat(reader.open(letter)).contains(PREPARE);
        assertThat(reader.sessionKeys().takeBehind()).isEmpty();
        reader.sessionKeys().refresh();
        assertThat(reader.open(letter)).as("under the key before").contains(PREPARE);
        assertThat(reader.sessionKeys().takeBehind())
                .as("has missed the new one")
                .containsExactly("n1");
        assertThat(reader.sessionKeys().unread()).isZero();
        reader.sessionKeys().refresh();
        assertThat(reader.open(letter)).as("under the one before that").isEmpty();
        assertThat(reader.sessionKeys().unread()).isEqualTo(1);
        assertThat(reader.sessionKeys().takeBehind()).containsExactly("n1");
        hear(writer, announce(reader));
        assertThat(reader.open(sealed())).as("under the present one").contains(PREPARE);
    }

    @Test
    @DisplayName("under the secret that lasts a replica reads until it has chosen its second key, but requests always")
    void theSecretThatLasts() {
        Sealed letter = sealed();
        Request request = new Request(new RequestId("n1", 1, 1), List.of(new OpenSession()));
        assertThat(reader.open(letter)).as("nothing was announced yet").contains(PREPARE);
        reader.sessionKeys().refresh();
        assertThat(reader.open(letter)).isEmpty();
        assertThat(reader.open(writer.seal(request, List.of("n2")))).contains(request);
    }

    @Test
    @DisplayName(
            "TOCS 2002, key exchanges: an announcement that comes again is not believed, and one of an earlier life is outdone")
    void announcedAgain() {
        Signed first = announce(reader);
        reader.sessionKeys().refresh();
        Signed second = announce(reader);
        assertThat(hear(writer, second)).isTrue();
        assertThat(hear(writer, first)).as("an earlier one").isFalse();
        assertThat(hear(writer, second)).as("the same").isTrue();
        assertThat(writer.sessionKeys().announcedBy("n2")).contains(second);

        Notary inItsNextLife = notary("n2");
        assertThat(hear(writer, announce(inItsNextLife))).as("it counts anew").isFalse();
        inItsNextLife.sessionKeys().goBeyond((NewKey) inItsNextLife.open(second).orElseThrow());
        assertThat(hear(writer, announce(inItsNextLife))).isTrue();
        assertThat(inItsNextLife.open(sealed())).contains(PREPARE);
    }

    @Test
    @DisplayName(
            "what one replica knows of a key, from its announcement and its own secret, is of no use for another's words")
    void everyPairHasItsOwn() {
        Notary third = notary("n3");
        hear(third, announce(reader));
        Sealed letter = third.seal(PREPARE, List.of("n2"));
        assertThat(reader.open(letter)).contains(PREPARE);
        assertThat(reader.open(new Sealed("n1", letter.payload(), letter.macs())))
                .as("in another's name")
                .isEmpty();
    }

    @Test
    @DisplayName("what is no key is not taken for one, and the last that was stays")
    void noKey() {
        hear(writer, announce(reader));
        Signed wrong = reader.sign(new NewKey(9, ByteString.fromString("no key")));
        assertThat(hear(writer, wrong)).isTrue();
        assertThat(reader.open(sealed())).contains(PREPARE);
    }
}
