package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.paxos.PaxosEngine;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node's settings come to in its engines. */
class GroupHostsTest {

    @TempDir
    private Path folder;

    private final ActorTestKit kit = ActorTestKit.create(
            "node", ConfigFactory.parseString("pekko.actor.provider = local").withFallback(ConfigFactory.load()));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private Replica.Role roleOnMultiPaxos(String more) {
        NodeSettings settings = NodeSettings.of(ConfigFactory.parseString(
                """
                troupe.cluster { name = alpha, members = ["n1@127.0.0.1:2551", "n2@127.0.0.1:2552", "n3@127.0.0.1:2553"] }
                troupe.node { id = n1, data-dir = "%s" }
                troupe.systems = []
                troupe.paxos { journal = pekko.persistence.journal.inmem, election-timeout = 1 hour }
                %s
                """
                        .formatted(folder, more)));
        try (DataDirectory directory = DataDirectory.open(folder, "n1", "alpha")) {
            TestProbe<Groups.HostReply> hosted = kit.createTestProbe();
            kit.spawn(GroupHosts.create(settings, directory))
                    .tell(new Groups.Host(
                            "g",
                            settings.memberIds(),
                            Set.of(),
                            (group, node) -> new Nothing(),
                            Optional.of(PaxosEngine.NAME),
                            hosted.ref()));
            TestProbe<Replica.Status> status = kit.createTestProbe();
            hosted.expectMessageClass(Groups.Hosted.class).replica().tell(new Replica.Observe(status.ref()));
            return status.receiveMessage().role();
        }
    }

    @Test
    void aFounderVotesFromTheBeginning() {
        assertThat(roleOnMultiPaxos("")).isEqualTo(Replica.Role.FOLLOWER);
    }

    @Test
    void oneThatHasLostItsDataHasNoVoteOnMultiPaxosBeforeTheOthersGiveItOne() {
        assertThat(roleOnMultiPaxos("troupe.node.lost-data = [\"what it had\"]"))
                .isEqualTo(Replica.Role.LEARNER);
    }

    private static final class Nothing implements StateMachine {

        @Override
        public ByteString apply(long index, ByteString command) {
            return command;
        }

        @Override
        public ByteString query(ByteString query) {
            return query;
        }

        @Override
        public State freeze() {
            return out -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }
}
