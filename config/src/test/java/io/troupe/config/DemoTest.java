package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.cli.Troupe;
import io.troupe.cluster.local.LocalCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job, with short pauses: three JVMs, jetcd clients, the leader killed twice and cut off once. */
@Timeout(1200)
class DemoTest {

    @TempDir
    private Path folder;

    @Test
    void theDemoLosesNothingTellsSoInATableAndLeavesNothingRunning() {
        StringWriter out = new StringWriter();
        int code = Troupe.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute("demo", "etcd", "--quick", "--clients", "4", "--rate", "128", "--keep", folder.toString());
        String said = out.toString();
        System.out.println(said);
        assertThat(code).as(said).isEqualTo(ExitCodes.OK);
        assertThat(said)
                .containsPattern(
                        "(?s)kill -9 n\\d, the leader.*restart n\\d.*kill -9 n\\d.*restart n\\d.*partition n\\d / .*heal")
                .containsPattern("operations +[1-9]")
                .containsPattern("acknowledged +[1-9]")
                .containsPattern("lost +0 of [1-9]")
                .containsPattern("(?s)(no answer for +[0-9.]+ s after .*){3}")
                .containsPattern("longest unavailability +[0-9]")
                .containsPattern("linearizable +yes")
                .contains("Nothing was lost.");
        assertThat(LocalCluster.attach(folder).orElseThrow().isRunning()).isFalse();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }
}
