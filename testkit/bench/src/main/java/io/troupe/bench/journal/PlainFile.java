package io.troupe.bench.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** The bound: appends to a file with nothing but {@code FileChannel.write} and {@code force}. */
final class PlainFile {

    private static final long FILE_BYTES_MAX = 64L << 20;

    private PlainFile() {}

    /** Writes and forces {@code batchBytes} at a time, into files as long as a segment; batches a second. */
    static double batchesPerSecond(Path directory, int batchBytes, Duration duration) throws IOException {
        ByteBuffer batch = ByteBuffer.allocateDirect(batchBytes);
        long batches = 0;
        int file = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < duration.toNanos()) {
            Path path = directory.resolve("plain-" + file++);
            try (FileChannel channel =
                    FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                long written = 0;
                while (written + batchBytes <= FILE_BYTES_MAX && System.nanoTime() - start < duration.toNanos()) {
                    batch.clear();
                    while (batch.hasRemaining()) {
                        channel.write(batch);
                    }
                    channel.force(false);
                    written += batchBytes;
                    batches++;
                }
            } finally {
                Files.delete(path);
            }
        }
        return batches * 1e9 / (System.nanoTime() - start);
    }
}
