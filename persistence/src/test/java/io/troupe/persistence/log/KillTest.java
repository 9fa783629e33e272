package io.troupe.persistence.log;

import static io.troupe.persistence.log.LogTests.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.DiskFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process, a real disk, SIGKILL in the midst of writing. */
class KillTest {

    @TempDir
    Path directory;

    @Test
    void whatAKilledProcessHadAcknowledgedIsThereAndItsLockIsGone() throws IOException, InterruptedException {
        Random random = new Random(1);
        Map<String, Long> acknowledged = new TreeMap<>();
        for (int kill = 0; kill < 3; kill++) {
            writeUntilKilled(acknowledged, 500 + random.nextInt(1500));
            try (SegmentedLog log = SegmentedLog.open(new DiskFiles(directory), LogTests.SMALL)) {
                for (Map.Entry<String, Long> entry : acknowledged.entrySet()) {
                    assertThat(log.highest(entry.getKey())).isGreaterThanOrEqualTo(entry.getValue());
                    assertThat(read(log, entry.getKey())).hasSize((int) log.highest(entry.getKey()));
                }
            }
        }
        assertThat(acknowledged).hasSize(8);
    }

    private void writeUntilKilled(Map<String, Long> acknowledged, int events) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader acknowledgements = writer.inputReader()) {
            String line = acknowledgements.readLine();
            for (int i = 0; line != null; i++) {
                if (i == events) {
                    writer.toHandle().destroyForcibly();
                }
                String[] words = line.split(" ", -1);
                if (words.length == 2 && !words[1].isEmpty() && i <= events) {
                    acknowledged.put(words[0], Long.parseLong(words[1]));
                }
                line = acknowledgements.readLine();
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }
}
