package io.troupe.replication.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.StateMachine;
import io.troupe.replication.scheduling.MutexAnswer.Held;
import io.troupe.replication.scheduling.MutexAnswer.Reason;
import io.troupe.replication.scheduling.MutexAnswer.Refused;
import io.troupe.replication.scheduling.MutexAnswer.Released;
import io.troupe.replication.scheduling.MutexAnswer.Waiting;
import io.troupe.replication.scheduling.MutexRequest.Acquire;
import io.troupe.replication.scheduling.MutexRequest.Release;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A resource that waits for no client (Schneider 1990, §5.2), and what it schedules, without clocks and without an order. */
class MutexTest {

    private static final Duration BOUND = Duration.ofSeconds(10);

    private final TestInbox<AlarmClock.Command> alarm = TestInbox.create();
    private final SchedulingMachine machine = machine();
    private long index;

    private SchedulingMachine machine() {
        return new SchedulingMachine(scheduler -> new Mutex(scheduler, BOUND), alarm.getRef());
    }

    private MutexAnswer ask(MutexRequest request) {
        return MutexAnswer.decode(machine.apply(++index, SchedulingMachine.command(request.encode())));
    }

    private MutexAnswer acquire(String client) {
        return ask(new Acquire(client));
    }

    private void comes(long number) {
        machine.apply(++index, SchedulingMachine.due(number));
    }

    private MutexAnswer holder() {
        return MutexAnswer.decode(machine.query(ByteString.emptyByteString()));
    }

    @Test
    void whoWaitsIsGrantedInTheOrderOfRequests() {
        assertThat(acquire("a")).isEqualTo(new Held("a", 1));
        assertThat(acquire("b")).isEqualTo(new Waiting(1));
        assertThat(acquire("c")).isEqualTo(new Waiting(2));
        assertThat(ask(new Release("a", 1))).isEqualTo(new Released());
        assertThat(acquire("c")).isEqualTo(new Waiting(1));
        assertThat(acquire("b")).isEqualTo(new Held("b", 2));
        assertThat(ask(new Release("b", 2))).isEqualTo(new Released());
        assertThat(holder()).isEqualTo(new Held("c", 3));
    }

    @Test
    @DisplayName("§5.2: a client that fails with the resource has it no more when the bound has passed")
    void whoDoesNotReleaseInTimeIsRevoked() {
        acquire("a");
        acquire("b");
        comes(1);
        assertThat(holder()).isEqualTo(new Held("b", 2));
        comes(2);
        assertThat(holder()).isEqualTo(new Refused(Reason.NOT_HELD));
        assertThat(ask(new Release("b", 2))).isEqualTo(new Refused(Reason.NOT_HELD));
    }

    @Test
    @DisplayName("§5.2: a timeout that comes after the release revokes no later grant")
    void aStaleTimeoutRevokesNothing() {
        acquire("a");
        ask(new Release("a", 1));
        acquire("b");
        comes(1);
        comes(1);
        assertThat(holder()).isEqualTo(new Held("b", 2));
    }

    @Test
    void ofSeveralTimeoutsOfOneGrantTheFirstCounts() {
        acquire("a");
        acquire("b");
        comes(1);
        comes(1);
        comes(7);
        assertThat(holder()).isEqualTo(new Held("b", 2));
    }

    @Test
    void toAcquireTwiceIsToAskWhetherItIsHeld() {
        assertThat(acquire("a")).isEqualTo(new Held("a", 1));
        assertThat(acquire("a")).isEqualTo(new Held("a", 1));
        assertThat(acquire("b")).isEqualTo(new Waiting(1));
        assertThat(acquire("b")).isEqualTo(new Waiting(1));
        ask(new Release("a", 1));
        ask(new Release("b", 2));
        assertThat(holder()).isEqualTo(new Refused(Reason.NOT_HELD));
    }

    @Test
    void nobodyReleasesWhatItDoesNotHold() {
        acquire("a");
        assertThat(ask(new Release("b", 1))).isEqualTo(new Refused(Reason.NOT_HELD));
        assertThat(ask(new Release("a", 2))).isEqualTo(new Refused(Reason.NOT_HELD));
        assertThat(holder()).isEqualTo(new Held("a", 1));
    }

    @Test
    void whatIsNoRequestIsAnswered() {
        ByteString nonsense = SchedulingMachine.command(ByteString.fromString("nonsense"));
        assertThat(MutexAnswer.decode(machine.apply(++index, nonsense))).isEqualTo(new Refused(Reason.UNKNOWN));
        assertThat(machine.apply(++index, ByteString.emptyByteString())).isEqualTo(ByteString.emptyByteString());
        assertThat(machine.apply(++index, ByteString.fromArray(new byte[] {1, 2})))
                .isEqualTo(ByteString.emptyByteString());
        assertThat(holder()).isEqualTo(new Refused(Reason.NOT_HELD));
    }

    @Test
    void soManyMayWaitAndNoMore() {
        acquire("a");
        for (int i = 1; i <= Mutex.WAITING_MAX; i++) {
            assertThat(acquire("w" + i)).isEqualTo(new Waiting(i));
        }
        assertThat(acquire("b")).isEqualTo(new Refused(Reason.TOO_MANY_WAIT));
        assertThat(acquire("w1")).isEqualTo(new Waiting(1));
    }

    @Test
    @DisplayName("§5.2: what is scheduled is part of the state, and who takes the state over can revoke")
    void whatIsScheduledIsInTheSnapshot() throws IOException {
        acquire("a");
        acquire("b");
        acquire("c");
        comes(1);
        var bytes = new ByteArrayOutputStream();
        StateMachine.State state = machine.freeze();
        ask(new Release("b", 2)); // Not in the state, which is of before.
        state.writeTo(bytes);
        alarm.getAllReceived();

        SchedulingMachine other = machine();
        other.restore(new ByteArrayInputStream(bytes.toByteArray()));
        assertThat(alarm.receiveMessage())
                .isInstanceOfSatisfying(AlarmClock.Restore.class, restore -> assertThat(restore.entries())
                        .extracting(Agenda.Entry::number, Agenda.Entry::delayMillis)
                        .containsExactly(org.assertj.core.groups.Tuple.tuple(2L, BOUND.toMillis())));
        other.apply(10, SchedulingMachine.due(2));
        assertThat(MutexAnswer.decode(other.query(ByteString.emptyByteString())))
                .isEqualTo(new Held("c", 3));
    }

    @Test
    void theAlarmClockIsToldWhatIsScheduledAndWhatIsOver() {
        acquire("a");
        acquire("b");
        ask(new Release("a", 1));
        comes(2);
        assertThat(alarm.getAllReceived())
                .extracting(command -> command instanceof AlarmClock.Set set
                        ? "set " + set.entry().number()
                        : "clear " + ((AlarmClock.Clear) command).number())
                .containsExactly("set 1", "clear 1", "set 2", "clear 2");
    }

    @Test
    @DisplayName("where replicas agree on time, what comes before its time does nothing, and comes again")
    void byAgreedTimeNothingIsRevokedEarly() {
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        machine.onTime(begin);
        acquire("a");
        machine.onTime(begin.plus(BOUND).minusMillis(1));
        comes(1);
        assertThat(holder()).isEqualTo(new Held("a", 1));
        machine.onTime(begin.plus(BOUND));
        machine.onTime(begin);
        comes(1);
        assertThat(holder()).isEqualTo(new Refused(Reason.NOT_HELD));
    }
}
