package io.troupe.bench.replication;

import io.troupe.bench.load.Costs;
import io.troupe.cluster.local.ClassPath;
import io.troupe.cluster.local.JvmOptions;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A replica's JVM, spoken to by lines. */
final class ReplicaProcess implements AutoCloseable {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private final Process process;
    private final PrintWriter commands;
    private final BufferedReader answers;
    private final Path log;

    ReplicaProcess(Engine engine, Engine.Place place, List<String> moreJvmOptions) throws IOException {
        Files.createDirectories(place.folder());
        log = place.folder().resolve("replica.log");
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(JvmOptions.ofNode());
        line.addAll(engine.jvmOptions());
        line.addAll(moreJvmOptions);
        line.add("-Dlogback.configurationFile=io/troupe/cluster/logback-cli.xml");
        line.addAll(List.of("-cp", String.join(File.pathSeparator, ClassPath.ofThisJvm())));
        line.addAll(List.of(
                ReplicaMain.class.getName(),
                engine.name(),
                Integer.toString(place.index()),
                place.folder().toString()));
        place.ports().forEach(port -> line.add(Integer.toString(port)));
        process = new ProcessBuilder(line).redirectError(log.toFile()).start();
        commands = new PrintWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @throws IllegalStateException with the end of what it said, when the process has ended */
    String ask(String command) {
        try {
            commands.println(command);
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(ReplicaMain.ANSWER)) {
                    return line.substring(ReplicaMain.ANSWER.length());
                }
            }
            List<String> said = Files.readAllLines(log).stream()
                    .filter(line -> !line.startsWith("\tat ")) // What went wrong is said above the frames of its stack.
                    .toList();
            throw new IllegalStateException("a replica has ended; it said last: "
                    + String.join("\n", said.subList(Math.max(0, said.size() - 5), said.size())));
        } catch (IOException e) {
            throw new IllegalStateException("a replica cannot be spoken to: " + e.getMessage(), e);
        }
    }

    Duration cpu() {
        return Costs.cpuOf(process.toHandle());
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Its input ends, and so does it. */
    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
