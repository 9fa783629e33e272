package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.NewKey;
import io.troupe.pbft.PbftMessage.Prepare;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Key exchanges (TOCS 2002) at one replica whose peers are played here. */
class KeyExchangeTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Prepare PREPARE = new Prepare(0, 1, Digest.of(ByteString.fromString("batch")));

    private final PlayedReplica replica = new PlayedReplica(
            KIT, "n1", "troupe.pbft { tick = 50ms, standing-interval = 100ms, key-refresh-interval = 1s }");
    private final KeyExchange exchange = new KeyExchange(replica.core);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private NewKey present() {
        return replica.core.notary.sessionKeys().announcement();
    }

    private void ticks(int count) {
        for (int tick = 0; tick < count; tick++) {
            replica.core.tick();
            exchange.onTick();
        }
    }

    @Test
    @DisplayName("a new key is announced to all when the interval is over, with the next number")
    void announces() {
        NewKey first = present();
        ticks(19);
        assertThat(present()).isEqualTo(first);
        ticks(1);
        assertThat(present().counter()).isEqualTo(first.counter() + 1);
        assertThat(present().key()).isNotEqualTo(first.key());
        List.of("n2", "n3", "n4")
                .forEach(peer -> assertThat(replica.heardBy(peer)).isEqualTo(present()));
    }

    @Test
    @DisplayName("who does not seal under the present key is told of it once in a standing-interval")
    void tellsWhoHasMissedIt() {
        Sealed letter = replica.notary("n2").seal(PREPARE, List.of("n1"));
        assertThat(replica.core.notary.open(letter)).as("in the first interval").contains(PREPARE);
        assertThat(replica.core.notary.open(letter)).contains(PREPARE);
        ticks(4);
        assertThat(replica.heardBy("n2")).isEqualTo(present());
        ticks(16);
        assertThat(((NewKey) replica.heardBy("n2")).counter())
                .as("and not again until the next")
                .isEqualTo(2);
    }

    @Test
    @DisplayName("a replica that has begun anew is shown what it announced before, and goes on from there")
    void beginsAnew() {
        Signed ofBefore = replica.notary("n1").sign(new NewKey(7, ByteString.fromString("earlier")));
        exchange.onNewKey(ofBefore, new NewKey(7, ByteString.fromString("earlier")));
        assertThat(replica.heardBy("n3")).isEqualTo(present());
        assertThat(present().counter()).isEqualTo(8);

        Notary n2 = replica.notary("n2");
        NewKey later = new NewKey(5, ByteString.fromString("later"));
        NewKey earlier = new NewKey(1, ByteString.fromString("earlier"));
        exchange.onNewKey(n2.sign(later), later);
        exchange.onNewKey(n2.sign(earlier), earlier);
        assertThat(replica.heardBy("n2")).as("to all").isEqualTo(present());
        assertThat(replica.heardBy("n2")).as("its own words").isEqualTo(later);
    }
}
