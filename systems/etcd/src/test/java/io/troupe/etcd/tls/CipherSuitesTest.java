package io.troupe.etcd.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of cipher suites, as etcd 3.4.23 takes them. */
class CipherSuitesTest {

    private static final String STRONG = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_RSA_WITH_AES_128_CBC_SHA",
                "TLS_RSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "TLS_AES_128_GCM_SHA256"
            })
    void aNameThatTheJvmHasTooIsTaken(String name) {
        assertThat(CipherSuites.usable(List.of(STRONG, name))).containsExactly(STRONG, name);
    }

    @Test
    void anOlderNameOfGoIsTakenForTheOneOfToday() {
        assertThat(CipherSuites.usable(
                        List.of("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305")))
                .containsExactly(
                        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
    }

    @Test
    void whatIsBrokenIsLeftOutAsLongAsSomethingIsLeft() {
        List<String> names = List.of("TLS_RSA_WITH_RC4_128_SHA", STRONG);
        assertThat(CipherSuites.usable(names)).containsExactly(STRONG);
        assertThat(CipherSuites.broken(names)).containsExactly("TLS_RSA_WITH_RC4_128_SHA");
        assertThatThrownBy(() -> CipherSuites.usable(List.of("TLS_RSA_WITH_RC4_128_SHA")))
                .hasMessageContaining("[TLS_RSA_WITH_RC4_128_SHA] are broken");
        assertThat(CipherSuites.usable(List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"BOGUS", "", " " + STRONG})
    void aNameThatThereIsNotIsRefusedInEtcdsWords(String name) {
        assertThatThrownBy(() -> CipherSuites.usable(List.of(STRONG, name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unexpected TLS cipher suite \"" + name + "\"");
    }
}
