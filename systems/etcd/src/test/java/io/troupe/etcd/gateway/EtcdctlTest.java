package io.troupe.etcd.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.cluster.Etcdctl;
import io.troupe.etcd.members.MemberIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** The real etcdctl, where one is installed (Debian: etcd-client). */
@OnEachEngine
class EtcdctlTest {

    @Parameter
    private String engine;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static SoloNode node;

    @TempDir
    private Path folder;

    @BeforeParameterizedClassInvocation
    static void start(String engine) throws Exception {
        assumeTrue(Etcdctl.isInstalled(), Etcdctl.ABSENT);
        node = new SoloNode(engine, "");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    private static String etcdctl(String... arguments) throws Exception {
        return at(node, arguments);
    }

    private static String at(SoloNode server, String... arguments) throws Exception {
        return at(server, "", arguments);
    }

    private static String at(SoloNode server, String input, String[] arguments) throws Exception {
        Process process = builder(server, arguments).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private static ProcessBuilder builder(SoloNode server, String... arguments) {
        return Etcdctl.builder("127.0.0.1:" + server.port(), arguments);
    }

    /** A command that goes on until it is interrupted. */
    private final class Running implements AutoCloseable {
        private final Path output;
        private final Process process;

        Running(String... arguments) throws Exception {
            output = Files.createTempFile(folder, "etcdctl", ".out");
            process = builder(node, arguments).redirectOutput(output.toFile()).start();
        }

        String output() throws Exception {
            return Files.readString(output);
        }

        void awaitOutput(String pattern) {
            Awaitility.await(pattern).atMost(PATIENCE).untilAsserted(() -> assertThat(output())
                    .matches(pattern));
        }

        void awaitEnd() throws Exception {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
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
        String sooner = etcdctl("lease", "grant", "30").split(" ")[1];
        String later = etcdctl("lease", "grant", "90").split(" ")[1];
        assertThat(etcdctl("lease", "list").lines())
                .as("as they run out")
                .filteredOn(List.of(lease, sooner, later)::contains)
                .containsExactly(sooner, lease, later);
        assertThat(etcdctl("lease", "revoke", lease)).contains("revoked");
        assertThat(etcdctl("get", "leased")).isEmpty();
    }

    @Test
    void aWatchTellsWhatBecomesOfAPrefix() throws Exception {
        try (var watch = new Running("watch", "seen/", "--prefix", "--rev=1", "--prev-kv")) {
            etcdctl("put", "seen/1", "a");
            etcdctl("put", "unseen", "a");
            etcdctl("put", "seen/1", "b");
            etcdctl("del", "seen/1");
            watch.awaitOutput("PUT\nseen/1\na\nPUT\nseen/1\na\nseen/1\nb\nDELETE\nseen/1\nb\nseen/1\n\n");
        }
    }

    @Test
    void transactionsAreTakenFromStandardInput() throws Exception {
        String[] txn = {"txn", "-i"};
        etcdctl("put", "balance", "1");
        String request =
                """
                mod("balance") > "0"
                value("balance") = "1"

                put balance 2
                get balance

                get balance

                """;
        String prompts =
                """
                compares:
                success requests (get, put, del):
                failure requests (get, put, del):
                """;
        assertThat(at(node, request, txn)).isEqualTo(prompts + "SUCCESS\n\nOK\n\nbalance\n2\n");
        assertThat(at(node, request, txn)).isEqualTo(prompts + "FAILURE\n\nbalance\n2\n");
        assertThat(at(node, "\nput balance 3\nput balance 4\n\n\n", txn))
                .contains("etcdserver: duplicate key given in txn request");
    }

    @Test
    void aLockGoesToTheNextWhenItsHolderLetsGo() throws Exception {
        try (var holder = new Running("lock", "door")) {
            holder.awaitOutput("door/[0-9a-f]+\n\n"); // The key, and its empty value.
            try (var next = new Running("lock", "door", "echo", "inside")) {
                Awaitility.await("the next has queued").atMost(PATIENCE).until(() -> etcdctl(
                                "get", "door/", "--prefix", "--keys-only")
                        .matches("(door/[0-9a-f]+\n\n){2}"));
                assertThat(next.output()).isEmpty();
                holder.close();
                next.awaitEnd();
                assertThat(next.output()).isEqualTo("inside\n");
            }
        }
        assertThat(etcdctl("get", "door/", "--prefix")).isEmpty();
    }

    @Test
    void anElectionIsWonAndSeenByWhoListens() throws Exception {
        try (var leader = new Running("elect", "boss", "me");
                var listener = new Running("elect", "--listen", "boss")) {
            leader.awaitOutput("boss/[0-9a-f]+\nme\n");
            listener.awaitOutput("boss/[0-9a-f]+\nme\n");
            assertThat(listener.output()).isEqualTo(leader.output());
        }
    }

    @Test
    void aMirrorFollowsAPrefixUnderAnother() throws Exception {
        try (SoloNode mirror = new SoloNode(engine, "")) {
            etcdctl("put", "orders/1", "a");
            String to = "127.0.0.1:" + mirror.port();
            try (var mirroring = new Running("make-mirror", "--prefix=orders/", "--dest-prefix=copy/", to)) {
                Awaitility.await("what was there").atMost(PATIENCE).until(() -> at(mirror, "get", "copy/", "--prefix")
                        .equals("copy/1\na\n"));
                etcdctl("put", "orders/2", "b");
                etcdctl("del", "orders/1");
                Awaitility.await("what came since").atMost(PATIENCE).until(() -> at(mirror, "get", "copy/", "--prefix")
                        .equals("copy/2\nb\n"));
                assertThat(mirroring.process.isAlive()).isTrue();
            }
        }
    }

    /** A namespace is the client's alone: to everybody else it is a prefix. */
    @Test
    void aNamespaceOfJetcdIsAPrefixOfEtcdctl() throws Exception {
        try (Client jetcd = Client.builder()
                .endpoints("http://127.0.0.1:" + node.port())
                .namespace(ByteSequence.from("tenant/", UTF_8))
                .build()) {
            KV kv = jetcd.getKVClient();
            etcdctl("put", "color", "everybody's");
            kv.put(ByteSequence.from("color", UTF_8), ByteSequence.from("red", UTF_8))
                    .get(60, TimeUnit.SECONDS);
            etcdctl("put", "tenant/shape", "round");
            assertThat(etcdctl("get", "tenant/", "--prefix")).isEqualTo("tenant/color\nred\ntenant/shape\nround\n");

            ByteSequence all = ByteSequence.from(new byte[] {0});
            var seen = kv.get(all, GetOption.builder().withRange(all).build()).get(60, TimeUnit.SECONDS);
            assertThat(seen.getKvs())
                    .extracting(pair -> pair.getKey().toString(UTF_8))
                    .containsExactly("color", "shape");
            kv.delete(all, DeleteOption.builder().withRange(all).build()).get(60, TimeUnit.SECONDS);
            assertThat(etcdctl("get", "tenant/", "--prefix")).isEmpty();
            assertThat(etcdctl("get", "color")).isEqualTo("color\neverybody's\n");
        }
    }

    @Test
    void defragmentingIsDone() throws Exception {
        assertThat(etcdctl("defrag")).isEqualTo("Finished defragmenting etcd member[127.0.0.1:" + node.port() + "]\n");
    }

    /** It writes 50 times a second for a minute. */
    @Tag("soak")
    @Test
    void aSmallLoadPassesItsCheck() throws Exception {
        try (var check = new Running("check", "perf", "--load=s")) {
            assertThat(check.process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(check.output()).contains("PASS: Throughput is").doesNotContain("FAIL");
        }
    }

    @Test
    void healthStatusAndMembersAreShown() throws Exception {
        assertThat(etcdctl("endpoint", "health")).contains("is healthy");
        assertThat(etcdctl("endpoint", "status"))
                .contains(MaintenanceService.API_VERSION)
                .contains(Long.toHexString(MemberIds.member(SoloNode.NODE)));
        assertThat(etcdctl("member", "list")).contains("http://127.0.0.1:" + node.port());
        assertThat(etcdctl("alarm", "list")).isEmpty();
        assertThat(etcdctl("endpoint", "hashkv")).matches("127.0.0.1:\\d+, \\d+\n");
    }

    @Test
    void aFullStoreRefusesPutsUntilItIsDisarmed() throws Exception {
        try (SoloNode small = new SoloNode(engine, "troupe.etcd.quota-backend-bytes = 2 KiB")) {
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
        try (SoloNode fresh = new SoloNode(engine, "")) {
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
    void withoutTheStrictCheckMembersAreAddedThoughThoseBeforeHaveNotStarted() throws Exception {
        try (SoloNode lax = new SoloNode(engine, "troupe.etcd.strict-reconfig-check = off");
                SoloNode strict = new SoloNode(engine, "")) {
            for (SoloNode etcd : List.of(lax, strict)) {
                assertThat(at(etcd, "member", "add", "n2", "--peer-urls=http://127.0.0.1:2"))
                        .contains("added to cluster");
            }
            assertThat(at(strict, "member", "add", "n3", "--peer-urls=http://127.0.0.1:3"))
                    .contains("re-configuration failed due to not enough started members");
            assertThat(at(lax, "member", "add", "n3", "--peer-urls=http://127.0.0.1:3"))
                    .contains("added to cluster");
            for (SoloNode etcd : List.of(lax, strict)) {
                String self = Long.toHexString(MemberIds.member(SoloNode.NODE));
                assertThat(at(etcd, "member", "list").lines())
                        .hasSize(etcd == lax ? 3 : 2)
                        .anyMatch(line -> line.startsWith(self));
                assertThat(at(etcd, "put", "k", "v")).isEqualTo("OK\n");
            }
        }
    }

    @Test
    void usersRolesAndPermissionsHoldFromTheMomentAuthenticationIsOn() throws Exception {
        try (SoloNode guarded = new SoloNode(engine, "troupe.etcd.auth.bcrypt-cost = 4")) {
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
