package io.troupe.sim.jvms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs one main class in several JVMs that differ in whatever a replicated computation might lean on by mistake: heap and
 * collector, processors, locale with its digits and calendar, time zone, default charset, and how objects hash
 * by identity. The clock, and the salt by which {@code Set.of} and {@code Map.of} are ordered, differ by themselves.
 */
public final class UnlikeJvms {

    /** @param options that make it unlike the others */
    private record Kind(String name, String... options) {}

    private static final String HASHES = "-XX:+UnlockExperimentalVMOptions";

    private static final List<Kind> KINDS = List.of(
            new Kind(
                    "small, American",
                    "-Xmx64m",
                    "-XX:+UseSerialGC",
                    "-XX:ActiveProcessorCount=1",
                    "-Duser.language=en",
                    "-Duser.country=US",
                    "-Duser.timezone=UTC",
                    "-Dfile.encoding=UTF-8"),
            new Kind(
                    "Turkish, whose i is another, and all objects hash alike",
                    "-Xmx200m",
                    "-XX:+UseParallelGC",
                    "-XX:ActiveProcessorCount=2",
                    HASHES,
                    "-XX:hashCode=2",
                    "-Duser.language=tr",
                    "-Duser.country=TR",
                    "-Duser.timezone=Europe/Istanbul",
                    "-Dfile.encoding=ISO-8859-9"),
            new Kind(
                    "Thai, with digits and a calendar of its own, and objects hash by chance",
                    "-Xmx400m",
                    "-XX:+UseG1GC",
                    "-XX:ActiveProcessorCount=7",
                    HASHES,
                    "-XX:hashCode=0",
                    "-Duser.language=th",
                    "-Duser.country=TH",
                    "-Duser.variant=TH",
                    "-Duser.timezone=Pacific/Apia",
                    "-Dfile.encoding=US-ASCII"));

    private static final Duration LASTS_AT_MOST = Duration.ofMinutes(5);

    private UnlikeJvms() {}

    /**
     * All at once.
     *
     * @param main has a {@code main}, and is on this JVM's class path
     * @return the lines that each printed, by what is said of it
     * @throws AssertionError when one ends with another exit code than 0, or not within five minutes, with what it said
     */
    public static SortedMap<String, List<String>> run(Class<?> main, String... arguments) throws InterruptedException {
        List<Running> all = new ArrayList<>();
        try {
            for (Kind kind : KINDS) {
                all.add(Running.of(kind, main, arguments));
            }
            SortedMap<String, List<String>> printed = new TreeMap<>();
            for (Running one : all) {
                printed.put(one.kind.name(), one.lines());
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException("A JVM beside this one could not be run", e);
        } finally {
            all.forEach(one -> one.process.destroyForcibly());
        }
    }

    /**
     * @param output its lines
     * @param errors what it says beside them
     */
    private record Running(Kind kind, Process process, Path output, Path errors) {

        static Running of(Kind kind, Class<?> main, String... arguments) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(ProcessHandle.current().info().command().orElseThrow());
            command.addAll(Arrays.asList(kind.options()));
            command.add("-XX:TieredStopAtLevel=1"); // A short program is compiled for less than it saves.
            command.addAll(
                    List.of("-cp", System.getProperty("java.class.path"), EndingMain.class.getName(), main.getName()));
            command.addAll(Arrays.asList(arguments));
            Path output = Files.createTempFile("unlike-jvm", ".out");
            Path errors = Files.createTempFile("unlike-jvm", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            return new Running(kind, process, output, errors);
        }

        List<String> lines() throws IOException, InterruptedException {
            boolean ended = process.waitFor(LASTS_AT_MOST.toSeconds(), TimeUnit.SECONDS);
            String printed = Files.readString(output);
            String said = Files.readString(errors, StandardCharsets.ISO_8859_1);
            Files.delete(output);
            Files.delete(errors);
            if (!ended) {
                throw new AssertionError("The JVM that is " + kind.name() + " has not ended: " + said);
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        "The JVM that is " + kind.name() + " ended with " + process.exitValue() + ": " + said);
            }
            return printed.lines().toList();
        }
    }
}
