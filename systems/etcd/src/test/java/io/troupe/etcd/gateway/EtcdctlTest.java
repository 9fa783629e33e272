package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.etcd.SoloNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real etcdctl, where one is installed (Debian: etcd-client). */
class EtcdctlTest {

    private static SoloNode node;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(isInstalled(), "no etcdctl on the PATH: install one (Debian: etcd-client) to run this test");
        node = new SoloNode("");
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    private static boolean isInstalled() throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v etcdctl").start().waitFor() == 0;
    }

    private static String etcdctl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints=127.0.0.1:" + node.port()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void putsGetsAndDeletes() throws Exception {
        assertThat(etcdctl("put", "job/1", "a")).isEqualTo("OK\n");
        assertThat(etcdctl("put", "job/2", "b")).isEqualTo("OK\n");
        assertThat(etcdctl("get", "job/", "--prefix")).isEqualTo("job/1\na\njob/2\nb\n");
        assertThat(etcdctl("del", "job/", "--prefix")).isEqualTo("2\n");
    }

    @Test
    void leasesAreGrantedListedKeptAliveAndRevoked() throws Exception {
        String granted = etcdctl("lease", "grant", "60");
        assertThat(granted).endsWith("granted with TTL(60s)\n");
        String lease = granted.split(" ")[1];
        etcdctl("put", "leased", "x", "--lease=" + lease);
        assertThat(etcdctl("lease", "timetolive", lease, "--keys")).contains("attached keys([leased])");
        assertThat(etcdctl("lease", "keep-alive", lease, "--once")).contains("keepalived with TTL(60)");
        assertThat(etcdctl("lease", "list")).contains(lease);
        assertThat(etcdctl("lease", "revoke", lease)).contains("revoked");
        assertThat(etcdctl("get", "leased")).isEmpty();
    }

    @Test
    void healthStatusAndMembersAreShown() throws Exception {
        assertThat(etcdctl("endpoint", "health")).contains("is healthy");
        assertThat(etcdctl("endpoint", "status"))
                .contains(MaintenanceService.API_VERSION)
                .contains(Long.toHexString(MemberIds.member(SoloNode.NODE)));
        assertThat(etcdctl("member", "list")).contains("started, n1,").contains("http://127.0.0.1:" + node.port());
        assertThat(etcdctl("alarm", "list")).isEmpty();
        assertThat(etcdctl("endpoint", "hashkv")).matches("127.0.0.1:\\d+, \\d+\n");
    }

    @Test
    void whatIsNotOfferedSaysSo() throws Exception {
        assertThat(etcdctl("user", "list")).contains("Unimplemented");
    }
}
