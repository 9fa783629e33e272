package io.troupe.etcd.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final AuthState WITH_ANN = with("hash");

    @TempDir
    Path folder;

    private static AuthState with(String hash) {
        var users = new TreeMap<>(Map.of("ann", new AuthState.User("ann", hash, false, List.of())));
        return AuthState.restored(true, 7, users, new TreeMap<>());
    }

    @Test
    void aSimpleTokenLastsAsLongAsItIsUsed() {
        var now = new AtomicLong();
        var tokens = new SimpleTokens(Duration.ofSeconds(300), now::get);
        tokens.onAssigned("ann", "t.1");
        now.addAndGet(Duration.ofSeconds(299).toNanos());
        assertThat(tokens.caller("t.1", WITH_ANN)).contains(new Caller("ann", 7));
        now.addAndGet(Duration.ofSeconds(299).toNanos());
        assertThat(tokens.caller("t.1", WITH_ANN)).isPresent();
        now.addAndGet(Duration.ofSeconds(301).toNanos());
        assertThat(tokens.caller("t.1", WITH_ANN)).isEmpty();
        assertThat(tokens.caller("t.2", WITH_ANN)).isEmpty();
    }

    @Test
    void aSimpleTokenEndsWithItsUserItsPasswordAndAuthenticationItself() {
        for (AuthState after : List.of(
                with("another"),
                AuthState.restored(true, 8, new TreeMap<>(), new TreeMap<>()),
                AuthState.restored(false, 8, new TreeMap<>(WITH_ANN.users()), new TreeMap<>()))) {
            var tokens = new SimpleTokens(Duration.ofSeconds(300), () -> 0);
            tokens.onAssigned("ann", "t.1");
            tokens.onChanged(WITH_ANN, WITH_ANN);
            assertThat(tokens.caller("t.1", WITH_ANN)).isPresent();
            tokens.onChanged(WITH_ANN, after);
            assertThat(tokens.caller("t.1", after)).isEmpty();
        }
    }

    private static Clock at(Instant instant) {
        return Clock.fixed(instant, ZoneOffset.UTC);
    }

    private Path pem(String kind, byte[] key) throws Exception {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(key);
        return Files.writeString(
                folder.resolve(kind.replace(' ', '-') + ".pem"),
                "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    @Test
    void aSignedTokenSaysWhoAsOfWhenAndForHowLong() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        Map<String, String> options = Map.of(
                "sign-method",
                "RS256",
                "priv-key",
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()).toString(),
                "pub-key",
                pem("PUBLIC KEY", pair.getPublic().getEncoded()).toString(),
                "ttl",
                "0h1m0.0s");
        String token = JwtTokens.of(options, at(NOW)).issue("ann", 5, "");
        assertThat(JwtTokens.of(options, at(NOW.plusSeconds(59))).caller(token, WITH_ANN))
                .contains(new Caller("ann", 5));
        assertThat(JwtTokens.of(options, at(NOW.plusSeconds(61))).caller(token, WITH_ANN))
                .isEmpty();
        String[] parts = token.split("\\.");
        String forged = parts[0] + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("{\"username\":\"root\",\"revision\":5,\"exp\":9999999999}"
                                .getBytes(StandardCharsets.UTF_8))
                + "." + parts[2];
        assertThat(JwtTokens.of(options, at(NOW)).caller(forged, WITH_ANN)).isEmpty();
        assertThat(JwtTokens.of(options, at(NOW)).caller("no.token.atall", WITH_ANN))
                .isEmpty();
    }

    @Test
    void aSecretSignsAsWell() throws Exception {
        Path secret =
                Files.writeString(folder.resolve("secret"), "a secret of at least two hundred and fifty-six bits");
        Map<String, String> options = Map.of("sign-method", "HS256", "priv-key", secret.toString());
        JwtTokens tokens = JwtTokens.of(options, at(NOW));
        assertThat(tokens.caller(tokens.issue("ann", 5, ""), WITH_ANN)).contains(new Caller("ann", 5));
    }

    @Test
    void aMemberThatCanOnlyVerifySaysSoInsteadOfLettingItsClientWait() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        Path open = pem("PUBLIC KEY", generator.generateKeyPair().getPublic().getEncoded());
        try (var node = new io.troupe.etcd.SoloNode(
                "troupe.etcd.auth { bcrypt-cost = 4, token = \"jwt,sign-method=RS256,pub-key=" + open + "\" }")) {
            var channel = node.connect();
            var auth = io.etcd.jetcd.api.AuthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, java.util.concurrent.TimeUnit.SECONDS);
            auth.userAdd(io.etcd.jetcd.api.AuthUserAddRequest.newBuilder()
                    .setName("root")
                    .setPassword("pw")
                    .build());
            auth.userGrantRole(io.etcd.jetcd.api.AuthUserGrantRoleRequest.newBuilder()
                    .setUser("root")
                    .setRole("root")
                    .build());
            auth.authEnable(io.etcd.jetcd.api.AuthEnableRequest.getDefaultInstance());
            assertThatThrownBy(() -> auth.authenticate(io.etcd.jetcd.api.AuthenticateRequest.newBuilder()
                            .setName("root")
                            .setPassword("pw")
                            .build()))
                    .hasMessageContaining("verify-only key");
            io.troupe.etcd.SoloNode.disconnect(channel);
        }
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThatThrownBy(() -> JwtTokens.of(Map.of("sign-method", "XX1"), Clock.systemUTC()))
                .hasMessageContaining("sign-method=XX1");
        assertThatThrownBy(() -> JwtTokens.of(Map.of("sign-method", "RS256"), Clock.systemUTC()))
                .hasMessageContaining("pub-key is missing");
        assertThatThrownBy(() -> JwtTokens.of(
                        Map.of("sign-method", "HS256", "priv-key", folder.resolve("none") + ""), Clock.systemUTC()))
                .hasMessageContaining("none");
        assertThatThrownBy(() -> JwtTokens.of(Map.of("sign-method", "HS256", "ttl", "soon"), Clock.systemUTC()))
                .hasMessageContaining("ttl=soon");
    }

    @Test
    void passwordsMatchTheirHashAlone() {
        var passwords = new Passwords(4);
        String hash = passwords.hash("secret");
        assertThat(hash).startsWith("$2a$04$").isNotEqualTo(passwords.hash("secret"));
        assertThat(Passwords.matches("secret", hash)).isTrue();
        assertThat(Passwords.matches("Secret", hash)).isFalse();
        assertThat(Passwords.matches("", passwords.hash(""))).isTrue();
        assertThat(Passwords.matches("x".repeat(100), passwords.hash("x".repeat(80))))
                .isTrue(); // As in etcd.
    }
}
