package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownDataTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();

    @TempDir
    private Path folder;

    private final TestProbe<KnownData.Compared> probe = TEST_KIT.createTestProbe();
    private ActorRef<KnownData.Command> known;

    @BeforeEach
    void start() {
        known = TEST_KIT.spawn(KnownData.create(folder));
    }

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private String knownBy(String node, String data, String... lost) {
        var contact = new Formation.Contact(
                "alpha",
                node,
                data,
                List.of(lost),
                "pekko://troupe@h:1",
                false,
                0,
                TEST_KIT.<Formation.Greeting>createTestProbe().ref());
        known.tell(new KnownData.Compare(contact, probe.ref()));
        return probe.receiveMessage().data();
    }

    @Test
    void aNodeIsKnownByTheDataItWasFirstMetWithAlsoAfterARestartOfTheOneWhoKnows() {
        assertThat(knownBy("n2", "A")).isEqualTo("A");
        known.tell(new KnownData.Remember("n3", "C"));
        assertThat(knownBy("n2", "B")).isEqualTo("A");
        TEST_KIT.stop(known);
        start();
        assertThat(knownBy("n2", "B")).isEqualTo("A");
        assertThat(knownBy("n3", "D")).isEqualTo("C");
    }

    @Test
    void onlyTheLossOfTheVeryDataItIsKnownByIsAccepted() {
        knownBy("n2", "A");
        assertThat(knownBy("n2", "C", "B")).isEqualTo("A");
        assertThat(knownBy("n2", "C", "B", "A")).isEqualTo("C");
        assertThat(knownBy("n2", "D", "A"))
                .as("a setting that was left behind accepts no further loss")
                .isEqualTo("C");
    }
}
