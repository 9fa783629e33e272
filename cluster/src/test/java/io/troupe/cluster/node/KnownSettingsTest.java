package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that there are not, and values of the wrong kind, below {@code troupe.*}. */
class KnownSettingsTest {

    private static final String RIGHT =
            """
            troupe.cluster.members = ["n1@127.0.0.1:2551"]
            troupe.node { id = n1, data-dir = "/tmp/somewhere" }
            """;

    private static NodeSettings with(String more) {
        return NodeSettings.of(ConfigFactory.parseString(
                RIGHT + more, ConfigParseOptions.defaults().setOriginDescription("node.conf")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    troupe.raft.election-timout = 2s             | troupe.raft.election-timout (node.conf: 3)     | Did you mean troupe.raft.election-timeout?
                    troupe.clutser.name = a                      | troupe.clutser (node.conf: 3)                  | Did you mean troupe.cluster?
                    troupe { http { prot = 1 } }                 | troupe.http.prot (node.conf: 3)                | Did you mean troupe.http.port?
                    troupe.artery.max-in-flight-bytes = 2        | troupe.artery.max-in-flight-bytes (node.conf: 3) | Did you mean troupe.raft.max-in-flight-bytes?
                    troupe.data-dir = "/x"                       | troupe.data-dir (node.conf: 3)                 | Did you mean troupe.node.data-dir?
                    troupe.persistence.journal.segmentsize = 1MB | troupe.persistence.journal.segmentsize         | Did you mean troupe.persistence.journal.segment-size?
                    troupe.http.threads-at-most = 4              | troupe.http.threads-at-most (node.conf: 3)     | troupe.http has: enabled, host, port
                    """)
    void aSettingThatThereIsNotIsRefusedWithItsPlaceAndTheNearest(String wrong, String where, String advice) {
        assertThatThrownBy(() -> with(wrong))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("There is no setting " + where)
                .hasMessageContaining(advice);
    }

    @Test
    void aListMayBeSystemPropertiesOfItsPlaces() {
        var properties = new Properties();
        properties.setProperty("troupe.node.lost-data.0", "what was lost");
        NodeSettings settings = NodeSettings.of(
                ConfigFactory.parseProperties(properties).withFallback(ConfigFactory.parseString(RIGHT)));
        assertThat(settings.lostData()).containsExactly("what was lost");
        assertThatThrownBy(() -> with("troupe.node.lost-data { first = a }")).hasMessageContaining("give a list");
        assertThatThrownBy(() -> with("troupe.node.lost-data = a")).hasMessageContaining("give a list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    troupe.raft.election-timeout = soon                 | troupe.raft.election-timeout = "soon"         | give a duration, such as
                    troupe.raft.election-timeout = -1s                  | troupe.raft.election-timeout = "-1s"          | give a duration, such as
                    troupe.raft.max-message-bytes = 1 MeB               | troupe.raft.max-message-bytes = "1 MeB"       | give a size in bytes, such as
                    troupe.raft.ticks-per-heartbeat = 2.5               | troupe.raft.ticks-per-heartbeat = 2.5         | give a whole number
                    troupe.raft = fast                                  | troupe.raft = "fast"                          | give a section
                    troupe.persistence.journal.segment-size = big       | troupe.persistence.journal.segment-size       | give a size in bytes
                    troupe.persistence.journal.compaction.delay = never | troupe.persistence.journal.compaction.delay   | give a duration
                    troupe.persistence.journal.compaction.live-ratio = x | compaction.live-ratio = "x"                  | give a number
                    troupe.persistence.journal { write-response-global-order = 7 } | write-response-global-order = 7    | say on or off
                    """)
    void aValueOfAnotherKindIsRefusedWithItsPlaceAndWhatWouldBeRight(String wrong, String where, String right) {
        assertThatThrownBy(() -> with(wrong))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(where)
                .hasMessageContaining(right)
                .hasMessageEndingWith("(node.conf: 3)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    segment-size = 1 KiB         | troupe.persistence.journal.segment-size = 1024           | 4 KiB to 1 GiB
                    compaction.live-ratio = 1.5  | troupe.persistence.journal.compaction.live-ratio = 1.5   | 0.0 to less than 1.0
                    """)
    void theJournalsBoundsAreCheckedBeforeAnythingStarts(String wrong, String where, String right) {
        assertThatThrownBy(() -> with("troupe.persistence.journal." + wrong))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(where)
                .hasMessageContaining(right);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    troupe.persistence.journal.dir = "/x"               | set troupe.node.data-dir
                    pekko.remote.artery.canonical.port = 2552           | set troupe.artery.port
                    pekko.cluster.seed-nodes = ["pekko://troupe@h:1"]   | set troupe.cluster.members
                    """)
    void whatTheNodeSetsItselfIsRefusedWithTheSettingItFollowsFrom(String overridden, String setting) {
        assertThatThrownBy(() -> with(overridden))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(setting);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "troupe.persistence.journal.recovery-event-timeout = 10s",
                "troupe.persistence.journal.circuit-breaker.max-failures = 3",
                "troupe.persistence.journal.event-adapters.mine = \"com.example.Mine\"",
                "troupe.persistence.replay-dispatcher.throughput = 5",
                "troupe.persistence.replay-dispatcher.thread-pool-executor.keep-alive-time = 1s",
                "pekko.cluster.gossip-interval = 1s",
                "timeout = 3s\ntroupe.raft.election-timeout = ${timeout}",
            })
    void whatAModuleOrPekkoTakesIsAccepted(String right) {
        assertThat(with(right).nodeId()).isEqualTo("n1");
    }

    @Test
    void aSizeMayBeABareNumberAndADurationAnyUnit() {
        NodeSettings settings = with("troupe.raft.max-message-bytes = 65536\ntroupe.raft.election-timeout = 2000");
        assertThat(settings.config().getDuration("troupe.raft.election-timeout"))
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void everyDefaultIsOfItsOwnKind() {
        with("").config().getConfig("troupe").entrySet().forEach(entry -> assertThat(
                        SettingKind.of(entry.getValue()).accepts(entry.getValue()))
                .as(entry.getKey())
                .isTrue());
        assertThat(SettingKind.of(ConfigValueFactory.fromAnyRef("10 minutes"))).isEqualTo(SettingKind.DURATION);
        assertThat(SettingKind.of(ConfigValueFactory.fromAnyRef("1536 KiB"))).isEqualTo(SettingKind.SIZE);
        assertThat(SettingKind.of(ConfigValueFactory.fromAnyRef("/var/lib"))).isEqualTo(SettingKind.TEXT);
    }

    @Test
    void aFileIsNamedWithItsLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("orders.conf"), RIGHT + "\ntroupe.systms = [echo]\n");
        assertThatThrownBy(() -> NodeSettings.load(file))
                .isInstanceOf(SettingsException.class)
                .hasMessage("There is no setting troupe.systms (" + file + ": 4). Did you mean troupe.systems?");
    }
}
