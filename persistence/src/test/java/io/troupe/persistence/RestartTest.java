package io.troupe.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.files.DirectoryInUseException;
import io.troupe.persistence.journal.Journals;
import io.troupe.persistence.log.DamagedLogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole actor systems over one directory, one after the other. */
class RestartTest {

    @TempDir
    Path directory;

    private static long increment(ActorTestKit kit, String id, int times) {
        TestProbe<Long> probe = kit.createTestProbe();
        ActorRef<Counter.Command> counter = kit.spawn(Counter.create(id));
        for (int i = 0; i < times; i++) {
            counter.tell(new Counter.Increment(probe.ref()));
        }
        long last = 0;
        for (int i = 0; i < times; i++) {
            last = probe.receiveMessage();
        }
        return last;
    }

    @Test
    void actorsComeBackWithTheirStateAndTheSpaceOfDeletedEventsIsGivenBack() {
        Config config = ConfigFactory.parseString(
                        """
                        troupe.persistence.journal.segment-size = 8 KiB
                        troupe.persistence.journal.compaction.delay = 50ms
                        """)
                .withFallback(Counter.config(directory));
        for (int life = 1; life <= 3; life++) {
            ActorTestKit kit = ActorTestKit.create("restart", config);
            try {
                for (String id : List.of("a", "b", "c")) {
                    assertThat(increment(kit, id, 230)).isEqualTo(life * 230L);
                }
                Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(
                                Journals.get(kit.system())
                                        .open("troupe.persistence.journal")
                                        .size())
                        .isLessThan(100_000));
            } finally {
                kit.shutdownTestKit();
            }
        }
    }

    @Test
    void aDirectoryInUseIsRefusedNamingTheProcessThatHoldsIt() {
        ActorTestKit first = ActorTestKit.create("first", Counter.config(directory));
        ActorTestKit second = ActorTestKit.create("second", Counter.config(directory));
        try {
            increment(first, "a", 1);
            assertThatThrownBy(() -> Journals.get(second.system()).open("troupe.persistence.journal"))
                    .isInstanceOf(DirectoryInUseException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        } finally {
            first.shutdownTestKit();
            second.shutdownTestKit();
        }
    }

    /** With a journal of its own, and by mistake the snapshots of another, an actor would begin with the other's state. */
    @Test
    void onSnapshotsThatAnotherActorSystemHasNoPersistentActorStarts() {
        ActorTestKit first = ActorTestKit.create("first", Counter.config(directory));
        ActorTestKit second = ActorTestKit.create(
                "second",
                ConfigFactory.parseMap(Map.of("troupe.persistence.journal.dir", directory + "/other"))
                        .withFallback(Counter.config(directory)));
        try {
            increment(first, "a", 1);
            TestProbe<Long> probe = second.createTestProbe();
            ActorRef<Counter.Command> counter = second.spawn(Counter.create("a"));
            probe.expectTerminated(counter);
            first.shutdownTestKit();
            ActorTestKit third = ActorTestKit.create("third", Counter.config(directory));
            try {
                assertThat(increment(third, "a", 1)).isEqualTo(2);
            } finally {
                third.shutdownTestKit();
            }
        } finally {
            first.shutdownTestKit();
            second.shutdownTestKit();
        }
    }

    @Test
    void onADamagedLogNoPersistentActorStartsAndTheReasonIsSaid() throws IOException {
        ActorTestKit first = ActorTestKit.create("first", Counter.config(directory));
        increment(first, "a", 10);
        first.shutdownTestKit();
        Path segment;
        try (Stream<Path> files = Files.list(directory.resolve("journal"))) {
            segment = files.filter(path -> path.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        bytes[200] ^= 4;
        Files.write(segment, bytes);

        ActorTestKit second = ActorTestKit.create("second", Counter.config(directory));
        try {
            assertThatThrownBy(() -> Journals.get(second.system()).open("troupe.persistence.journal"))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining(segment.toString());
            TestProbe<Long> probe = second.createTestProbe();
            ActorRef<Counter.Command> counter = second.spawn(Counter.create("a"));
            probe.expectTerminated(counter);
        } finally {
            second.shutdownTestKit();
        }
    }

    @Test
    void aWrongSettingIsRefusedNamingTheKeyTheValueAndWhatIsRight() {
        Config config = ConfigFactory.parseString("troupe.persistence.journal.segment-size = 1 KiB")
                .withFallback(Counter.config(directory));
        ActorTestKit kit = ActorTestKit.create("wrong", config);
        try {
            assertThatThrownBy(() -> Journals.get(kit.system()).open("troupe.persistence.journal"))
                    .hasMessageContaining("segment-size = 1024")
                    .hasMessageContaining("4 KiB");
            TestProbe<Long> probe = kit.createTestProbe();
            probe.expectTerminated(kit.spawn(Counter.create("a")));
        } finally {
            kit.shutdownTestKit();
        }
    }
}
