package io.troupe.cluster.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutTest {

    private static Layout three() {
        return new Layout("local", List.of(), Ports.assign(3, List.of(), 0), List.of(), List.of(), "", List.of());
    }

    @Test
    void aPartitionCutsEverySideFromEveryOther() {
        Layout cut = three().withPartition(List.of(List.of("n1"), List.of("n2", "n3")));
        assertThat(cut.cutOffFrom("n1")).containsExactly("n2", "n3");
        assertThat(cut.cutOffFrom("n2")).containsExactly("n1");
        assertThat(cut.withPartition(List.of()).cutOffFrom("n1")).isEmpty();
    }

    @Test
    void aNodeInNoSideReachesEveryone() {
        assertThat(three().withPartition(List.of(List.of("n1"), List.of("n2"))).cutOffFrom("n3"))
                .isEmpty();
    }

    @Test
    void itIsReadBackAsItWasWritten(@TempDir Path folder) {
        Layout layout = three();
        layout.write(folder);
        assertThat(Layout.read(folder)).contains(layout);
        assertThat(Layout.read(folder.resolve("elsewhere"))).isEmpty();
    }

    @Test
    void aDamagedFileIsNamedInOneLineWithWhatToDo(@TempDir Path folder) throws Exception {
        three().write(folder);
        Files.writeString(folder.resolve("cluster.json"), "{");
        assertThatThrownBy(() -> Layout.read(folder))
                .isInstanceOf(LocalClusterException.class)
                .hasMessageContainingAll(folder.resolve("cluster.json") + " is damaged", "remove the folder")
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
        Path node = Files.createDirectories(folder.resolve("n1"));
        Files.writeString(node.resolve("process.json"), "");
        assertThatThrownBy(() -> NodeProcess.last(node))
                .isInstanceOf(LocalClusterException.class)
                .hasMessageContainingAll("process.json is damaged", "remove the file")
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }

    @Test
    void everyPortIsGivenOnce() {
        List<Integer> ports = Ports.assign(9, List.of("a", "b"), 0).stream()
                .flatMap(place -> Stream.concat(
                        Stream.of(place.arteryPort(), place.httpPort()), place.systemPorts().values().stream()))
                .toList();
        assertThat(ports).hasSize(36).doesNotHaveDuplicates();
    }

    @Test
    void aPortInUseIsRefusedByNumber() throws Exception {
        try (ServerSocket taken = new ServerSocket(FreePorts.next(), 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> Ports.assign(1, List.of(), port - 10))
                    .isInstanceOf(LocalClusterException.class)
                    .hasMessageContaining("[" + port + "]")
                    .hasMessageContaining("--base-port");
        }
    }

    @Test
    void aProcessThatGotADeadNodesIdIsNotTouched() {
        long self = ProcessHandle.current().pid();
        NodeProcess recycled = new NodeProcess(self, 1_000_000);
        assertThat(recycled.isAlive()).isFalse();
        recycled.signal(Signal.KILL); // would end this test
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }
}
