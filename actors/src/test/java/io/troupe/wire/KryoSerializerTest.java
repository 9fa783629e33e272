package io.troupe.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.io.Output;
import io.troupe.wire.TestTypes.Anything;
import io.troupe.wire.TestTypes.Colour;
import io.troupe.wire.TestTypes.Everything;
import io.troupe.wire.TestTypes.Happened;
import io.troupe.wire.TestTypes.Inner;
import io.troupe.wire.TestTypes.Nested;
import io.troupe.wire.TestTypes.Unregistered;
import java.io.NotSerializableException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class KryoSerializerTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    private static final KryoSerializer KRYO =
            (KryoSerializer) SERIALIZATION.serializerByIdentity().apply(KryoSerializer.IDENTIFIER);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static Everything everything(TestProbe<Inner> probe) {
        return new Everything(
                true,
                Long.MIN_VALUE,
                new byte[] {1, 2, 3},
                ByteString.fromString("left").concat(ByteString.fromString("right")),
                probe.ref(),
                Optional.of(new Inner(7, "Ωmega")),
                OptionalLong.of(8),
                OptionalInt.empty(),
                Arrays.asList(new Inner(1, ""), new Inner(2, "two")),
                new LinkedHashSet<>(List.of("z", "a", "m")),
                Map.of("one", 1L),
                new TreeSet<>(Set.of("b", "a")),
                new TreeMap<>(Map.of("k", new Inner(3, "three"))),
                Colour.GREEN,
                Duration.ofNanos(5),
                Instant.ofEpochSecond(9, 11),
                new UUID(12, 13),
                Done.getInstance());
    }

    private static Object roundTrip(Object message) throws NotSerializableException {
        return KRYO.fromBinary(KRYO.toBinary(message), KRYO.manifest(message));
    }

    @Test
    void everyWireTypeIsBoundToKryoByTheReferenceConfiguration() {
        assertThat(SERIALIZATION.findSerializerFor(new Inner(1, "one"))).isSameAs(KRYO);
    }

    @Test
    void aMessageOfEveryBuiltInTypeArrivesAsItWasSent() throws Exception {
        Everything sent = everything(KIT.createTestProbe());
        Everything received = (Everything) roundTrip(sent);
        assertThat(received)
                .usingRecursiveComparison()
                .usingOverriddenEquals()
                .ignoringFields("ref", "set")
                .isEqualTo(sent);
        assertThat(received.ref()).isEqualTo(sent.ref());
        assertThat(received.set()).containsExactly("z", "a", "m");
        assertThatThrownBy(() -> received.list().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aReferenceThatArrivedReachesItsActor() throws Exception {
        TestProbe<Inner> probe = KIT.createTestProbe();
        ((Everything) roundTrip(everything(probe))).ref().tell(new Inner(42, "hello"));
        probe.expectMessage(new Inner(42, "hello"));
    }

    @Test
    void theByteBufferPathOfArteryWritesAndReadsTheSameBytes() throws Exception {
        Everything sent = everything(KIT.createTestProbe());
        ByteBuffer direct = ByteBuffer.allocateDirect(4096).position(17);
        KRYO.toBinary(sent, direct);
        direct.flip().position(17);
        byte[] written = new byte[direct.remaining()];
        direct.duplicate().get(written);
        assertThat(written).isEqualTo(KRYO.toBinary(sent));
        Everything received = (Everything) KRYO.fromBinary(direct, KRYO.manifest(sent));
        assertThat(received)
                .usingRecursiveComparison()
                .usingOverriddenEquals()
                .ignoringFields("ref", "set")
                .isEqualTo(sent);
        assertThat(direct.hasRemaining()).isFalse();
    }

    @Test
    void elementsOfACollectionAreWrittenAsEachIsByItself() throws Exception {
        ByteString parts = ByteString.fromString("left").concat(ByteString.fromString("right"));
        List<Object> mixed = List.of(
                new Inner(1, "one"),
                new Inner(2, "two"),
                Colour.GREEN,
                Colour.GREEN,
                Colour.RED,
                parts,
                ByteString.fromString("bytes"),
                List.of(new Inner(3, "within"), "a text"),
                new Inner(4, "four"));
        ByteString expected = ByteString.fromArray(KRYO.toBinary(new Anything(List.of())))
                .dropRight(1)
                .concat(ByteString.fromArray(new byte[] {(byte) mixed.size()}));
        for (Object element : mixed) {
            expected = expected.concat(ByteString.fromArray(KRYO.toBinary(new Anything(element))));
        }
        assertThat(KRYO.toBinary(new Anything(mixed))).isEqualTo(expected.toArray());
        assertThat(roundTrip(new Anything(mixed))).isEqualTo(new Anything(mixed));
    }

    @Test
    void anOversizedMessageOverflowsTheBufferAsArteryExpects() throws Exception {
        Anything big = new Anything(new byte[3 << 20]);
        assertThatThrownBy(() -> KRYO.toBinary(big, ByteBuffer.allocate(1024)))
                .isInstanceOf(BufferOverflowException.class);
        assertThat(roundTrip(new Inner(1, "the codec is unharmed"))).isEqualTo(new Inner(1, "the codec is unharmed"));
    }

    @Test
    void theManifestIsTheIdAndForEventsTheVersionToo() {
        assertThat(KRYO.manifest(new Inner(1, ""))).isEqualTo("901");
        assertThat(KRYO.manifest(new Happened("it"))).isEqualTo("903.2");
        assertThat(KRYO.manifest(Colour.GREEN)).isEqualTo("900");
    }

    @Test
    void anUnregisteredClassIsAnErrorAtTheSenderThatSaysWhatToDo() {
        assertThatThrownBy(() -> KRYO.manifest(new Unregistered(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Unregistered.class.getName())
                .hasMessageContaining("module 'wire-tests'")
                .hasMessageContaining("registry.message(ID, Unregistered.class)");
        assertThatThrownBy(() -> KRYO.toBinary(new Anything(new Unregistered(1))))
                .hasMessageContaining(Unregistered.class.getName());
        assertThatThrownBy(() -> KRYO.toBinary(new Anything(new Random())))
                .hasMessageContaining("java.util.Random of the JDK");
    }

    @Test
    void aSortedCollectionInAnotherThanNaturalOrderIsRefusedAtTheSender() {
        TreeSet<String> reversed = new TreeSet<>(Comparator.reverseOrder());
        assertThatThrownBy(() -> KRYO.toBinary(new Anything(reversed))).hasMessageContaining("natural order");
    }

    @Test
    void anUnknownIdIsRefusedAtTheReceiver() {
        assertThatThrownBy(() -> KRYO.fromBinary(new byte[0], "899"))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("'899' names no type registered on this node");
        assertThatThrownBy(() -> KRYO.fromBinary(new byte[0], "java.lang.Runtime"))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("id or id.version");
        assertThatThrownBy(() -> KRYO.fromBinary(new byte[0], "903.1"))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("'903.2' on this node");
    }

    @Test
    void bytesLeftOverAreRefused() {
        byte[] bytes = KRYO.toBinary(new Inner(1, "x"));
        assertThatThrownBy(() -> KRYO.fromBinary(Arrays.copyOf(bytes, bytes.length + 1), "901"))
                .isInstanceOf(NotSerializableException.class)
                .hasMessageContaining("1 bytes are left over");
    }

    @Test
    void everyTruncationIsRefusedAndTheNextMessageIsRead() throws Exception {
        Everything sent = everything(KIT.createTestProbe());
        byte[] bytes = KRYO.toBinary(sent);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> KRYO.fromBinary(cut, "902"))
                    .as("cut at %d", length)
                    .isInstanceOf(NotSerializableException.class);
        }
        assertThat(roundTrip(new Inner(5, "five"))).isEqualTo(new Inner(5, "five"));
    }

    @Test
    void garbageNeverThrowsAnythingButTheClearException() {
        Random random = new Random(20260101);
        byte[] good = KRYO.toBinary(everything(KIT.createTestProbe()));
        int refused = 0;
        for (int run = 0; run < 20_000; run++) {
            byte[] bytes = good.clone();
            for (int flips = 0; flips <= run % 5; flips++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                KRYO.fromBinary(bytes, "902");
            } catch (NotSerializableException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    @Test
    void aHugeLengthAllocatesNothing() {
        byte[] hugeString = {14, 15, -1, -1, -1, -1, 15}; // class id and length of 2^32 or so, in every reading
        for (String manifest : List.of("10", "11", "14", "15", "16", "24", "901", "904")) {
            assertThatThrownBy(() -> KRYO.fromBinary(hugeString, manifest))
                    .isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void nestingWithoutEndIsRefusedBeforeTheStackOverflows() {
        byte[] nested = new byte[100_000];
        Arrays.fill(nested, (byte) 1); // present, present, present …
        assertThatThrownBy(() -> KRYO.fromBinary(nested, "905")).isInstanceOf(NotSerializableException.class);
        Nested deep = new Nested(Optional.empty());
        for (int i = 0; i < 150; i++) {
            deep = new Nested(Optional.of(deep));
        }
        Nested tooDeep = deep;
        assertThatThrownBy(() -> KRYO.toBinary(tooDeep)).hasMessageContaining("depth");
    }

    @Test
    void collectionsWithinCollectionsThatEachClaimAllThatIsLeftTakeNoMemory() {
        byte[] nested = new byte[16 << 20];
        Arrays.fill(nested, (byte) 0x7f); // of a class that there is not
        var claims = new Output(nested);
        for (int depth = 0; depth < 150; depth++) {
            claims.writeVarInt(nested.length - 1_000, true);
            claims.writeVarInt(14 + 2, true); // As Kryo writes that a list follows.
        }
        assertThatThrownBy(() -> KRYO.fromBinary(nested, "14")).isInstanceOf(NotSerializableException.class);
    }

    @Test
    void threadsDoNotShareACodec() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 4; t++) {
            int number = t;
            threads.add(new Thread(() -> {
                try {
                    for (int i = 0; i < 2_000; i++) {
                        Inner sent = new Inner(i, "from " + number);
                        assertThat(roundTrip(sent)).isEqualTo(sent);
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }
}
