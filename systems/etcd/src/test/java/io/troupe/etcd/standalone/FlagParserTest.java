package io.troupe.etcd.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.etcd.GoDuration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command lines, variables and files as etcd 3.4.23 reads them; its failures in its words, taken from the program. */
class FlagParserTest {

    private static FlagValues parse(String... arguments) {
        return FlagParser.parse(List.of(arguments)).orElseThrow();
    }

    @Test
    void aFlagIsWrittenWithOneDashOrTwoAndItsValueAfterASpaceOrAnEqualsSign() {
        FlagValues flags = parse("--name", "a", "-data-dir=/d", "--snapshot-count=0x10", "-auth-token", "jwt,x=y");
        assertThat(flags.text("name")).isEqualTo("a");
        assertThat(flags.text("data-dir")).isEqualTo("/d");
        assertThat(flags.whole("snapshot-count")).isEqualTo(16);
        assertThat(flags.text("auth-token")).isEqualTo("jwt,x=y");
    }

    @Test
    void aBooleanFlagTakesItsValueAfterAnEqualsSignAlone() {
        assertThat(parse("--client-cert-auth").flagged("client-cert-auth")).isTrue();
        assertThat(parse("--client-cert-auth=F").flagged("client-cert-auth")).isFalse();
        assertThatThrownBy(() -> parse("--client-cert-auth", "true"))
                .hasMessage("error verifying flags, 'true' is not a valid flag. See 'etcd --help'.");
    }

    @Test
    void aValueMayLookLikeAFlagAndTheLastOfSeveralWins() {
        assertThat(parse("--initial-cluster-token", "--debug").text("initial-cluster-token"))
                .isEqualTo("--debug");
        assertThat(parse("--name=a", "--name=b").text("name")).isEqualTo("b");
    }

    @Test
    void whatIsNotGivenStandsAtEtcdsDefault() {
        FlagValues flags = parse();
        assertThat(flags.text("name")).isEqualTo("default");
        assertThat(flags.whole("max-request-bytes")).isEqualTo(1_572_864);
        assertThat(flags.span("grpc-keepalive-interval")).isEqualTo(Duration.ofHours(2));
        assertThat(flags.urls("listen-client-urls")).containsExactly(new MemberUrl("http", "localhost", 2379));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --foo                           | flag provided but not defined: -foo
                    --foo=1                         | flag provided but not defined: -foo
                    ---name                         | bad flag syntax: ---name
                    --=x                            | bad flag syntax: --=x
                    --name                          | flag needs an argument: -name
                    --heartbeat-interval=x          | invalid value "x" for flag -heartbeat-interval: parse error
                    --heartbeat-interval=-1         | invalid value "-1" for flag -heartbeat-interval: parse error
                    --grpc-keepalive-interval=3     | invalid value "3" for flag -grpc-keepalive-interval: parse error
                    --client-cert-auth=maybe        | invalid boolean value "maybe" for -client-cert-auth: parse error
                    --initial-cluster-state=foo     | invalid value "foo" for flag -initial-cluster-state: invalid value
                    --listen-client-urls=foo        | invalid value "foo" for flag -listen-client-urls: URL scheme must be http, https, unix, or unixs: foo
                    --listen-client-urls=http://h   | invalid value "http://h" for flag -listen-client-urls: URL address does not have the form "host:port": http://h
                    """)
    void whatGoCannotReadIsRefusedInItsWordsWithItsExitCode(String argument, String message) {
        assertThatThrownBy(() -> parse(argument)).isInstanceOfSatisfying(FlagException.class, e -> {
            assertThat(e.getMessage()).isEqualTo(message);
            assertThat(e.exitCode()).isEqualTo(2);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --election-timeout=200                    | --election-timeout[200ms] should be at least as 5 times as --heartbeat-interval[100ms]
                    --listen-client-urls=http://127.0.0.1:1   | --advertise-client-urls is required when --listen-client-urls is set explicitly
                    --listen-peer-urls=http://foo:2380        | expected IP in URL for binding (http://foo:2380)
                    --initial-cluster=a=http://x:1            | couldn't find local name "default" in the initial cluster configuration
                    --initial-cluster=a                       | --initial-cluster has "a"; write each member as NAME=URL
                    --heartbeat-interval=0                    | --heartbeat-interval must be >0 (set to 0ms). See
                    --election-timeout=0                      | --election-timeout must be >0 (set to 0ms). See
                    --cipher-suites=BOGUS                     | unexpected TLS cipher suite "BOGUS"
                    --listen-metrics-urls=http://127.0.0.1:2379 | listen tcp 127.0.0.1:2379: bind: address already in use
                    --listen-metrics-urls=http://0.0.0.0:2380 | listen tcp 0.0.0.0:2380: bind: address already in use
                    --proxy=on                                | --proxy is not supported. There is no v2 API. See
                    --auto-compaction-mode=bogus              | unknown auto-compaction-mode "bogus"
                    --logger=bogus                            | unknown logger option "bogus"
                    --initial-cluster=default=http://h:1,b=http://h:1 | initial cluster b=http://h:1,default=http://h:1 has duplicate url
                    --initial-cluster=default=http://h:1,_b=http://i:1 | a member cannot be called "_b" here
                    --name=a b                                | a member cannot be called "a b" here (--name, --initial-cluster): use a letter or digit
                    --name=                                   | a member cannot be called "" here
                    --discovery=http://d                      | --discovery is not supported
                    --experimental-enable-lease-checkpoint-persist | setting experimental-enable-lease-checkpoint-persist requires experimental-enable-lease-checkpoint
                    --force-new-cluster                       | --force-new-cluster is not supported. Where a majority is lost for good, write what a member has left with --snapshot-to FILE
                    """)
    void whatCannotBeIsRefusedBeforeAnythingIsStarted(String argument, String message) {
        FlagValues flags = parse(argument);
        assertThatThrownBy(() -> {
                    FlagRules.check(flags);
                    MemberSetup.of(flags);
                    flags.warnings();
                })
                .isInstanceOfSatisfying(
                        FlagException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
                .hasMessageContaining("error verifying flags, " + message);
    }

    @Test
    void valuesThatEtcdTakesAndDoesNotUseStandAtTheirDefaults() {
        FlagValues flags = parse(
                "--bcrypt-cost=3",
                "--snapshot-count=0",
                "--auth-token-ttl=0",
                "--max-concurrent-streams=0",
                "--metrics=bogus");
        FlagRules.check(flags);
        assertThat(flags.whole("bcrypt-cost")).isEqualTo(10);
        assertThat(flags.whole("snapshot-count")).isEqualTo(100_000);
        assertThat(flags.whole("auth-token-ttl")).isEqualTo(300);
        assertThat(flags.whole("max-concurrent-streams")).isEqualTo(4_294_967_295L);
        assertThat(flags.warnings()).containsExactly("Use default bcrypt-cost 10 instead of the invalid value 3");
        assertThat(flags.notes()).containsExactly("set snapshot count to default 100000");
    }

    @Test
    void aLogThatCannotBeWrittenIsRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("none").resolve("log");
        assertThatThrownBy(() -> EtcdLog.setUp(parse("--logger=zap", "--log-outputs=stderr," + file)))
                .isInstanceOf(FlagException.class)
                .hasMessage("error verifying flags, open sink \"" + file + "\": open " + file
                        + ": no such file or directory. See 'etcd --help'.");
        assertThat(file.getParent()).doesNotExist();
        assertThatThrownBy(() -> EtcdLog.setUp(parse("--log-outputs=" + folder)))
                .isInstanceOf(FlagException.class)
                .hasMessageContaining("open sink \"" + folder + "\"");
    }

    @Test
    void helpTellsTheFlagsThatEtcdHasNot() {
        assertThat(Usage.text())
                .contains("Troupe's own, which etcd has not:\n  --restore-from ''\n")
                .contains("  --snapshot-to ''\n    A file to write, as 'etcdctl snapshot save' would")
                .contains(
                        "It can hold a little more than was acknowledged to clients, and holds all that this member had.");
        assertThatThrownBy(() -> FlagRules.check(parse("--restore-from=f", "--snapshot-to=g")))
                .hasMessageContaining("--snapshot-to writes what a stopped member has, and starts none");
        assertThatThrownBy(() -> FlagRules.check(parse("--restore-from=f", "--initial-cluster-state=existing")))
                .hasMessageContaining("--restore-from begins a new cluster");
    }

    @Test
    void variablesSetWhatTheCommandLineLeavesOpen() {
        FlagValues flags = parse("--name=a");
        FlagParser.readEnvironment(flags, Map.of("ETCD_DATA_DIR", "/d", "ETCD_FOO", "1", "PATH", "/bin"));
        assertThat(flags.text("data-dir")).isEqualTo("/d");
        assertThat(flags.notes()).containsExactly("recognized and used environment variable ETCD_DATA_DIR=/d");
        assertThat(flags.warnings()).containsExactly("unrecognized environment variable ETCD_FOO");
        assertThatThrownBy(() -> FlagParser.readEnvironment(flags, Map.of("ETCD_NAME", "b")))
                .hasMessageContaining("conflicting environment variable \"ETCD_NAME\" is shadowed");
    }

    @Test
    void whatAMemberDoesOtherwiseThanItWasAskedIsTold() {
        FlagValues flags = parse(
                "--experimental-initial-corrupt-check",
                "--experimental-enable-lease-checkpoint",
                "--listen-peer-urls=http://127.0.0.1:1,http://127.0.0.2:1,http://127.0.0.1:1");
        FlagRules.check(flags);
        assertThat(flags.warnings())
                .containsExactly(
                        "of --listen-peer-urls, [http://127.0.0.1:1, http://127.0.0.2:1], only the first is listened at: to be"
                                + " reached by the other members at several addresses, listen at 0.0.0.0 or [::]",
                        "--experimental-initial-corrupt-check=true has no effect here. Have members compared while they"
                                + " serve, by --experimental-corrupt-check-time.",
                        "--experimental-enable-lease-checkpoint=true has no effect here. A new leader gives every lease its"
                                + " whole time to live again.");
    }

    /** etcd tells the same of each URL. */
    @Test
    void whatIsSetForTlsAndIgnoredAtAnAddressWithoutItIsTold() {
        FlagValues flags = parse(
                "--client-cert-auth",
                "--trusted-ca-file=ca.pem",
                "--peer-client-cert-auth",
                "--peer-cert-file=c.pem",
                "--peer-key-file=");
        FlagRules.check(flags);
        FlagRules.checkPeerTls(flags, MemberSetup.of(flags));
        assertThat(flags.warnings())
                .containsExactly(
                        "there is no TLS at [http://localhost:2379] (--listen-client-urls), which ignores"
                                + " --trusted-ca-file, --client-cert-auth",
                        "there is no TLS at [http://localhost:2380] (--listen-peer-urls), which ignores"
                                + " --peer-cert-file, --peer-client-cert-auth");
    }

    /** An etcd looks certificates up in the list, and is shown none then. */
    @Test
    void aListOfRevokedCertificatesAloneShutsOutNobodyWhichIsTold() {
        String https = "urls=https://127.0.0.1:1";
        List<String> alone = List.of(
                "--listen-client-" + https,
                "--advertise-client-" + https,
                "--cert-file=c",
                "--key-file=k",
                "--client-crl-file=r");
        FlagValues flags = FlagParser.parse(alone).orElseThrow();
        FlagRules.check(flags);
        assertThat(flags.warnings())
                .containsExactly("--client-crl-file shuts out nobody: clients show no certificate without"
                        + " --trusted-ca-file or --client-cert-auth");
        for (String asks : List.of("--trusted-ca-file=ca", "--client-cert-auth")) {
            FlagValues asking = FlagParser.parse(
                            Stream.concat(alone.stream(), Stream.of(asks)).toList())
                    .orElseThrow();
            FlagRules.check(asking);
            assertThat(asking.warnings()).as(asks).isEmpty();
        }
    }

    @Test
    void aListOfRevokedCertificatesAloneDoesNotSecureMembers() {
        FlagValues open = parse("--peer-crl-file=r");
        FlagRules.checkPeerTls(open, MemberSetup.of(open));
        assertThat(open.warnings())
                .containsExactly("there is no TLS at [http://localhost:2380] (--listen-peer-urls), which ignores"
                        + " --peer-crl-file");
        FlagValues secure = parse(
                "--listen-peer-urls=https://127.0.0.1:2",
                "--initial-advertise-peer-urls=https://127.0.0.1:2",
                "--peer-cert-file=c",
                "--peer-key-file=k",
                "--peer-crl-file=r");
        assertThatThrownBy(() -> FlagRules.checkPeerTls(secure, MemberSetup.of(secure)))
                .isInstanceOf(FlagException.class)
                .hasMessageContaining("--peer-trusted-ca-file is empty");
    }

    @Test
    void aQuotaThatTheHeapDoesNotHoldIsTold() {
        long heap = 1L << 30; // Holds 576 MiB.
        FlagValues held = parse("--quota-backend-bytes=603979776");
        FlagRules.checkQuota(held, heap);
        assertThat(held.warnings()).isEmpty();
        FlagValues larger = parse("--quota-backend-bytes=8589934592");
        FlagRules.checkQuota(larger, heap);
        assertThat(larger.warnings())
                .containsExactly(
                        "--quota-backend-bytes=8589934592 is 8192 MiB, but this member's heap of 1024 MiB holds a"
                                + " store of 576 MiB: it ends when there is more. Set TROUPE_ETCD_MEMORY=11180m, or a lower quota");
        FlagValues boundless = parse("--quota-backend-bytes=-1");
        FlagRules.checkQuota(boundless, heap);
        assertThat(boundless.warnings())
                .containsExactly(
                        "--quota-backend-bytes=-1 sets no bound, but this member's heap of 1024 MiB holds a store of"
                                + " 576 MiB: it ends when there is more. Set TROUPE_ETCD_MEMORY for a larger heap");
    }

    @Test
    void whatHasNoEffectIsTold() {
        FlagValues flags = parse(
                "--max-wals=3",
                "--enable-pprof",
                "--pre-vote",
                "--unsafe-no-fsync", // As Kubernetes' test environment starts etcd; etcd's help is silent about it.
                "--experimental-enable-lease-checkpoint-persist");
        assertThat(flags.warnings()).hasSize(4).allSatisfy(line -> assertThat(line)
                .contains("has no effect here"));
    }

    @Test
    void aConfigurationFileNamesTheSameSettings(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("etcd.yml"),
                """
                name: a
                snapshot-count: 7
                log-outputs: [stdout, stderr]
                client-transport-security:
                  cert-file: c.pem
                  client-cert-auth: true
                peer-transport-security:
                  key-file: k.pem
                nonsense: 1
                """);
        FlagValues flags = ConfigFile.read(file);
        assertThat(flags.text("name")).isEqualTo("a");
        assertThat(flags.whole("snapshot-count")).isEqualTo(7);
        assertThat(flags.text("log-outputs")).isEqualTo("stdout,stderr");
        assertThat(flags.text("cert-file")).isEqualTo("c.pem");
        assertThat(flags.flagged("client-cert-auth")).isTrue();
        assertThat(flags.text("peer-key-file")).isEqualTo("k.pem");
        assertThat(flags.warnings()).containsExactly("there is no setting nonsense (" + file + ")");
        Files.writeString(file, "listen-client-urls: http://127.0.0.1:1\nlisten-peer-urls: http://127.0.0.1:2");
        FlagRules.check(ConfigFile.read(file)); // Without --advertise-client-urls, which a command line must name.
        Files.writeString(file, "name: [");
        assertThatThrownBy(() -> ConfigFile.read(file)).hasMessageContaining(file.toString());
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none")))
                .hasMessageContaining("none: no such file or directory");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "100ms, 100", "1.5s, 1500", "1h30m, 5400000", "2h0m0s, 7200000", ".5s, 500"})
    void spansAreWrittenAsGoWritesThem(String text, long millis) {
        assertThat(GoDuration.parse(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"5", "5x", "m", "''", "1s2", "-1s", "9999999999h"})
    void andNotOtherwise(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }
}
