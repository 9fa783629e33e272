package io.troupe.cluster.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/** Tells whether files have changed. Looks at them: not for a thread that must not wait for a disk. */
public record FileStamps(List<Stamp> stamps) {

    record Stamp(FileTime modified, long bytes) {}

    public static FileStamps of(List<Path> files) {
        return new FileStamps(files.stream().map(FileStamps::stamp).toList());
    }

    private static Stamp stamp(Path file) {
        try {
            return new Stamp(Files.getLastModifiedTime(file), Files.size(file));
        } catch (IOException e) {
            return new Stamp(FileTime.fromMillis(0), -1); // Whoever reads it tells what is wrong.
        }
    }
}
