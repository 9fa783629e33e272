package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.TroupeSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSettingsTest {

    private static final String RIGHT =
            """
            troupe.cluster { name = "alpha", members = ["n1@127.0.0.1:2551", "n2@127.0.0.1:2552"] }
            troupe.node { id = n1, data-dir = "/tmp/somewhere", roles = [storage] }
            troupe.artery.port = 2551
            troupe.http.port = 8551
            troupe.systems = [echo]
            troupe.echo.port = 7777
            """;

    private static NodeSettings with(String more) {
        return NodeSettings.of(ConfigFactory.parseString(RIGHT + more));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    phase1-quorum = 1 | phase1-quorum': is 1; it must be derived, or from 2 to 2
                    phase2-quorum = 3 | phase2-quorum': is 3; it must be majority, or from 1 to 2
                    """)
    void quorumsOfMultiPaxosAreCheckedAgainstTheMembers(String wrong, String message) {
        assertThat(with("troupe.paxos { phase1-quorum = 1, phase2-quorum = 2 }").nodeId())
                .isEqualTo("n1");
        assertThatThrownBy(() -> with("troupe.paxos { phase2-quorum = 1, " + wrong + " }"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("troupe.paxos." + message);
    }

    @Test
    void rightValuesAreReadOnceIntoARecord() {
        NodeSettings settings = with("");
        assertThat(settings.cluster()).isEqualTo("alpha");
        assertThat(settings.nodeId()).isEqualTo("n1");
        assertThat(settings.memberIds()).containsExactly("n1", "n2");
        assertThat(settings.members().get(1)).isEqualTo(new NodeSettings.Member("n2", "127.0.0.1", 2552));
        assertThat(settings.roles()).containsExactly("storage");
        assertThat(settings.systems()).extracting(TroupeSystem::name).containsExactly("echo");
        assertThat(settings.faultsEnabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    troupe.node.id = ""                                | troupe.node.id        | must be set
                    troupe.node.id = "N 1"                             | "N 1"                 | use a letter or digit
                    troupe.artery.port = 70000                         | troupe.artery.port    | 70000 is wrong: give a port from 1 to 65535
                    troupe.http.port = many                            | troupe.http.port      | give a port from 1 to 65535
                    troupe.cluster.members = []                        | troupe.cluster.members | name at least this node
                    troupe.cluster.members = ["n1"]                    | "n1"                  | id@host:port
                    troupe.cluster.members = ["n1@h:x"]                | n1@h:x                | must be a number
                    troupe.cluster.members = ["n1@h:1", "n1@h:2"]      | [n1, n1]              | name each node once
                    troupe.cluster.members = ["n2@h:1"]                | troupe.node.id        | it must be one of troupe.cluster.members, which are [n2]
                    troupe.systems = [ectd]                            | "ectd"                | the systems on the class path are [echo, mover]
                    troupe.systems = [echo, echo]                      | troupe.systems        | only once
                    troupe.artery.tls.cert-file = /none.pem            | troupe.artery.tls.key-file | must be set
                    troupe.artery.tls { cert-file = /none.pem, key-file = k, trusted-ca-file = c } | troupe.artery.tls.cert-file: | /none.pem does not exist
                    troupe.faults.enabled = on, troupe.http.enabled = off | troupe.http.enabled | worked over HTTP
                    troupe.artery.bind-port = 0                        | troupe.artery.bind-port | give a port from 1 to 65535
                    troupe.faults.enabled = perhaps                    | troupe.faults.enabled | say on or off
                    troupe.faults.cut-off-from = [n2]                  | cut-off-from          | troupe.faults.enabled must be on
                    troupe.raft.election-timeout = 1ms                 | troupe.raft.election-timeout | at least three times
                    pekko.cluster.split-brain-resolver.active-strategy = lease-majority | troupe.coordination.enabled | set it to on, on every node
                    pekko.persistence.journal.plugin = "troupe.persistence.replicated-journal" | troupe.replicated-persistence.enabled | set it to on
                    troupe.persistence.replicated.timeout = 1ms        | troupe.persistence.replicated.timeout | 100ms or more
                    troupe.persistence.replicated.dir = "x"            | troupe.persistence.replicated.dir | leave it out and set troupe.node.data-dir
                    troupe.echo.port = ping                            | troupe.echo.port      | "ping" is wrong: give a whole number
                    """)
    void aWrongValueIsRefusedWithItsPathAndWhatWouldBeRight(String wrong, String where, String right) {
        assertThatThrownBy(() -> with(wrong))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(where)
                .hasMessageContaining(right);
    }

    @Test
    void theFaultSwitchIsRefusedWhereHttpIsNotOnLoopback() {
        assertThatThrownBy(() -> with("troupe.faults.enabled = on\ntroupe.http.host = \"0.0.0.0\""))
                .hasMessageContaining("troupe.http.host = 0.0.0.0")
                .hasMessageContaining("127.0.0.1 alone");
    }

    @Test
    void aFileThatIsNoHoconIsRefusedWithTheLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("node.conf"), "troupe {\n  node = [\n");
        assertThatThrownBy(() -> NodeSettings.load(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("node.conf");
        assertThatThrownBy(() -> NodeSettings.load(folder.resolve("absent.conf")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--config");
    }
}
