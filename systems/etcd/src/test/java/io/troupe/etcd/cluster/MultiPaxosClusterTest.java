package io.troupe.etcd.cluster;

import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.local.Signal;
import io.troupe.cluster.node.NodeStatus;
import io.troupe.etcd.Patience;
import io.troupe.paxos.PaxosEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On Multi-Paxos, when asked to; at every build its leader is moved and killed in {@link EnginesClusterTest}. */
@Tag("soak")
class MultiPaxosClusterTest extends ClusterScenarios {

    MultiPaxosClusterTest() {
        super(PaxosEngine.NAME);
    }

    @Test
    @DisplayName(
            "Live §5.1: who follows what is told of a damaged journal has a member that learns, and then votes again")
    void aMemberWhoseJournalIsDamagedIsBackWithoutAVoteAndIsGivenOne() throws Exception {
        String leader = awaitLeader();
        List<String> followers =
                cluster.nodeIds().stream().filter(node -> !node.equals(leader)).toList();
        String damaged = followers.get(0);
        await("a value").until(() -> put(leader, "damaged", "before"));
        cluster.kill(damaged);
        Path data = cluster.folder().resolve(damaged).resolve("data");
        Path segment = damage(data.resolve("journal"));

        assertThat(startedInVain(damaged))
                .contains("The log is damaged in " + segment + " at offset", "move all of " + data + " away");
        Files.move(data, data.resolveSibling("damaged"));
        Matcher remedy =
                Pattern.compile("troupe\\.node\\.lost-data = \\[[^]]*]").matcher(startedInVain(damaged));
        assertThat(remedy.find()).as("it says what to set").isTrue();
        Files.writeString(addition, remedy.group());
        int before = logOf(damaged).length();
        cluster.start(damaged);
        await("the others let it vote again").until(() -> roleOf(damaged).equalsIgnoreCase("follower"));
        assertThat(logOf(damaged).substring(before)).contains("the replica learns, and asks to vote again");
        Files.delete(addition);

        cluster.signal(followers.get(1), Signal.STOP);
        try {
            await("it makes a majority").until(() -> put(leader, "damaged", "after"));
        } finally {
            cluster.signal(followers.get(1), Signal.CONT);
        }
        cluster.awaitReady(Patience.TIME);
    }

    /** Another bit in the middle of what was acknowledged long ago. */
    private static Path damage(Path journal) throws Exception {
        try (Stream<Path> files = Files.list(journal)) {
            Path segment = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            bytes[200] ^= 4;
            Files.write(segment, bytes);
            return segment;
        }
    }

    private String roleOf(String node) {
        return cluster.status().stream()
                .filter(state -> state.id().equals(node) && state.status() != null)
                .flatMap(state -> state.status().groups().stream())
                .map(NodeStatus.Group::role)
                .findFirst()
                .orElse("");
    }

    private String logOf(String node) throws Exception {
        return Files.readString(cluster.log(node));
    }

    /** What the node says until it has ended of itself. */
    private String startedInVain(String node) throws Exception {
        int before = logOf(node).length();
        cluster.start(node);
        await(node + " refuses to start").until(() -> !cluster.isRunning(node));
        return logOf(node).substring(before);
    }
}
