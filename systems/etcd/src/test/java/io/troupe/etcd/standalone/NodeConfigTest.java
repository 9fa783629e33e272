package io.troupe.etcd.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.cluster.node.NodeSettings;
import io.troupe.cluster.node.PatientDowning;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.auth.JwtTokens;
import io.troupe.etcd.auth.SimpleTokens;
import io.troupe.etcd.compactor.Retention;
import io.troupe.etcd.port.ClientAddress;
import io.troupe.etcd.restore.RestoredDirectory;
import io.troupe.etcd.tls.TestAuthority;
import io.troupe.etcd.tls.TlsSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What flags become: read as a node reads its own configuration. */
class NodeConfigTest {

    private static final List<String> WITHOUT_A_FLAG =
            List.of("troupe.systems", "troupe.http.enabled", "troupe.etcd.end-with-member");

    @TempDir
    private Path folder;

    private NodeSettings settings(String... arguments) throws Exception {
        FlagValues flags = FlagParser.parse(List.of(arguments)).orElseThrow();
        FlagRules.check(flags);
        return LiveMember.settings(flags, MemberSetup.of(flags), folder);
    }

    private EtcdSettings etcd(String... arguments) throws Exception {
        return EtcdSettings.of(settings(arguments).config());
    }

    @Test
    void withoutFlagsItIsAClusterOfOne() throws Exception {
        NodeSettings node = settings();
        assertThat(node.nodeId()).isEqualTo("default");
        assertThat(node.cluster()).isEqualTo("etcd-cluster");
        assertThat(node.members()).containsExactly(new NodeSettings.Member("default", "localhost", 2380));
        assertThat(node.http()).isEmpty();
        assertThat(EtcdSettings.of(node.config()).client().told(2379)).isEqualTo("http://localhost:2379");
    }

    @Test
    void peersAreTheProcessesOfTheInitialCluster() throws Exception {
        NodeSettings node = settings(
                "--name=B_2",
                "--initial-cluster=c=http://10.0.0.3:1,B_2=http://10.0.0.2:2,a=http://10.0.0.1:3",
                "--initial-advertise-peer-urls=http://10.0.0.2:2",
                "--listen-peer-urls=http://0.0.0.0:2380",
                "--initial-cluster-token=tkn",
                "--initial-cluster-state=existing");
        assertThat(node.memberIds()).containsExactly("B_2", "a", "c");
        assertThat(node.cluster()).isEqualTo("tkn");
        assertThat(node.joins()).isTrue();
        assertThat(node.artery().toString()).isEqualTo("pekko://10.0.0.2:2");
        assertThat(node.bind().toString()).isEqualTo("pekko://0.0.0.0:2380");
    }

    /** As Kubernetes' tests start an etcd, many at a time. */
    @Test
    void aMemberThatIsAloneListensForOthersAtAnyPort() throws Exception {
        String anyPort = "--listen-peer-urls=http://localhost:0";
        NodeSettings node = settings(anyPort);
        assertThat(node.bind().toString()).isEqualTo("pekko://localhost:0");
        assertThat(node.artery().toString()).isEqualTo("pekko://localhost:2380");
        assertThatThrownBy(() -> settings(anyPort, "--initial-cluster=default=http://localhost:2380,b=http://h:1"))
                .hasMessageContaining("troupe.artery.bind-port = 0 is wrong: give a port from 1 to 65535");
    }

    @Test
    void limitsAndTimesAreTheFlags() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--max-request-bytes=10485760", "--max-txn-ops=3"));
        arguments.addAll(List.of("--heartbeat-interval=50", "--election-timeout=500", "--snapshot-count=7"));
        arguments.addAll(List.of("--grpc-keepalive-min-time=1s", "--grpc-keepalive-interval=0", "--bcrypt-cost=4"));
        arguments.addAll(List.of("--listen-client-urls=http://127.0.0.1:1,http://127.0.0.2:2"));
        arguments.addAll(List.of("--advertise-client-urls=http://h:1,http://i:2"));
        NodeSettings node = settings(arguments.toArray(String[]::new));
        EtcdSettings etcd = EtcdSettings.of(node.config());
        assertThat(etcd.requestBytesMax()).isEqualTo(10_485_760);
        assertThat(etcd.txnOpsMax()).isEqualTo(3);
        assertThat(etcd.keepAlive().minTime()).isEqualTo(Duration.ofSeconds(1));
        assertThat(etcd.keepAlive().interval()).isGreaterThan(Duration.ofDays(1_000));
        assertThat(etcd.auth().bcryptCost()).isEqualTo(4);
        assertThat(etcd.client().addresses()).hasSize(2);
        assertThat(etcd.client().told(1)).isEqualTo("http://h:1,http://i:2");
        assertThat(node.config().getDuration("troupe.raft.heartbeat-interval")).isEqualTo(Duration.ofMillis(50));
        assertThat(node.config().getInt("troupe.raft.snapshot-entries")).isEqualTo(7);
        assertThat(node.config().getBytes("pekko.remote.artery.advanced.maximum-frame-size"))
                .isGreaterThan(10_485_760);
    }

    @Test
    void theQuotaAndWhatIsCompactedAreTheFlags() throws Exception {
        assertThat(etcd().autoCompaction().start()).isEmpty();
        assertThat(etcd("--quota-backend-bytes=4096").quotaBytes()).isEqualTo(4_096);
        assertThat(etcd("--quota-backend-bytes=-1").quotaBytes()).isNegative();
        assertThat(etcd("--quota-backend-bytes=0").quotaBytes())
                .as("the default")
                .isEqualTo(etcd().quotaBytes());

        var byTime = etcd("--auto-compaction-retention=2h30m").autoCompaction();
        assertThat(byTime).isEqualTo(new EtcdSettings.AutoCompaction("periodic", "2h30m"));
        assertThat(byTime.start()).containsInstanceOf(Retention.Periodic.class);
        var byRevision = etcd("--auto-compaction-mode=revision", "--auto-compaction-retention=1000")
                .autoCompaction();
        assertThat(byRevision).isEqualTo(new EtcdSettings.AutoCompaction("revision", "1000"));
        assertThat(byRevision.start()).containsInstanceOf(Retention.Revisions.class);
        assertThat(etcd("--auto-compaction-mode=revision", "--auto-compaction-retention=100ns")
                        .autoCompaction()
                        .retention())
                .as("a span counts its nanoseconds, in etcd too")
                .isEqualTo("100");
        assertThat(etcd("--max-txn-ops=0").txnOpsMax()).isZero();
        assertThat(etcd("--max-request-bytes=2000").requestBytesMax()).isEqualTo(2_000);
    }

    @Test
    void tokensAreOfTheKindThatTheFlagNames() throws Exception {
        var simple = etcd("--auth-token=simple", "--auth-token-ttl=7").auth();
        assertThat(simple.tokenTtl()).isEqualTo(Duration.ofSeconds(7));
        assertThat(simple.tokens()).isInstanceOf(SimpleTokens.class);
        Path secret = Files.writeString(folder.resolve("secret"), "s".repeat(64));
        assertThat(etcd("--auth-token=jwt,sign-method=HS256,ttl=10m,priv-key=" + secret)
                        .auth()
                        .tokens())
                .isInstanceOf(JwtTokens.class);
        assertThatThrownBy(() -> etcd("--auth-token=jwt,sign-method=HS256,priv-key=" + folder.resolve("none")))
                .hasMessageContaining("troupe.etcd.auth.token")
                .hasMessageContaining(folder.resolve("none").toString());
    }

    @Test
    void clientsAreServedWithTheCertificatesOfTheFlags() throws Exception {
        var authority = new TestAuthority(folder, "authority");
        var server = authority.issue("server");
        Path revoked = authority.revoke(List.of(authority.issue("lost")));
        List<String> suites =
                List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        EtcdSettings etcd = etcd(
                "--listen-client-urls=http://127.0.0.1:1,https://127.0.0.2:2",
                "--advertise-client-urls=https://127.0.0.2:2",
                "--listen-metrics-urls=http://127.0.0.3:3,http://127.0.0.3:3",
                "--cert-file=" + server.cert(),
                "--key-file=" + server.key(),
                "--trusted-ca-file=" + authority.file(),
                "--client-cert-auth",
                "--client-crl-file=" + revoked,
                "--cipher-suites=" + String.join(",", suites));
        assertThat(etcd.client().tls())
                .contains(new TlsSettings(
                        server.cert(),
                        server.key(),
                        Optional.of(authority.file()),
                        true,
                        Optional.of(revoked),
                        suites));
        assertThat(etcd.client().addresses())
                .containsExactly(
                        new ClientAddress("127.0.0.2", 2, true, false),
                        new ClientAddress("127.0.0.1", 1, false, false),
                        new ClientAddress("127.0.0.3", 3, false, true));

        EtcdSettings open = etcd(
                "--listen-client-urls=https://127.0.0.2:2",
                "--advertise-client-urls=https://127.0.0.2:2",
                "--cert-file=" + server.cert(),
                "--key-file=" + server.key());
        assertThat(open.client().tls())
                .contains(new TlsSettings(
                        server.cert(), server.key(), Optional.empty(), false, Optional.empty(), List.of()));
    }

    @Test
    void aCertificateThatCannotBeUsedEndsTheCommandAndIsNamed() throws Exception {
        var authority = new TestAuthority(folder, "authority");
        var server = authority.issue("server");
        Path absent = folder.resolve("absent.pem");
        Path dataDir = folder.resolve("data");
        assertThat(refusal(
                        "--data-dir=" + dataDir,
                        "--listen-client-urls=https://127.0.0.1:1",
                        "--advertise-client-urls=https://127.0.0.1:1",
                        "--cert-file=" + server.cert(),
                        "--key-file=" + server.key(),
                        "--client-cert-auth",
                        "--trusted-ca-file=" + absent))
                .contains("trusted-ca-file: " + absent + " does not exist");
        assertThat(dataDir).doesNotExist();
    }

    @Test
    void soDoesOneThatIsForTheOtherMembersAndItsFlagIsNamed() throws Exception {
        var authority = new TestAuthority(folder, "members");
        var own = authority.issue("own");
        Path key = authority.issue("another").key();
        Path absent = folder.resolve("absent.pem");
        assertThat(peerRefusal(absent, own.key(), authority.file(), ""))
                .contains("--peer-cert-file: " + absent + " does not exist");
        assertThat(peerRefusal(own.cert(), key, authority.file(), ""))
                .contains("--peer-key-file: " + key + " is not the private key of the certificate in " + own.cert());
        assertThat(peerRefusal(own.cert(), own.key(), absent, ""))
                .contains("--peer-trusted-ca-file: " + absent + " does not exist");
        assertThat(peerRefusal(own.cert(), own.key(), authority.file(), absent + ""))
                .contains("--peer-crl-file: " + absent + " does not exist");
    }

    private String peerRefusal(Path cert, Path key, Path authorities, String revoked) {
        return refusal(
                "--data-dir=" + folder.resolve("data"),
                "--listen-peer-urls=https://127.0.0.1:2",
                "--initial-advertise-peer-urls=https://127.0.0.1:2",
                "--peer-cert-file=" + cert,
                "--peer-key-file=" + key,
                "--peer-trusted-ca-file=" + authorities,
                "--peer-crl-file=" + revoked);
    }

    /** What the command says that ends before anything is started. */
    private static String refusal(String... flags) {
        var err = new StringWriter();
        int code = new EtcdStandalone()
                .run(List.of(flags), Map.of(), new PrintWriter(new StringWriter()), new PrintWriter(err));
        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).startsWith("etcd: ").doesNotContain("troupe.", "etcd's flags");
        return err.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --max-request-bytes=0            | '--max-request-bytes': is 0; it must be from 1024
                    --auto-compaction-retention=-1h  | '--auto-compaction-retention': is "-1h"; it must be a duration
                    --auth-token=bogus               | '--auth-token': is "bogus"; it must be simple, or jwt
                    --grpc-keepalive-interval=1ms    | '--grpc-keepalive-interval': is 1 ms; it must be at least
                    --restore-from=none              | '--restore-from': is none; it must be a file or a directory that can be read
                    """)
    void aValueThatTheNodeCannotTakeIsRefusedByItsFlag(String flag, String message) {
        assertThat(refusal("--data-dir=" + folder.resolve("data"), flag)).contains(message);
    }

    @Test
    void whatTheNodeSaysOfASettingIsSaidOfItsFlag() {
        FlagValues flags = FlagParser.parse(List.of(
                        "--listen-client-urls=https://127.0.0.1:1",
                        "--initial-advertise-peer-urls=https://127.0.0.1:2"))
                .orElseThrow();
        assertThat(NodeConfig.of(flags, MemberSetup.of(flags), folder).entrySet())
                .extracting(Map.Entry::getKey)
                .filteredOn(path -> !WITHOUT_A_FLAG.contains(path) && !PatientDowning.SETTINGS.containsKey(path))
                .hasSizeGreaterThan(30)
                .allSatisfy(path -> assertThat(SettingNames.inFlags(path)).startsWith("--"));
        assertThat(SettingNames.inFlags("The data directory d is in use by a running node. Stop that node, or set"
                        + " troupe.node.data-dir to another"))
                .endsWith("or set --data-dir to another");
        assertThat(SettingNames.inFlags("Cannot listen at h:1 (troupe.artery): Address already in use"))
                .contains("(--listen-peer-urls)");
    }

    @Test
    void aDataDirectoryThatCannotBeIsToldWithWhatIsWrong() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(refusal("--data-dir=" + file))
                .isEqualToIgnoringNewLines(
                        "etcd: cannot access data directory: " + file + ": is a file, not a directory");
        assertThat(refusal("--data-dir=" + file.resolve("data"))).contains(file + "", "Not a directory");
    }

    @Test
    void aClusterBeginsFromASnapshotsFileOrFromWhatEtcdctlHasMadeOfIt() throws Exception {
        Path dataDir = folder.resolve("restored");
        Path log = Files.createDirectories(dataDir.resolve("member").resolve("wal"));
        Files.createFile(log.resolve("0.wal"));
        assertThat(refusal("--data-dir=" + dataDir)).contains(dataDir + " holds half of an etcd's data");
        Path snapshot = Files.createFile(folder.resolve("snapshot"));
        assertThat(etcd("--restore-from=" + snapshot).restoreFrom()).contains(snapshot);
        Path empty = folder.resolve("empty");
        assertThat(refusal("--data-dir=" + empty, "--restore-from=" + snapshot))
                .contains(snapshot + " has no checksum at its end");
        assertThat(empty).doesNotExist();
        assertThat(etcd().restoreFrom()).isEmpty();
    }

    @Test
    void aTokenThatCannotBeAClustersNameIsMadeOneThatNoOtherTokenHas() throws Exception {
        List<String> tokens = List.of("", "my token/@#", "my token/@!", "_a", "x".repeat(64));
        List<String> clusters = new ArrayList<>();
        for (String token : tokens) {
            clusters.add(settings("--initial-cluster-token=" + token).cluster());
        }
        assertThat(clusters).doesNotHaveDuplicates().allSatisfy(name -> assertThat(name)
                .startsWith("t-"));
        assertThat(clusters.get(1)).startsWith("t-my_token___-");
        assertThat(settings("--initial-cluster-token=my token/@#").cluster()).isEqualTo(clusters.get(1));
    }

    /** As etcd 3.4.23 grants a lease of a second that is started with these. */
    @ParameterizedTest
    @CsvSource({
        "100, 1000, 2",
        "100, 5000, 8",
        "100, 500, 1",
        "900, 5000, 7",
        "60, 300, 1",
        "100, 1999, 3",
        "99, 999, 2"
    })
    void aLeaseLivesLongerThanAnElectionTakes(long heartbeat, long election, long seconds) throws Exception {
        var settings = settings("--heartbeat-interval=" + heartbeat, "--election-timeout=" + election);
        assertThat(EtcdSettings.of(settings.config()).lease().minTtlSeconds()).isEqualTo(seconds);
    }

    /** etcd resolves names, and leaves localhost as it is. */
    @Test
    void aMembersUrlsAreTheSameWhenTheirHostsAre() throws Exception {
        assertThat(settings(
                                "--name=m",
                                "--initial-cluster=m=http://LOCALHOST:1",
                                "--initial-advertise-peer-urls=http://127.0.0.1:1")
                        .nodeId())
                .isEqualTo("m");
        for (String other : List.of("http://localhost:1", "http://LOCALHOST:2", "https://LOCALHOST:1")) {
            assertThatThrownBy(() -> settings(
                            "--name=m",
                            "--initial-cluster=m=" + other,
                            "--initial-advertise-peer-urls=http://127.0.0.1:1"))
                    .hasMessageContaining("--initial-cluster has m=" + other + " but missing from");
        }
    }

    @Test
    void aMembersUrlsAreThoseThatItAdvertises() throws Exception {
        String advertised = "--initial-advertise-peer-urls=http://10.0.0.1:1";
        assertThatThrownBy(() ->
                        settings("--name=m", "--initial-cluster=m=http://10.0.0.1:1,m=http://10.0.0.1:9", advertised))
                .hasMessageContaining("--initial-cluster has m=http://10.0.0.1:9 but missing from " + advertised);
        assertThatThrownBy(() -> settings(
                        "--name=m", "--initial-cluster=m=http://10.0.0.1:1", advertised + ",http://10.0.0.1:9"))
                .hasMessageContaining("--initial-advertise-peer-urls has http://10.0.0.1:9 but missing from"
                        + " --initial-cluster=m=http://10.0.0.1:1");
        assertThat(settings(
                                "--name=m",
                                "--initial-cluster=m=http://10.0.0.1:9,m=http://10.0.0.1:1",
                                advertised + ",http://10.0.0.1:9")
                        .nodeId())
                .isEqualTo("m");
    }

    @Test
    void withoutACertificateAutoTlsMakesOneThatTheNextStartFinds() throws Exception {
        String[] flags = {
            "--listen-client-urls=https://127.0.0.1:1", "--advertise-client-urls=https://127.0.0.1:1", "--auto-tls"
        };
        TlsSettings made = etcd(flags).client().tls().orElseThrow();
        assertThat(made.certFile()).startsWith(folder).isRegularFile();
        assertThat(made.requiresClientCertificate()).isFalse();
        byte[] certificate = Files.readAllBytes(made.certFile());
        assertThat(etcd(flags).client().tls()).contains(made);
        assertThat(made.certFile()).hasBinaryContent(certificate);
    }

    @Test
    void membersShowEachOtherTheCertificatesOfTheFlags() throws Exception {
        var authority = new TestAuthority(folder, "members");
        var own = authority.issue("default");
        NodeSettings node = settings(
                "--listen-peer-urls=https://127.0.0.1:2",
                "--initial-advertise-peer-urls=https://127.0.0.1:2",
                "--peer-cert-file=" + own.cert(),
                "--peer-key-file=" + own.key(),
                "--peer-trusted-ca-file=" + authority.file(),
                "--peer-crl-file=" + authority.revoke(List.of(own)),
                "--peer-client-cert-auth");
        var tls = node.config().getConfig("troupe.artery.tls");
        assertThat(tls.getString("cert-file")).isEqualTo(own.cert().toString());
        assertThat(tls.getString("key-file")).isEqualTo(own.key().toString());
        assertThat(tls.getString("trusted-ca-file")).isEqualTo(authority.file().toString());
        assertThat(tls.getString("crl-file")).endsWith("revoked.pem");
        assertThat(settings().config().getString("troupe.artery.tls.cert-file")).isEmpty();
    }

    @Test
    void aPeerUrlIsWithTlsWhereverItIsWritten() {
        String https = "https://127.0.0.1:2";
        String http = "http://localhost:2380"; // The default.
        assertThatThrownBy(() -> settings("--listen-peer-urls=" + https))
                .isInstanceOf(FlagException.class)
                .hasMessageContaining(
                        "--listen-peer-urls has " + https + ", and the others reach this member at " + http);
        assertThatThrownBy(() -> settings("--initial-advertise-peer-urls=" + https))
                .isInstanceOf(FlagException.class)
                .hasMessageContaining(
                        "--listen-peer-urls has " + http + ", and the others reach this member at " + https);
    }

    @Test
    void aRestoredMemberIsWhoItsDirectorySaysAndItsTokenIsTheOneThatWasGivenThen() {
        var restored = new RestoredDirectory(
                0x8f27b4012ffaf4aL,
                0x540e41dcc2baeb3eL,
                List.of(
                        new RestoredDirectory.Founder(
                                0x540e41dcc2baeb3eL, "m3", List.of("http://127.0.0.1:24803", "http://127.0.0.1:9")),
                        new RestoredDirectory.Founder(5, "m2", List.of("http://127.0.0.1:24802"))));
        FlagValues silent = FlagParser.parse(List.of()).orElseThrow();
        MemberSetup setup = MemberSetup.of(restored, silent);
        assertThat(setup.name()).isEqualTo("m3");
        assertThat(setup.members()).extracting(MemberSetup.Member::name).containsExactly("m2", "m3");
        assertThat(setup.own()).hasToString("http://127.0.0.1:24803");
        assertThat(setup.joins()).isFalse();
        assertThat(setup.cluster()).isEqualTo("08f27b4012ffaf4a");
        assertThat(silent.warnings()).singleElement().asString().contains("of the peer URLs of m3");
    }

    @Test
    void laterStartsTakeTheMembersFromTheDataDirectory() throws Exception {
        FlagValues flags = FlagParser.parse(List.of("--name=a", "--initial-cluster=a=http://h:1,b=http://i:2"))
                .orElseThrow();
        MemberSetup first = MemberSetup.of(flags);
        assertThat(MemberSetup.isIn(folder)).isFalse();
        first.keepIn(folder);
        assertThat(MemberSetup.isIn(folder)).isTrue();
        assertThat(MemberSetup.keptIn(folder)).isEqualTo(first);
    }
}
