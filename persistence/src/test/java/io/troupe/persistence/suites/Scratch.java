package io.troupe.persistence.suites;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/** A plugin's settings, with a directory that it makes: suites are constructed to be listed, too, and leave none behind. */
record Scratch(Path directory, Config config) {

    /** @param plugin which it is, and {@code %s} for its directory */
    static Scratch of(String plugin) {
        Path directory = Path.of(System.getProperty("java.io.tmpdir"), "troupe-suite-" + UUID.randomUUID());
        return new Scratch(directory, ConfigFactory.parseString(plugin.formatted(directory)));
    }

    void delete() {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
