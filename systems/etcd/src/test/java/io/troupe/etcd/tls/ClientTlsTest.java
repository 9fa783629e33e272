package io.troupe.etcd.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.auth.Permission;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.cluster.Etcdctl;
import io.troupe.etcd.tls.TestAuthority.Pair;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that speaks TLS and asks its clients for certificates, to jetcd and to the real etcdctl. */
class ClientTlsTest {

    @TempDir
    private static Path folder;

    private static TestAuthority authority;
    private static Pair server;
    private static Pair alice;
    private static SoloNode node;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(folder, "authority");
        server = authority.issue("server");
        alice = authority.issue("alice");
        node = new SoloNode(hocon(server, "client-cert-auth = on"));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    private static String hocon(Pair pair, String more) {
        return "troupe.etcd.auth.bcrypt-cost = 4\ntroupe.etcd.client.tls { cert-file = \"" + pair.cert()
                + "\", key-file = \"" + pair.key() + "\", trusted-ca-file = \"" + authority.file() + "\"\n" + more
                + "}";
    }

    private static Client jetcd(Pair shown) throws Exception {
        return Client.builder()
                .endpoints("https://127.0.0.1:" + node.port())
                .authority("localhost")
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(authority.file().toFile())
                        .keyManager(shown.cert().toFile(), shown.key().toFile())
                        .build())
                .build();
    }

    private static String etcdctl(String... arguments) throws Exception {
        return Etcdctl.at("https://127.0.0.1:" + node.port(), arguments).output();
    }

    /** Who is not served is not told so, and tries again until its time is over. */
    private static String etcdctlInVain(String... arguments) throws Exception {
        List<String> hasty = new ArrayList<>(List.of("--dial-timeout=1s", "--command-timeout=1s"));
        hasty.addAll(List.of(arguments));
        return etcdctl(hasty.toArray(String[]::new));
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    @Test
    void whoShowsACertificateOfTheAuthorityIsServed() throws Exception {
        try (Client client = jetcd(alice)) {
            client.getKVClient().put(bytes("k"), bytes("v")).get(60, TimeUnit.SECONDS);
            assertThat(client.getKVClient()
                            .get(bytes("k"))
                            .get(60, TimeUnit.SECONDS)
                            .getCount())
                    .isEqualTo(1);
        }
    }

    @Test
    void andNobodyElse() throws Exception {
        assumeTrue(Etcdctl.isInstalled(), Etcdctl.ABSENT);
        String ca = "--cacert=" + authority.file();
        String cert = "--cert=" + alice.cert();
        String key = "--key=" + alice.key();
        assertThat(etcdctl(ca, cert, key, "put", "a", "b")).isEqualTo("OK\n");
        assertThat(etcdctlInVain(ca, "put", "a", "b")).contains("context deadline exceeded");
        Pair stranger = new TestAuthority(folder, "other").issue("stranger");
        assertThat(etcdctlInVain(ca, "--cert=" + stranger.cert(), "--key=" + stranger.key(), "put", "a", "b"))
                .contains("context deadline exceeded");
    }

    private static void put(int port, SslContextBuilder shown) throws Exception {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .overrideAuthority("localhost")
                .sslContext(GrpcSslContexts.configure(
                                shown.trustManager(authority.file().toFile()))
                        .build())
                .build();
        try {
            KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k"))
                            .build());
        } finally {
            SoloNode.disconnect(channel);
        }
    }

    private static SslContextBuilder showing(Pair pair) {
        return SslContextBuilder.forClient()
                .keyManager(pair.cert().toFile(), pair.key().toFile());
    }

    @Test
    void whoShowsNoneOrAStrangersOrARevokedOneOrOneOfYesterdayIsNotServedAndTheLogSaysWhich() throws Exception {
        Pair lost = authority.issue("lost");
        Pair stranger = new TestAuthority(folder, "strangers").issue("unknown");
        Pair expired = authority.issue("expired", Instant.now().minus(Duration.ofDays(1)));
        String revoked = "client-cert-auth = on, crl-file = \"" + authority.revoke(List.of(lost)) + "\"";
        try (SoloNode own = new SoloNode(hocon(server, revoked));
                Logged logged = new Logged("etcd.port.ProtocolStage")) {
            put(own.port(), showing(alice));
            for (var shown :
                    List.of(SslContextBuilder.forClient(), showing(stranger), showing(lost), showing(expired))) {
                assertThatThrownBy(() -> put(own.port(), shown))
                        .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> assertThat(
                                        refusal.getStatus().getCode())
                                .isEqualTo(Status.Code.UNAVAILABLE));
            }
            logged.await("rejected connection from .*127.0.0.1:.*the certificate of CN=lost, issued by CN=authority,"
                    + " .*refused: .*revoked");
            // Who is told which authorities are trusted shows no certificate of another.
            logged.await("rejected connection from .*Empty client certificate chain");
            logged.await("rejected connection from .*the certificate of CN=expired, .*refused: .*NotAfter");
            try (var leaving = new Socket("127.0.0.1", own.port())) {
                leaving.getOutputStream().write(new byte[] {22, 3, 1, 1, 0}); // A handshake of 256 bytes would follow.
            }
            logged.await("rejected connection from .*\\(EOF\\)");
        }
        put(node.port(), showing(lost)); // Where no list says that it is revoked.
    }

    /** As in etcd: a list that nobody has renewed shuts out nobody else. */
    @Test
    void whomAListOfYesterdayRevokesIsNotServedAndEverybodyElseIs() throws Exception {
        Pair lost = authority.issue("long-lost");
        Path list = authority.revoke(List.of(lost), Instant.now().minus(Duration.ofDays(1)));
        try (Logged logged = new Logged("cluster.tls.NamingTrust");
                SoloNode own = new SoloNode(hocon(server, "crl-file = \"" + list + "\""))) {
            logged.await("a later list of certificates that CN=authority has revoked was due on ");
            put(own.port(), showing(alice));
            assertThatThrownBy(() -> put(own.port(), showing(lost)))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        }
    }

    /** As in etcd: without an authority no client is asked for a certificate, so that none is found in the list. */
    @Test
    void aListWithoutAnAuthorityShutsOutNobody() throws Exception {
        Pair lost = authority.issue("lost-as-well");
        String alone = "troupe.etcd.client.tls { cert-file = \"" + server.cert() + "\", key-file = \"" + server.key()
                + "\", crl-file = \"" + authority.revoke(List.of(lost)) + "\" }";
        try (SoloNode own = new SoloNode(alone)) {
            put(own.port(), showing(lost));
            put(own.port(), SslContextBuilder.forClient());
        }
    }

    /** As etcd does: whether that matters is for its clients to say. */
    @Test
    void aCertificateThatHasExpiredIsShownAndTold() throws Exception {
        Pair expired = authority.issue("old", Instant.now().minus(Duration.ofDays(1)));
        try (Logged logged = new Logged("etcd.tls.ServerTls");
                SoloNode own = new SoloNode(hocon(expired, ""))) {
            logged.await("the certificate in " + expired.cert() + " has expired on ");
            assertThatThrownBy(() -> put(own.port(), showing(alice)))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        }
    }

    /** The certificate's name is the user (etcd: --client-cert-auth), and a token goes before it. */
    @Test
    void aCertificatesNameIsItsUserWhereAuthIsOn() throws Exception {
        try (SoloNode own = new SoloNode(hocon(server, "client-cert-auth = on"))) {
            var context = GrpcSslContexts.forClient()
                    .trustManager(authority.file().toFile())
                    .keyManager(alice.cert().toFile(), alice.key().toFile())
                    .build();
            var builder = Client.builder()
                    .authority("localhost")
                    .endpoints("https://127.0.0.1:" + own.port())
                    .sslContext(context);
            try (Client client = builder.build()) {
                var auth = client.getAuthClient();
                auth.userAdd(bytes("root"), bytes("secret")).get(60, TimeUnit.SECONDS);
                auth.userGrantRole(bytes("root"), bytes("root")).get(60, TimeUnit.SECONDS);
                auth.roleAdd(bytes("reader")).get(60, TimeUnit.SECONDS);
                auth.roleGrantPermission(bytes("reader"), bytes("a"), bytes("b"), Permission.Type.READ)
                        .get(60, TimeUnit.SECONDS);
                auth.userAdd(bytes("alice"), bytes("none")).get(60, TimeUnit.SECONDS);
                auth.userGrantRole(bytes("alice"), bytes("reader")).get(60, TimeUnit.SECONDS);
                auth.authEnable().get(60, TimeUnit.SECONDS);
                assertThat(client.getKVClient()
                                .get(bytes("a"))
                                .get(60, TimeUnit.SECONDS)
                                .getCount())
                        .isZero();
                assertThatThrownBy(() ->
                                client.getKVClient().put(bytes("a"), bytes("v")).get(60, TimeUnit.SECONDS))
                        .hasMessageContaining("permission denied");
            }
        }
    }

    /** As curl and Prometheus do, which offer HTTP/2 and HTTP/1.1. */
    @Test
    void whoSpeaksHttpIsToldOfHealth() throws Exception {
        var keys = (JdkSslContext) SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(authority.file().toFile())
                .keyManager(alice.cert().toFile(), alice.key().toFile())
                .build();
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(keys.context())
                .build();
        for (String path : List.of("/health", "/version", "/metrics")) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + node.port() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void aPlainRequestIsToldThatThisIsTls() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", node.port())) {
            socket.getOutputStream().write("GET /health HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .contains("400 Bad Request")
                    .contains("Client sent an HTTP request to an HTTPS server");
        }
    }

    @Test
    void aRenewedCertificateIsShownToTheNextClientAndABrokenOneIsNot() throws Exception {
        Pair first = authority.issue("renewed");
        String plain =
                "troupe.etcd.client.tls { cert-file = \"" + first.cert() + "\", key-file = \"" + first.key() + "\" }";
        try (SoloNode own = new SoloNode(plain)) {
            X509Certificate before = shownBy(own.port());
            Pair second = authority.issue("renewal");
            Files.copy(second.key(), first.key(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(second.cert(), first.cert(), StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(first.cert(), FileTime.fromMillis(1)); // However coarse the disk's clock is.
            X509Certificate after = shownBy(own.port());
            assertThat(before.getSubjectX500Principal().getName()).isEqualTo("CN=renewed");
            assertThat(after.getSubjectX500Principal().getName()).isEqualTo("CN=renewal");
            Files.writeString(first.cert(), "damaged");
            assertThat(shownBy(own.port())).isEqualTo(after);
        }
    }

    private static X509Certificate shownBy(int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void aFileThatCannotBeUsedStopsTheStartAndIsNamed() throws Exception {
        Pair other = authority.issue("other-pair");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path absent = folder.resolve("absent.pem");
        refused(new Pair(absent, server.key()), "", "cert-file: " + absent + " does not exist");
        refused(new Pair(empty, server.key()), "", "cert-file: " + empty + " holds no certificate");
        refused(new Pair(server.cert(), empty), "", "key-file: " + empty + " holds no private key");
        refused(
                new Pair(server.cert(), other.key()),
                "",
                "key-file: " + other.key() + " is not the private key of the certificate in " + server.cert()
                        + " (CN=server)");
        refused(server, "trusted-ca-file = \"" + absent + "\"", "trusted-ca-file: " + absent + " does not exist");
        refused(server, "trusted-ca-file = \"" + empty + "\"", "trusted-ca-file: " + empty + " holds no certificate");
        refused(
                server,
                "trusted-ca-file = \"" + folder + "\"",
                "trusted-ca-file: " + folder + " holds no certificate that can be read: ");
        refused(server, "crl-file = \"" + absent + "\"", "crl-file: " + absent + " does not exist");
    }

    private static void refused(Pair pair, String more, String message) {
        var config = ConfigFactory.parseString(hocon(pair, more)).withFallback(ConfigFactory.load());
        assertThatThrownBy(() -> EtcdSettings.of(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("troupe.etcd.client.tls")
                .hasMessageContaining(message);
    }

    @Test
    void aCertificateOfOnesOwnIsMadeOnceAndCanBeShown(@TempDir Path own) throws Exception {
        SelfSigned made = SelfSigned.in(own, List.of("127.0.0.1", "localhost"));
        byte[] first = Files.readAllBytes(made.certFile());
        assertThat(SelfSigned.in(own, List.of("127.0.0.1"))).isEqualTo(made);
        assertThat(Files.readAllBytes(made.certFile())).isEqualTo(first);
        assertThat(SslContextBuilder.forServer(
                                made.certFile().toFile(), made.keyFile().toFile())
                        .build()
                        .isServer())
                .isTrue();
        assertThat(new String(first, UTF_8)).startsWith("-----BEGIN CERTIFICATE-----");
    }
}
