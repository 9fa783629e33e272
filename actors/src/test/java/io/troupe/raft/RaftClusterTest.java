package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole groups, in one process: what clients of any replica see. */
class RaftClusterTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void everyReplicaTakesProposalsAndAllApplyThemInOneOrder(int size) {
        try (var cluster = InProcessCluster.started(size, "")) {
            cluster.awaitLeader();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String command = "c" + i;
                cluster.apply(cluster.nodes.get(i % size), command);
                expected.add(command);
            }
            cluster.nodes.forEach(node -> cluster.awaitHistory(node, expected));
        }
    }

    @Test
    void aLinearizableReadAtAnyReplicaSeesEveryAcknowledgedWrite() {
        try (var cluster = InProcessCluster.started(3, "")) {
            String leader = cluster.awaitLeader();
            for (int i = 0; i < 20; i++) {
                Replica.Applied applied = cluster.apply(leader, "w" + i);
                for (String node : cluster.nodes) {
                    Replica.Answered answer = cluster.query(node, ReadConsistency.LINEARIZABLE);
                    assertThat(answer.appliedIndex()).isGreaterThanOrEqualTo(applied.index());
                    assertThat(answer.result().utf8String()).endsWith("w" + i);
                    assertThat(answer.id()).isEqualTo(7);
                }
            }
        }
    }

    @Test
    void anotherLeaderTakesOverWithEveryAcknowledgedCommandWhenTheLeaderStops() {
        try (var cluster = InProcessCluster.started(3, "")) {
            String first = cluster.awaitLeader();
            cluster.apply(first, "before");
            cluster.stop(first);
            String second = cluster.awaitLeader();
            assertThat(second).isNotEqualTo(first);
            cluster.apply(second, "after");
            cluster.start(first);
            cluster.awaitHistory(first, List.of("before", "after"));
        }
    }

    @Test
    void aGroupThatStoppedAsAWholeComesBackWithItsLog() {
        try (var cluster = InProcessCluster.started(3, "")) {
            cluster.apply(cluster.awaitLeader(), "kept");
            long term = cluster.status("n1").term();
            cluster.nodes.forEach(cluster::stop);
            cluster.nodes.forEach(cluster::start);
            cluster.apply(cluster.awaitLeader(), "more");
            cluster.nodes.forEach(node -> cluster.awaitHistory(node, List.of("kept", "more")));
            assertThat(cluster.status("n1").term()).isGreaterThan(term);
        }
    }

    @Test
    void aMinorityAppliesNothing() {
        try (var cluster = InProcessCluster.started(3, "")) {
            String leader = cluster.awaitLeader();
            cluster.nodes.stream().filter(node -> !node.equals(leader)).forEach(cluster::stop);
            Replica.Reply reply = cluster.ask(leader, to -> InProcessCluster.proposal(0, 0, "lonely", to));
            assertThat(reply).isInstanceOf(Replica.Rejected.class);
            assertThat(((Replica.Rejected) reply).reason())
                    .isIn(Replica.Reason.OUTCOME_UNKNOWN, Replica.Reason.NO_LEADER);
            assertThat(cluster.histories.of(leader)).isEmpty();
        }
    }

    @Test
    void aRepeatedCommandOfASessionIsAppliedOnceAcrossLeadersAndRestarts() {
        try (var cluster = InProcessCluster.started(3, "")) {
            String first = cluster.awaitLeader();
            long session = cluster.ask(first, Replica.SessionOpened.class, Replica.OpenSession::new)
                    .session();
            var applied =
                    cluster.ask(first, Replica.Applied.class, to -> InProcessCluster.proposal(session, 1, "once", to));
            cluster.stop(first);
            String second = cluster.awaitLeader();
            var repeated =
                    cluster.ask(second, Replica.Applied.class, to -> InProcessCluster.proposal(session, 1, "once", to));
            assertThat(repeated).isEqualTo(applied);
            assertThat(cluster.histories.of(second)).containsExactly("once");
            cluster.start(first);
            cluster.awaitHistory(first, List.of("once"));
        }
    }

    @Test
    void aStaleReadIsAnsweredWithoutAQuorum() {
        try (var cluster = InProcessCluster.started(3, "")) {
            String leader = cluster.awaitLeader();
            cluster.apply(leader, "x");
            cluster.nodes.stream().filter(node -> !node.equals(leader)).forEach(cluster::stop);
            Replica.Answered answer = cluster.query(leader, ReadConsistency.STALE);
            assertThat(answer.result()).isEqualTo(ByteString.fromString("x"));
        }
    }
}
