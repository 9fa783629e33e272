package io.troupe.cluster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.local.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TroupeTest {

    private record Ran(int code, String out, String err) {}

    @TempDir
    private Path folder;

    private static Ran troupe(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine troupe = Troupe.commandLine();
        troupe.setOut(new PrintWriter(out));
        troupe.setErr(new PrintWriter(err));
        int code = troupe.execute(args);
        return new Ran(code, out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"up", "status", "down", "kill", "restart", "partition", "heal", "logs", "node", "demo", "bench"})
    void everyCommandHasHelp(String command) {
        Ran ran = troupe(command, "--help");
        assertThat(ran.code()).isEqualTo(ExitCodes.OK);
        assertThat(ran.out()).contains("Usage: troupe " + command);
    }

    @Test
    void anUnknownCommandIsAUsageErrorThatSuggestsTheNearest() {
        Ran ran = troupe("stauts");
        assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
        assertThat(ran.err()).contains("stauts").contains("status");
    }

    @Test
    void anUnknownOptionIsAUsageErrorThatPointsAtHelp() {
        Ran ran = troupe("up", "--node", "3");
        assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
        assertThat(ran.err()).contains("--node").contains("troupe up --help");
    }

    @Test
    void nothingToDoIsAUsageError() {
        assertThat(troupe().code()).isEqualTo(ExitCodes.USAGE);
        assertThat(troupe("bench").code()).isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void aFolderWithoutAClusterSaysHowToStartOne() {
        Ran ran = troupe("status", "--data", folder.toString());
        assertThat(ran.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(ran.err()).contains("There is no cluster in " + folder).contains("troupe up");
    }

    @Test
    void anUnknownSystemIsRefusedBeforeAnythingStarts() {
        Ran ran = troupe("up", "zookeper", "--data", folder.toString());
        assertThat(ran.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(ran.err()).contains("no system 'zookeper'").contains("echo");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "80", "65500", "99999"})
    void aBasePortWithoutRoomForTheNodesIsRefusedWithTheRange(String port) {
        Ran ran = troupe("up", "echo", "--base-port", port, "--data", folder.toString());
        assertThat(ran.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(ran.err()).contains("from 1024 to 65496").contains("not " + port);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aBasePortOnWhichSomethingListensIsRefusedBeforeAnythingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(FreePorts.next(), 1, InetAddress.getByName("127.0.0.1"))) {
            int base = taken.getLocalPort() - 10; // n1 takes the ten from base + 10
            Ran ran = troupe(
                    "up", "echo", "--nodes", "1", "--base-port", Integer.toString(base), "--data", folder.toString());
            assertThat(ran.code()).isEqualTo(ExitCodes.FAILURE);
            assertThat(ran.err())
                    .contains("Ports in use on loopback: [" + taken.getLocalPort() + "]")
                    .contains("another --base-port");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aSignalThatIsNoneListsThoseThereAre() {
        Ran ran = troupe("kill", "n1", "--signal", "HUP", "--data", folder.toString());
        assertThat(ran.code()).isEqualTo(ExitCodes.USAGE);
        assertThat(ran.err()).contains("KILL, TERM, STOP, CONT");
    }

    @Test
    void sidesOfAPartitionAreReadWithOrWithoutBlanks() {
        List<List<String>> expected = List.of(List.of("n1"), List.of("n2", "n3"));
        assertThat(PartitionCommand.parse("n1 / n2,n3")).isEqualTo(expected);
        assertThat(PartitionCommand.parse("n1/n2 n3")).isEqualTo(expected);
        assertThat(PartitionCommand.parse("n1 , / n2, n3")).isEqualTo(expected);
    }

    private Path nodeConf(int arteryPort, int httpPort, Path data) throws Exception {
        return Files.writeString(
                folder.resolve("node.conf"),
                """
                troupe.cluster.members = ["n1@127.0.0.1:%1$d"]
                troupe.node { id = n1, data-dir = "%3$s" }
                troupe.artery.port = %1$d
                troupe.http.port = %2$d
                """
                        .formatted(arteryPort, httpPort, data));
    }

    @Test
    void aNodeWithAWrongValueEndsInOneLineWithCodeThree() throws Exception {
        Ran ran = troupe("node", "--config", nodeConf(0, 1, folder).toString());
        assertThat(ran.code()).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(ran.err().strip()).startsWith("troupe: troupe.").hasLineCount(1);
    }

    @Test
    void aNodeWhoseDataDirectoryCannotBeWrittenEndsInOneLineWithCodeFour() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Ran ran = troupe("node", "--config", nodeConf(1025, 1026, file).toString());
        assertThat(ran.code()).isEqualTo(ExitCodes.DATA_DIRECTORY);
        assertThat(ran.err().strip()).contains("cannot be written").hasLineCount(1);
    }

    @Test
    void aNodeWhosePortIsInUseEndsInOneLineWithCodeFive() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Path conf = nodeConf(taken.getLocalPort(), 1026, folder.resolve("data"));
            Ran ran = troupe("node", "--config", conf.toString());
            assertThat(ran.code()).isEqualTo(ExitCodes.ADDRESS);
            assertThat(ran.err().strip())
                    .contains(":" + taken.getLocalPort() + " (troupe.artery)")
                    .hasLineCount(1);
            assertThat(folder.resolve("data")).as("a first start that fails").doesNotExist();
        }
    }
}
