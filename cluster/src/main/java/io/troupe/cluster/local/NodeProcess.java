package io.troupe.cluster.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node's JVM, known by its process id together with the time it was started, so that a process
 * which got a dead node's id by chance is never touched.
 */
record NodeProcess(long pid, long startedAtMillis) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "process.json";
    /** The system tells a start time relative to its boot, whose own time moves a little when clocks are set. */
    private static final long SAME_START_MILLIS = 2_000;

    static NodeProcess start(Path folder, List<String> command) {
        Path log = folder.resolve("node.log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            NodeProcess started = new NodeProcess(process.pid(), startMillis(process.toHandle()));
            Path temporary = folder.resolve(FILE + ".new");
            JSON.writeValue(temporary.toFile(), started);
            Files.move(temporary, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            return started;
        } catch (IOException e) {
            throw new LocalClusterException(
                    "Cannot start a node in " + folder + ": " + e.getMessage()
                            + ". Make the folder writable, or choose another with --data",
                    e);
        }
    }

    /** The process that was last started for this node, alive or not. */
    static Optional<NodeProcess> last(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return Files.exists(file)
                    ? Optional.of(JSON.readValue(file.toFile(), NodeProcess.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new LocalClusterException(
                    file + " is damaged: " + LocalClusterException.problem(e)
                            + ". It tells the process of this node: stop that if it runs, and remove the file",
                    e);
        }
    }

    private static long startMillis(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> Math.abs(startMillis(handle) - startedAtMillis) < SAME_START_MILLIS);
    }

    boolean isAlive() {
        return handle().isPresent();
    }

    /** Sends the signal; nothing happens to a process that is gone. */
    void signal(Signal signal) {
        Optional<ProcessHandle> handle = handle();
        if (handle.isEmpty()) {
            return;
        }
        switch (signal) {
            case KILL -> handle.get().destroyForcibly();
            case TERM -> handle.get().destroy();
            case STOP, CONT -> send(signal);
        }
    }

    private void send(Signal signal) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal.name(), Long.toString(pid)));
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new LocalClusterException(String.join(" ", command) + " failed with exit code " + code);
            }
        } catch (IOException e) {
            throw new LocalClusterException(
                    "Cannot send " + signal + ": the 'kill' command is missing here: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("Interrupted while sending " + signal, e);
        }
    }

    /** @return whether the process has ended within {@code timeout} */
    boolean awaitEnd(Duration timeout) {
        Optional<ProcessHandle> handle = handle();
        if (handle.isEmpty()) {
            return true;
        }
        try {
            handle.get().onExit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new LocalClusterException("Cannot wait for process " + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("Interrupted while waiting for process " + pid, e);
        }
    }
}
