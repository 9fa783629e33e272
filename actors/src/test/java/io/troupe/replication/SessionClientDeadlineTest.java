package io.troupe.replication;

import io.troupe.replication.SessionClient.Failed;
import io.troupe.replication.SessionClient.Submit;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's deadline on Pekko's own scheduler, whose timers are late by up to two of its ticks of 10 ms. */
class SessionClientDeadlineTest {

    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final String TOO_LATE = "too late";

    private final ActorTestKit kit = ActorTestKit.create();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** A clock is no judge on a starved machine: a timer at the rate of the client's is, which is starved as much. */
    private static Behavior<Object> alarm(TestProbe<Object> caller) {
        Duration tick = SessionClient.Settings.DEFAULT.retryMin();
        AtomicLong left = new AtomicLong(DEADLINE.plusMillis(600).dividedBy(tick));
        return Behaviors.withTimers(timers -> {
            timers.startTimerAtFixedRate(TOO_LATE, tick);
            return Behaviors.receiveMessage(late -> {
                if (left.decrementAndGet() > 0) {
                    return Behaviors.same();
                }
                caller.getRef().tell(late);
                return Behaviors.stopped();
            });
        });
    }

    @Test
    void theDeadlineDoesNotGrowByWhatEachTickIsLate() {
        TestProbe<Object> caller = kit.createTestProbe(Object.class);
        TestProbe<Replica.Request> silent = kit.createTestProbe(Replica.Request.class);
        var client = kit.spawn(
                SessionClient.create(silent.getRef(), SessionClient.Settings.DEFAULT, new SplittableRandom(1)));
        kit.spawn(alarm(caller));
        client.tell(
                new Submit(ByteString.fromString("a"), DEADLINE, caller.getRef().narrow()));
        caller.expectMessageClass(Failed.class, DEADLINE.multipliedBy(30));
    }
}
