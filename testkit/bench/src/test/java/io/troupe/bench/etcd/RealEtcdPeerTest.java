package io.troupe.bench.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealEtcdPeerTest {

    @TempDir
    private Path folder;

    private static List<ProcessHandle> running(Path program) {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().equals(Optional.of(program.toString())))
                .toList();
    }

    /** Once it knows one. */
    private static long awaitLeaderSeenBy(Clients clients, int member) {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> leaderSeenBy(clients, member), leader -> leader != 0);
    }

    private static long leaderSeenBy(Clients clients, int member) {
        return MaintenanceGrpc.newBlockingStub(clients.channel(member))
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance())
                .getLeader();
    }

    @Test
    void threeMembersServeOneIsKilledAndComesBackAndNoneIsLeft() throws Exception {
        Optional<Path> found = RealEtcdPeer.program();
        assumeTrue(found.isPresent(), "no etcd on the PATH");
        Path program = found.get().toRealPath();
        assertThat(running(program)).isEmpty();
        try (var peer = new RealEtcdPeer(program, folder);
                var clients = new Clients(peer)) {
            assertThat(peer.endpoints()).hasSize(3);
            Awaitility.await("both know the same leader")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> awaitLeaderSeenBy(clients, 0) == awaitLeaderSeenBy(clients, 2));
            assertThat(peer.costs().servers()).isEqualTo(3);
            assertThat(peer.costs().syncs()).as("of three logs").isGreaterThanOrEqualTo(3);
            assertThat(peer.costs().cpu()).isGreaterThan(Duration.ZERO);
            assertThat(peer.heapBytes()).hasSize(3).allMatch(bytes -> bytes > 1 << 20);

            peer.kill(1);
            assertThat(running(program)).hasSize(2);
            peer.restart(1);
            assertThat(awaitLeaderSeenBy(clients, 1)).isNotZero();
            assertThat(running(program)).hasSize(3);
        }
        assertThat(running(program)).isEmpty();
    }
}
