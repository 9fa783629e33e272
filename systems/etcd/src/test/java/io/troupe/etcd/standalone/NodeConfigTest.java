package io.troupe.etcd.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.node.NodeSettings;
import io.troupe.etcd.EtcdSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What flags become: read as a node reads its own configuration. */
class NodeConfigTest {

    @TempDir
    private Path folder;

    private NodeSettings settings(String... arguments) {
        FlagValues flags = FlagParser.parse(List.of(arguments)).orElseThrow();
        FlagRules.check(flags);
        return NodeSettings.of(NodeConfig.of(flags, MemberSetup.of(flags), folder));
    }

    @Test
    void withoutFlagsItIsAClusterOfOne() {
        NodeSettings node = settings();
        assertThat(node.nodeId()).isEqualTo("default");
        assertThat(node.cluster()).isEqualTo("etcd-cluster");
        assertThat(node.members()).containsExactly(new NodeSettings.Member("default", "localhost", 2380));
        assertThat(node.http()).isEmpty();
        assertThat(EtcdSettings.of(node.config()).client().told(2379)).isEqualTo("http://localhost:2379");
    }

    @Test
    void peersAreTheProcessesOfTheInitialCluster() {
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

    @Test
    void limitsAndTimesAreTheFlags() {
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
