package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.etcd.SoloNode;
import io.troupe.etcd.members.MemberIds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
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
        return at(node, arguments);
    }

    private static String at(SoloNode server, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints=127.0.0.1:" + server.port()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /** As in etcd, a member tells where its clients reach it a moment after it serves them. */
    private static void awaitStarted(SoloNode server) {
        Awaitility.await("its own record").atMost(Duration.ofSeconds(20)).until(() -> at(server, "member", "list")
                .contains(" started, n1,"));
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
        awaitStarted(node);
        assertThat(etcdctl("member", "list")).contains("http://127.0.0.1:" + node.port());
        assertThat(etcdctl("alarm", "list")).isEmpty();
        assertThat(etcdctl("endpoint", "hashkv")).matches("127.0.0.1:\\d+, \\d+\n");
    }

    @Test
    void aFullStoreRefusesPutsUntilItIsDisarmed() throws Exception {
        try (SoloNode small = new SoloNode("troupe.etcd.quota-backend-bytes = 2 KiB")) {
            assertThat(at(small, "put", "k", "v".repeat(1_000))).isEqualTo("OK\n");
            assertThat(at(small, "put", "k", "v".repeat(1_000))).contains("database space exceeded");
            String alarm = "memberID:" + Long.toUnsignedString(MemberIds.member(SoloNode.NODE)) + " alarm:NOSPACE ";
            assertThat(at(small, "alarm", "list")).isEqualTo(alarm + "\n");
            assertThat(at(small, "endpoint", "status")).contains(alarm);
            assertThat(at(small, "del", "k")).isEqualTo("1\n");
            assertThat(at(small, "compact", "3")).isEqualTo("compacted revision 3\n");
            assertThat(at(small, "alarm", "disarm")).isEqualTo(alarm + "\n");
            assertThat(at(small, "put", "k", "v".repeat(1_000))).isEqualTo("OK\n");
        }
    }

    @Test
    void membersAreAddedListedAndRemoved() throws Exception {
        try (SoloNode fresh = new SoloNode("")) {
            awaitStarted(fresh);
            String added = at(fresh, "member", "add", "n9", "--learner", "--peer-urls=http://127.0.0.1:1");
            assertThat(added)
                    .containsPattern("Member +[0-9a-f]+ added to cluster")
                    .contains("ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
            String id = added.split(" +")[1];
            assertThat(at(fresh, "member", "list")).contains(id + ", unstarted, , http://127.0.0.1:1, , true");
            assertThat(at(fresh, "member", "promote", id)).contains("in sync with leader");
            assertThat(at(fresh, "member", "update", id, "--peer-urls=http://127.0.0.1:2"))
                    .contains("updated in cluster");
            assertThat(at(fresh, "member", "remove", id)).contains("removed from cluster");
            assertThat(at(fresh, "member", "list")).doesNotContain("unstarted");
            assertThat(at(fresh, "move-leader", id)).contains("bad leader transferee");
        }
    }

    @Test
    void usersRolesAndPermissionsHoldFromTheMomentAuthenticationIsOn() throws Exception {
        try (SoloNode guarded = new SoloNode("troupe.etcd.auth.bcrypt-cost = 4")) {
            assertThat(at(guarded, "user", "add", "root:secret")).isEqualTo("User root created\n");
            assertThat(at(guarded, "user", "add", "ann:pass")).isEqualTo("User ann created\n");
            assertThat(at(guarded, "role", "add", "reader")).isEqualTo("Role reader created\n");
            assertThat(at(guarded, "role", "grant-permission", "reader", "read", "job/", "job0"))
                    .isEqualTo("Role reader updated\n");
            assertThat(at(guarded, "user", "grant-role", "ann", "reader"))
                    .isEqualTo("Role reader is granted to user ann\n");
            assertThat(at(guarded, "user", "grant-role", "root", "root"))
                    .isEqualTo("Role root is granted to user root\n");
            assertThat(at(guarded, "auth", "enable")).isEqualTo("Authentication Enabled\n");

            assertThat(at(guarded, "put", "job/1", "a")).contains("etcdserver: user name is empty");
            assertThat(at(guarded, "--user=root:secret", "put", "job/1", "a")).isEqualTo("OK\n");
            assertThat(at(guarded, "--user=ann:pass", "get", "job/", "--prefix"))
                    .isEqualTo("job/1\na\n");
            assertThat(at(guarded, "--user=ann:pass", "put", "job/1", "b")).contains("etcdserver: permission denied");
            assertThat(at(guarded, "--user=ann:wrong", "get", "job/1"))
                    .contains("etcdserver: authentication failed, invalid user ID or password");
            assertThat(at(guarded, "--user=root:secret", "user", "list")).isEqualTo("ann\nroot\n");
            assertThat(at(guarded, "--user=root:secret", "role", "get", "reader"))
                    .contains("KV Read:")
                    .contains("[job/, job0)");
            assertThat(at(guarded, "--user=ann:pass", "defrag")).contains("permission denied");
            assertThat(at(guarded, "--user=root:secret", "auth", "disable")).isEqualTo("Authentication Disabled\n");
            assertThat(at(guarded, "put", "job/1", "c")).isEqualTo("OK\n");
        }
    }
}
