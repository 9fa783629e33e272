package io.troupe.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.TimeoutSettings;
import org.apache.pekko.coordination.lease.javadsl.LeaseProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A holder of a lease of 4 s, which it renews every second, without a group: the test is the group, and the clock. */
class LeaseHolderTest {

    private static final Config CONFIG = ConfigFactory.parseString(
            """
                            heartbeat-timeout = 4s
                            heartbeat-interval = 1s
                            lease-operation-timeout = 10s
                            """);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
    private final ManualTime time = ManualTime.get(kit.system());
    private final AtomicLong nanos = new AtomicLong();
    private final Hold hold = new Hold(nanos::get);
    private final TestProbe<LeaseOffice.Command> office = kit.createTestProbe();

    /** On the test's thread: what it is told, or timers tell it, is done when that returns. */
    private final ActorRef<LeaseHolder.Command> holder = kit.spawn(
            LeaseHolder.create(
                    new LeaseSettings("l", "me", TimeoutSettings.apply(CONFIG), CONFIG), 1, hold, office.ref()),
            DispatcherSelector.fromConfig("pekko.test.calling-thread-dispatcher"));

    private final CompletableFuture<Optional<Throwable>> lost = new CompletableFuture<>();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private CompletableFuture<Boolean> acquire() {
        var acquired = new CompletableFuture<Boolean>();
        holder.tell(new LeaseHolder.Acquire(lost::complete, acquired));
        return acquired;
    }

    private LeaseOffice.Submit expectAsked(Class<? extends LeaseCommand> what) {
        LeaseOffice.Submit submit = office.expectMessageClass(LeaseOffice.Submit.class);
        assertThat(submit.command()).isInstanceOf(what);
        return submit;
    }

    private static void answer(LeaseOffice.Submit submit, LeaseAnswer answer) {
        submit.replyTo().tell(new SessionClient.Succeeded(submit.id(), answer.toBytes(), 1));
    }

    private void pass(long millis) {
        nanos.addAndGet(Duration.ofMillis(millis).toNanos());
        time.timePasses(Duration.ofMillis(millis));
    }

    @Test
    void theLossIsToldWhenTheHoldIsOverHoweverLateTheLastRenewalWasAnswered() {
        CompletableFuture<Boolean> acquired = acquire();
        answer(expectAsked(LeaseCommand.Acquire.class), new LeaseAnswer.Held(1));
        assertThat(acquired).succeedsWithin(PATIENCE).isEqualTo(true);

        pass(1_000);
        LeaseOffice.Submit renewal = expectAsked(LeaseCommand.Renew.class);
        pass(2_500);
        answer(renewal, new LeaseAnswer.Held(1));
        pass(1_000); // A renewal that nobody answers: the last one that was is of 3.5 s ago.
        expectAsked(LeaseCommand.Renew.class);
        assertThat(hold.isHeld()).isTrue();
        pass(200);

        assertThat(hold.isHeld()).isFalse();
        assertThat(lost).succeedsWithin(PATIENCE);
    }

    @Test
    void aLeaseThatIsGrantedTooLateIsNeitherAcquiredNorLost() {
        CompletableFuture<Boolean> acquired = acquire();
        LeaseOffice.Submit asked = expectAsked(LeaseCommand.Acquire.class);
        pass(3_700);
        answer(asked, new LeaseAnswer.Held(1));
        assertThat(acquired).succeedsWithin(PATIENCE).isEqualTo(false);
        assertThat(hold.isHeld()).isFalse();
        assertThat(lost).isNotDone();
    }

    @Test
    void whileItsHolderRenewsItTheAnswerIsNoAndSoon() {
        CompletableFuture<Boolean> acquired = acquire();
        answer(expectAsked(LeaseCommand.Acquire.class), new LeaseAnswer.NotHeld("another's", 7));
        pass(250);
        answer(expectAsked(LeaseCommand.Acquire.class), new LeaseAnswer.NotHeld("another's", 9));
        assertThat(acquired).succeedsWithin(PATIENCE).isEqualTo(false);
    }

    @Test
    void aHolderThatDoesNotRenewItIsWaitedFor() {
        CompletableFuture<Boolean> acquired = acquire();
        for (int i = 0; i < 10; i++) {
            answer(expectAsked(LeaseCommand.Acquire.class), new LeaseAnswer.NotHeld("another's", 7));
            pass(250);
        }
        answer(expectAsked(LeaseCommand.Acquire.class), new LeaseAnswer.Held(2));
        assertThat(acquired).succeedsWithin(PATIENCE).isEqualTo(true);
    }

    @Test
    void whoBeginsToWorkAsSoonAsItIsToldDoesNotKeepTheLeaseFromBeingRenewed() {
        var renewed = new CountDownLatch(1);
        CompletableFuture<Boolean> worked = acquire().thenApply(mine -> awaits(renewed));
        answer(expectAsked(LeaseCommand.Acquire.class), new LeaseAnswer.Held(1));
        pass(1_000);
        expectAsked(LeaseCommand.Renew.class);
        renewed.countDown();
        assertThat(worked).succeedsWithin(PATIENCE).isEqualTo(true);
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** One that got to the node's way into the group would have ended it, for all leases. */
    @Test
    void aNameThatIsTooLongForTheGroupIsRefusedAtOnce() {
        LeaseProvider leases = LeaseProvider.get(kit.system());
        String tooLong = "n".repeat(LeaseMachine.NAME_MAX + 1);
        assertThatThrownBy(() -> leases.getLease(tooLong, "troupe.coordination.lease", "me"))
                .hasStackTraceContaining("The name of a lease has at most 1000 characters, this one has 1001");
        assertThatThrownBy(() -> leases.getLease("l", "troupe.coordination.lease", tooLong))
                .hasStackTraceContaining("The name of the owner of a lease has at most 1000 characters");
        assertThat(leases.getLease("n".repeat(LeaseMachine.NAME_MAX), "troupe.coordination.lease", "me"))
                .isInstanceOf(GroupLease.class);
    }
}
