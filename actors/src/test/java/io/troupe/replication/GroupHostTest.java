package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a host cannot host, it says at once, and with what would be right. */
class GroupHostTest {

    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<Groups.HostReply> reply = kit.createTestProbe(Groups.HostReply.class);

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private Groups.NotHosted refused(Set<String> witnesses, Optional<String> engine) {
        var settings = PaxosSettings.from(ConfigFactory.load());
        var paxos = new PaxosEngine(settings, new InMemorySnapshotStorage(), System::nanoTime);
        var host = kit.spawn(GroupHost.create("n1", List.of(paxos), new SplittableRandom(1)));
        host.tell(new Groups.Host(
                "g",
                List.of("n1", "n2", "n3"),
                witnesses,
                (group, node) -> {
                    throw new AssertionError("a state machine was made for " + group);
                },
                engine,
                reply.getRef()));
        return reply.expectMessageClass(Groups.NotHosted.class);
    }

    @Test
    void anEngineThatIsNotThere() {
        assertThat(refused(Set.of(), Optional.of("raft")).detail())
                .isEqualTo("there is no engine 'raft' here; there are [multi-paxos]");
    }

    @Test
    void witnessesByAnEngineThatHasNone() {
        assertThat(refused(Set.of("n3"), Optional.empty()).detail())
                .isEqualTo(
                        "engine 'multi-paxos' has no witnesses, but [n3] are to be some; host the group without, or by"
                                + " an engine that has them");
    }

    @Test
    void witnessesAlone() {
        assertThatThrownBy(() -> refused(Set.of("n1", "n2", "n3"), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("group g", "[n1, n2, n3]", "at least one must keep the state");
    }
}
