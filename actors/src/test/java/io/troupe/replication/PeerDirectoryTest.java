package io.troupe.replication;

import io.troupe.replication.PeerDirectory.Locate;
import io.troupe.replication.PeerDirectory.Located;
import io.troupe.replication.PeerDirectory.PeerAt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What other nodes' directories say is not always true. */
class PeerDirectoryTest {

    private static final ActorTestKit KIT = ActorTestKit.create();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    @DisplayName("a node that names one replica for two groups is believed for both, and the directory goes on")
    void oneReplicaForTwoGroups() {
        ActorRef<PeerDirectory.Command> directory = KIT.spawn(PeerDirectory.create("n1", Duration.ofMinutes(1)));
        TestProbe<Replica.Message> there = KIT.createTestProbe();
        TestProbe<PeerDirectory.Command> asking = KIT.createTestProbe();
        TestProbe<PeerAt> told = KIT.createTestProbe();
        for (String group : List.of("a", "b")) {
            TestProbe<Replica.Message> here = KIT.createTestProbe();
            directory.tell(new PeerDirectory.Join(group, new TreeSet<>(List.of("n2")), here.ref(), told.ref()));
            directory.tell(new Located("n2", group, there.ref()));
            told.expectMessage(new PeerAt("n2", Optional.of(there.ref())));
            directory.tell(new Locate(group, asking.ref()));
            asking.expectMessage(new Located("n1", group, here.ref()));
        }
        there.stop();
        told.expectMessage(new PeerAt("n2", Optional.empty()));
    }
}
