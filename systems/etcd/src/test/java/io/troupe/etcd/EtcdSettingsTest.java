package io.troupe.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.Endpoint;
import io.troupe.replication.ReadConsistency;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdSettingsTest {

    private static EtcdSettings with(String overrides) {
        return EtcdSettings.of(ConfigFactory.parseString(overrides).withFallback(ConfigFactory.defaultReference()));
    }

    @Test
    void theDefaultsAreEtcds() {
        EtcdSettings settings = with("");
        assertThat(settings.client().port()).isEqualTo(2379);
        assertThat(settings.linearizableReads()).isEqualTo(ReadConsistency.LINEARIZABLE);
        assertThat(with("troupe.etcd.linearizable-reads = lease").linearizableReads())
                .isEqualTo(ReadConsistency.LEASE);
        assertThat(settings.requestBytesMax()).isEqualTo(1536 * 1024);
        assertThat(settings.quotaBytes())
                .isEqualTo(Math.min(
                        2L << 30, EtcdSettings.heldBy(Runtime.getRuntime().maxMemory())));
        assertThat(with("troupe.etcd.quota-backend-bytes = 3 GiB").quotaBytes()).isEqualTo(3L << 30);
        assertThat(with("troupe.etcd.quota-backend-bytes = -1").quotaBytes()).isNegative();
    }

    @Test
    void theDefaultQuotaIsWhatTheHeapHolds() {
        assertThat(EtcdSettings.heldBy(3L << 30)).isGreaterThan(2L << 30);
        assertThat(EtcdSettings.heldBy(1L << 30)).isEqualTo(576L << 20);
        assertThat(EtcdSettings.heldBy(256L << 20)).isEqualTo(64L << 20);
    }

    @Test
    void aLauncherCanSetThePort() {
        assertThat(new EtcdSystem()
                        .endpoints(ConfigFactory.parseString(new EtcdSystem().listenAt(4711))
                                .withFallback(ConfigFactory.defaultReference())))
                .singleElement()
                .satisfies(endpoint -> assertThat(endpoint.port()).isEqualTo(4711));
    }

    @Test
    void everyAddressIsTriedBeforeTheNodeStarts() {
        assertThat(new EtcdSystem()
                        .endpoints(ConfigFactory.parseString(
                                        """
                                        troupe.etcd.client { port = 1, also-at = ["http://127.0.0.1:2"]
                                          metrics-at = ["http://127.0.0.1:3"] }
                                        """)
                                .withFallback(ConfigFactory.defaultReference())))
                .extracting(Endpoint::toString)
                .containsExactly("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3");
    }

    @ParameterizedTest
    @CsvSource({
        "client.tls.cipher-suites, [BOGUS], unexpected TLS cipher suite",
        "client.port, 70000, it must be from 0 to 65535",
        "client.host, '\"\"', it must name something",
        "engine, paxos, 'it must be one of [raft, multi-paxos, pbft, chain], or empty'",
        "engine, pbft, troupe.pbft.keys must be set",
        "linearizable-reads, leased, it must be read-index or lease",
        "in-flight-max, 0, it must be from 1 to",
        "max-request-bytes, 1 GiB, it must be from 1024 to",
        "request-timeout, 5 ms, it must be at least 100 ms",
        "lease.check-interval, 1 ms, it must be at least 10 ms"
    })
    void aWrongValueIsRefusedWithItsPathAndWhatWouldBeRight(String path, String value, String right) {
        assertThatThrownBy(() -> with("troupe.etcd." + path + " = " + value))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("troupe.etcd." + path)
                .hasMessageContaining(right);
    }

    @Test
    void pbftIsForFourMembersOrMore() {
        String three = "troupe { pbft.keys = keys, cluster.members = [a, b, c], etcd.engine = pbft }";
        assertThatThrownBy(() -> with(three))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("troupe.etcd.engine")
                .hasMessageContaining("has 3; there must be at least 4");
        assertThat(with(three.replace("c]", "c, d]")).engine()).contains("pbft");
    }
}
