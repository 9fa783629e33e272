package io.troupe.etcd.jvms;

import io.troupe.cluster.local.ClassPath;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * This JVM's class path, entry by entry in its order, for JVMs that take their classes from an archive (JEP 350). The archive
 * is made by one of them, the rehearsal, when it ends. As an archive is of jars alone, folders of classes are packed, as they
 * are in the distribution.
 *
 * <p>Made once a build, by whichever of the JVMs that tests run in comes first; the others wait. It fits this class path
 * and this JDK only, and what does not fit the JVM leaves aside without a word: a member starts all the same, as slowly as
 * it would.
 */
final class LaidOutClasses {

    /** Runs a JVM with these options and this class path until it has loaded what others will, and ends it in good order. */
    @FunctionalInterface
    interface Rehearsal {
        void run(List<String> options, List<String> classPath) throws IOException, InterruptedException;
    }

    private static final List<String> WITHOUT_A_WORD = List.of("-Xlog:disable", "-Xlog:all=error:stderr");

    private final Path folder;
    private final List<Path> original =
            ClassPath.ofThisJvm().stream().map(Path::of).filter(Files::exists).toList();

    private LaidOutClasses(Path folder) {
        this.folder = folder;
    }

    static LaidOutClasses in(Path folder, Rehearsal rehearsal) throws IOException, InterruptedException {
        var classes = new LaidOutClasses(folder);
        classes.layOutUnlessDone(rehearsal);
        return classes;
    }

    List<String> options() {
        return options("-XX:SharedArchiveFile=");
    }

    private List<String> options(String archive) {
        return Stream.concat(WITHOUT_A_WORD.stream(), Stream.of(archive + folder.resolve("classes.jsa")))
                .toList();
    }

    List<String> classPath() {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < original.size(); i++) {
            Path entry = original.get(i);
            entries.add((Files.isDirectory(entry) ? jar(i) : entry).toString());
        }
        return entries;
    }

    private Path jar(int index) {
        return folder.resolve("folder-" + index + ".jar");
    }

    private void layOutUnlessDone(Rehearsal rehearsal) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path done = folder.resolve("laid-out");
        String now = fingerprint();
        try (var lock = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            if (Files.exists(done) && Files.readString(done).equals(now)) {
                return;
            }
            Files.deleteIfExists(done);
            for (int i = 0; i < original.size(); i++) {
                if (Files.isDirectory(original.get(i))) {
                    pack(original.get(i), jar(i));
                }
            }
            rehearsal.run(options("-XX:ArchiveClassesAtExit="), classPath());
            Files.writeString(done, now);
        }
    }

    /** Of the JDK, and of every file on the class path. */
    private String fingerprint() throws IOException {
        var text = new StringBuilder(System.getProperty("java.vm.version")).append('\n');
        for (Path entry : original) {
            for (Path file : files(entry)) {
                text.append(file)
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static List<Path> files(Path entry) throws IOException {
        try (Stream<Path> paths = Files.walk(entry)) {
            return paths.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(jar), StandardCharsets.UTF_8)) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Path file : files(classes)) {
                out.putNextEntry(
                        new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
            }
        }
    }
}
