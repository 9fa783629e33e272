package io.troupe.bench.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.cluster.local.FreePorts;
import io.troupe.cluster.local.LocalClusterException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Its nodes host a {@link StandInEtcd}, and one consensus group, which writes to their journals. */
class TroupePeerTest {

    @TempDir
    private Path folder;

    private TroupePeer start(String... more) {
        List<String> options = new ArrayList<>(List.of("-Xmx192m", "-XX:TieredStopAtLevel=1"));
        options.addAll(List.of(more));
        return new TroupePeer(folder, Optional.of("multi-paxos"), options, line -> {});
    }

    private static List<ProcessHandle> running() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();
    }

    @Tag("soak") // Half a minute; the benches' own tests run three such nodes at every build.
    @Test
    void threeNodesRunOneIsKilledAndComesBackAndNoneIsLeft() throws Exception {
        try (TroupePeer peer = start("-Dtroupe.coordination.enabled=on")) {
            assertThat(peer.name()).isEqualTo("multi-paxos");
            assertThat(folder.resolve("n1/node.conf")).content().contains("troupe.groups.engine = multi-paxos");
            assertThat(peer.endpoints()).hasSize(3).doesNotHaveDuplicates();
            assertThat(running()).hasSize(3);
            Awaitility.await("a quorum of journals is synced")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> peer.costs().syncs() >= 2);
            assertThat(peer.costs().servers()).isEqualTo(3);
            assertThat(peer.costs().cpu()).isGreaterThan(Duration.ZERO);
            assertThat(peer.heapBytes()).hasSize(3).allMatch(bytes -> bytes > 1 << 20);

            peer.kill(1);
            assertThat(running()).hasSize(2);
            peer.restart(1);
            assertThat(running()).hasSize(3);
            boolean linux = Files.exists(Path.of("/proc/self/status"));
            assertThat(peer.residentBytes())
                    .as("of the processes that run now")
                    .hasSize(3)
                    .allMatch(bytes -> bytes > 1 << 20 || !linux);
        }
        assertThat(running()).isEmpty();
    }

    @Test
    void whereANodeDoesNotStartNoneIsLeft() {
        String samePort = "-Dtroupe.artery.port=" + FreePorts.next();
        assertThatThrownBy(() -> start(samePort))
                .isInstanceOf(LocalClusterException.class)
                .hasMessageContaining("ended while it started");
        assertThat(running()).isEmpty();
    }
}
