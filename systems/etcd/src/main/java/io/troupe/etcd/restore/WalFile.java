package io.troupe.etcd.restore;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A file of an etcd's write-ahead log (etcd's {@code wal} and {@code walpb}), the first of its log: records, each with the
 * CRC-32C of all data up to its end, then zeros. A record's length is eight bytes, the least first; where it was filled up to
 * eight bytes, the highest byte is 128 and by how many.
 */
final class WalFile {

    static final int METADATA = 1;
    static final int ENTRY = 2;
    static final int SNAPSHOT = 5;

    private static final int CHECKSUM = 4;

    private static final int RECORD_TYPE = 1;
    private static final int RECORD_CHECKSUM = 2;
    private static final int RECORD_DATA = 3;

    private static final long LENGTH_MASK = (1L << 56) - 1;
    private static final int PADDING_MASK = 7;

    /** Told of each record but the checksums, in order. */
    @FunctionalInterface
    interface Visitor {
        void visit(int type, byte[] data) throws IOException;
    }

    private record Record(int type, int checksum, byte[] data) {}

    private WalFile() {}

    /** @throws IOException also when the file is damaged */
    static void forEach(Path path, Visitor visitor) throws IOException {
        long left = Files.size(path);
        var checksum = new CRC32C();
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
            while (left >= Long.BYTES) {
                long header = Long.reverseBytes(in.readLong());
                long length = header & LENGTH_MASK;
                if (length == 0) {
                    return; // From here on the file waits for what was never written.
                }
                int padding = header < 0 ? (int) (header >>> 56) & PADDING_MASK : 0;
                left -= Long.BYTES + length + padding;
                if (left < 0) {
                    throw new EOFException(path + " ends within a record: it is not whole");
                }
                Record record = parse(path, in.readNBytes((int) length));
                in.skipNBytes(padding);
                checksum.update(record.data());
                if (record.checksum() != (int) checksum.getValue()) {
                    throw new IOException(damaged(path));
                }
                if (record.type() != CHECKSUM) {
                    visitor.visit(record.type(), record.data());
                }
            }
        }
    }

    private static Record parse(Path path, byte[] bytes) throws IOException {
        try {
            Fields fields = Fields.of(bytes);
            return new Record(
                    (int) fields.number(RECORD_TYPE), (int) fields.number(RECORD_CHECKSUM), fields.bytes(RECORD_DATA));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException(damaged(path), e);
        }
    }

    private static String damaged(Path path) {
        return path + " is damaged: a record's checksum is not that of what it holds";
    }
}
