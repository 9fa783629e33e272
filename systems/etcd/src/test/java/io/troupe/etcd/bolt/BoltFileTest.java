package io.troupe.etcd.bolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link BoltImage} lays out, {@link BoltFile} reads; and nothing that is damaged passes for something else. */
class BoltFileTest {

    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(5);

    private TreeMap<byte[], byte[]> pairs(int count, int keyMax, int valueMax) {
        var pairs = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
        while (pairs.size() < count) {
            byte[] key = new byte[1 + random.nextInt(keyMax)];
            byte[] value = new byte[random.nextInt(valueMax + 1)];
            random.nextBytes(key);
            random.nextBytes(value);
            pairs.put(key, value);
        }
        return pairs;
    }

    private static byte[] image(TreeMap<String, Pairs> buckets) throws IOException {
        var image = new BoltImage(buckets);
        var bytes = new ByteArrayOutputStream();
        for (byte[] stretch : image) {
            bytes.write(stretch);
        }
        assertThat(image.length()).isEqualTo(bytes.size());
        return bytes.toByteArray();
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("db"), bytes);
    }

    private static TreeMap<String, String> read(BoltFile file, String bucket) throws IOException {
        var read = new TreeMap<String, String>();
        var previous = new byte[1][];
        assertThat(file.forEach(bucket, (key, value) -> {
                    assertThat(previous[0] == null || Arrays.compareUnsigned(previous[0], key) < 0)
                            .as("in order")
                            .isTrue();
                    previous[0] = key;
                    read.put(HEX.formatHex(key), HEX.formatHex(value));
                }))
                .isTrue();
        return read;
    }

    private static TreeMap<String, String> hex(TreeMap<byte[], byte[]> pairs) {
        var hex = new TreeMap<String, String>();
        pairs.forEach((key, value) -> hex.put(HEX.formatHex(key), HEX.formatHex(value)));
        return hex;
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "1, 10, 10", "100, 50, 50", "5000, 30, 200", "300, 3000, 100", "50, 20, 20000", "20000, 8, 0"
    })
    void bucketsOfAnyShapeAreReadAsTheyWereLaidOut(int count, int keyMax, int valueMax) throws Exception {
        var one = pairs(count, keyMax, valueMax);
        var other = pairs(7, 10, 10);
        var buckets = new TreeMap<String, Pairs>();
        buckets.put("one", Pairs.of(one));
        buckets.put("other", Pairs.of(other));
        try (BoltFile file = BoltFile.open(file(image(buckets)))) {
            assertThat(read(file, "one")).isEqualTo(hex(one));
            assertThat(read(file, "other")).isEqualTo(hex(other));
            assertThat(file.forEach("none", (key, value) -> {})).isFalse();
        }
    }

    private byte[] small() throws IOException {
        var buckets = new TreeMap<String, Pairs>();
        buckets.put("key", Pairs.of(pairs(300, 20, 60)));
        return image(buckets);
    }

    @Test
    void oneDamagedMetaPageIsMadeUpForByTheOther() throws Exception {
        for (int meta : new int[] {0, 4096}) {
            byte[] bytes = small();
            bytes[meta + 40]++;
            try (BoltFile file = BoltFile.open(file(bytes))) {
                assertThat(read(file, "key")).hasSize(300);
            }
        }
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws Exception {
        byte[] bytes = small();
        bytes[40]++;
        bytes[4096 + 40]++;
        assertThatThrownBy(() -> BoltFile.open(file(bytes))).hasMessageContaining("is no bbolt database");
        assertThatThrownBy(() -> BoltFile.open(file(new byte[0]))).hasMessageContaining("is no bbolt database");
    }

    @Test
    void aFileThatIsCutShortSaysSo() throws Exception {
        byte[] bytes = small();
        try (BoltFile file = BoltFile.open(file(Arrays.copyOf(bytes, bytes.length - 5000)))) {
            assertThatThrownBy(() -> file.forEach("key", (key, value) -> {})).hasMessageContaining("it is not whole");
        }
    }

    @Test
    void damageAnywhereIsReadOrRefusedAndNeverLeadsAstray() throws Exception {
        byte[] sound = small();
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = sound.clone();
            int at = 2 * 4096 + random.nextInt(bytes.length - 2 * 4096);
            bytes[at] = (byte) random.nextInt(256);
            try (BoltFile file = BoltFile.open(file(bytes))) {
                file.forEach("key", (key, value) -> {});
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("db");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    /** Sound by its checksum, and of somebody who means harm. */
    private static void forge(ByteBuffer bytes, int field, long value) {
        for (int meta : new int[] {0, 4096}) {
            bytes.putLong(meta + BoltPage.HEADER + field, value);
            byte[] page = Arrays.copyOfRange(bytes.array(), meta, meta + BoltPage.META_LENGTH);
            int sum = BoltPage.META_LENGTH - Long.BYTES;
            bytes.putLong(meta + sum, BoltPage.fnv1a(page, BoltPage.HEADER, sum));
        }
    }

    @Test
    void forgedNumbersAreRefusedWhateverTheyAddUpTo() throws Exception {
        byte[] sound = small();
        var bytes = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN);
        int root = (int) bytes.getLong(BoltPage.HEADER + 16) * 4096;
        forge(bytes, 40, 1L << 62); // It has so many pages.
        bytes.putInt(root + 12, -1); // The page runs on over all that it can.
        assertForgeryIsRefused(sound, "runs on over the end");
        bytes.putInt(root + 12, 0);
        bytes.putShort(root + 8, (short) BoltPage.BRANCH);
        bytes.putShort(root + 10, (short) 1);
        bytes.putLong(root + BoltPage.HEADER + 8, root / 4096);
        assertForgeryIsRefused(sound, "a branch leads in a circle");
        forge(bytes, 16, 1L << 60);
        assertForgeryIsRefused(sound, "it is not whole");
    }

    private void assertForgeryIsRefused(byte[] bytes, String why) throws IOException {
        try (BoltFile file = BoltFile.open(file(bytes))) {
            assertThatThrownBy(() -> file.forEach("key", (key, value) -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(why);
        }
    }
}
