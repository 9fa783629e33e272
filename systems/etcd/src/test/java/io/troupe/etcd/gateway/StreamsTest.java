package io.troupe.etcd.gateway;

import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class StreamsTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create(ManualTime.config());
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ManualTime time = ManualTime.get(TEST_KIT.system());
    private final TestProbe<String> required = TEST_KIT.createTestProbe();
    private final TestProbe<String> other = TEST_KIT.createTestProbe();
    private final ActorRef<Streams.Command<String>> streams =
            TEST_KIT.spawn(Streams.create(new Admission(10), "leader lost", PATIENCE));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private static Behavior<String> to(TestProbe<String> probe) {
        return Behaviors.receiveMessage(message -> {
            probe.ref().tell(message);
            return Behaviors.same();
        });
    }

    private void open() {
        streams.tell(new Streams.Opened<>(1, to(required), true));
        streams.tell(new Streams.Opened<>(2, to(other), false));
    }

    private void settle() {
        streams.tell(new Streams.Deliver<>(1, "settled"));
        required.expectMessage("settled");
    }

    @Test
    void streamsThatRequireALeaderEndWhenThereHasBeenNoneForLongAndTheOthersStay() {
        open();
        streams.tell(new Streams.LeaderKnown<>(false));
        settle();
        time.timePasses(PATIENCE.minusMillis(1));
        streams.tell(new Streams.LeaderKnown<>(false)); // Another term without a leader: the time runs on.
        settle();
        required.expectNoMessage(Duration.ofMillis(50));
        time.timePasses(Duration.ofMillis(1));
        required.expectMessage("leader lost");
        other.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void aLeaderThatComesInTimeKeepsThem() {
        open();
        streams.tell(new Streams.LeaderKnown<>(false));
        settle();
        time.timePasses(PATIENCE.minusMillis(1));
        streams.tell(new Streams.LeaderKnown<>(true));
        settle();
        time.timePasses(PATIENCE.multipliedBy(2));
        streams.tell(new Streams.LeaderKnown<>(false));
        settle();
        required.expectNoMessage(Duration.ofMillis(50));
        other.expectNoMessage(Duration.ofMillis(50));
    }
}
