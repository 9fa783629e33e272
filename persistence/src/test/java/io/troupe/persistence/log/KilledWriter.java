package io.troupe.persistence.log;

import io.troupe.persistence.files.DiskFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** A process that writes to a log until it is killed, and prints each event that was acknowledged. */
final class KilledWriter {

    private KilledWriter() {}

    public static void main(String[] args) throws IOException {
        SegmentedLog log = SegmentedLog.open(new DiskFiles(Path.of(args[0])), LogTests.SMALL.withSegmentBytes(1 << 16));
        GroupCommit writer = LogTests.writer(log);
        PrintStream out = System.out;
        for (int actor = 0; actor < 8; actor++) {
            String stream = "actor-" + actor;
            new Thread(() -> {
                        for (long nr = log.highest(stream) + 1; ; nr++) {
                            writer.write(List.of(LogTests.event(stream, nr)))
                                    .toCompletableFuture()
                                    .join();
                            out.println(stream + " " + nr);
                        }
                    })
                    .start();
        }
    }
}
