package io.troupe.etcd.cluster;

import static io.troupe.etcd.Patience.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.etcd.Patience;
import io.troupe.etcd.jvms.MemberJvms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four JVMs whose group is PBFT's, with keys of their own; one is killed, and the others go on. */
class ByzantineClusterTest {

    @TempDir
    private Path folder;

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    /** Again while it is refused: where a node was slow to start the view may be changing. */
    private static long put(Client client, String key) {
        return answer(() -> client.getKVClient().put(bytes(key), bytes(key)).get(15, TimeUnit.SECONDS))
                .getHeader()
                .getRevision();
    }

    @Test
    void oneOfFourIsKilledAndTheOthersGoOn() throws Exception {
        try (LocalCluster cluster = MemberJvms.cluster(folder.resolve("cluster"))
                .nodes(4)
                .config("troupe.groups.engine = pbft")
                .jvmOptions("-Xmx256m")
                .start()) {
            cluster.awaitReady(Patience.TIME);
            try (Client client = Client.builder()
                    .endpoints("http://127.0.0.1:" + cluster.port("etcd", "n4"))
                    .build()) {
                long before = put(client, "before");
                cluster.kill("n1");
                long after = put(client, "after");
                assertThat(answer(() -> client.getKVClient()
                                        .get(bytes("before"))
                                        .get(15, TimeUnit.SECONDS))
                                .getKvs())
                        .singleElement()
                        .satisfies(kv -> assertThat(kv.getModRevision()).isEqualTo(before));
                assertThat(after).isGreaterThan(before);
            }
            cluster.killAll(); // Sooner than they leave.
        }
    }
}
