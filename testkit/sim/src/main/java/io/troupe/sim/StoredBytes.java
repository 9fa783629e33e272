package io.troupe.sim;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * Bytes on a {@link Disk} with what it takes to read them.
 *
 * @param checksum of the bytes that were meant to be there
 */
record StoredBytes(byte[] bytes, int serializer, String manifest, int checksum) {

    static StoredBytes of(byte[] bytes, int serializer, String manifest) {
        return new StoredBytes(bytes, serializer, manifest, checksum(bytes));
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    boolean isWhole() {
        return checksum == checksum(bytes);
    }

    /** A first part of them, shorter than the whole. */
    StoredBytes torn(RandomGenerator random) {
        int length = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        return new StoredBytes(Arrays.copyOf(bytes, length), serializer, manifest, checksum);
    }

    /** With one bit flipped, which may be one of the checksum. */
    StoredBytes rotten(RandomGenerator random) {
        int bit = random.nextInt(8 * (bytes.length + Integer.BYTES));
        if (bit >= 8 * bytes.length) {
            return new StoredBytes(bytes, serializer, manifest, checksum ^ 1 << (bit - 8 * bytes.length));
        }
        var rotten = bytes.clone();
        rotten[bit / 8] ^= (byte) (1 << bit % 8);
        return new StoredBytes(rotten, serializer, manifest, checksum);
    }

    @Override
    public String toString() {
        return Integer.toHexString(Arrays.hashCode(bytes)) + (isWhole() ? "" : "!");
    }
}
