package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class ByteArenaTest {

    private final ByteArena arena = new ByteArena();

    @Test
    void whatIsKeptIsTheSameHoweverMuchComesAfterIt() {
        var random = new SplittableRandom(1);
        List<ByteString> given = new ArrayList<>();
        List<ByteString> kept = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 70_000 : 300)];
            random.nextBytes(bytes);
            given.add(ByteString.fromArray(bytes));
            kept.add(arena.keep(given.get(i)));
        }
        assertThat(kept).isEqualTo(given);
    }

    @Test
    void whatIsShortIsCopiedAndWhatIsLargeIsNot() {
        byte[] array = {1, 2, 3};
        ByteString kept = arena.keep(ByteString.fromArrayUnsafe(array));
        array[0] = 9;
        assertThat(kept).isEqualTo(ByteString.fromArray(new byte[] {1, 2, 3}));
        ByteString large = ByteString.fromArray(new byte[(64 << 10) + 1]);
        assertThat(arena.keep(large)).isSameAs(large);
        assertThat(arena.keep(ByteString.emptyByteString())).isEqualTo(ByteString.emptyByteString());
    }

    @Test
    void aConcatenationIsKeptAsOne() {
        ByteString both = ByteString.fromString("one ").concat(ByteString.fromString("and two"));
        assertThat(arena.keep(both).utf8String()).isEqualTo("one and two");
    }
}
