package io.troupe.persistence.snapshots;

import java.util.zip.CRC32C;

/** CRC-32C in one call. */
final class Checksums {

    private Checksums() {}

    static int of(byte[] bytes, int offset, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, offset, length);
        return (int) checksum.getValue();
    }
}
