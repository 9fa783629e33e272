package io.troupe.replication.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.SessionClient;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/** One node's alarm clock, with a client that only listens. */
class AlarmClockTest {

    private static final Duration AGAIN = Duration.ofMillis(300);

    private final List<ByteString> submitted = new ArrayList<>();

    private Node<AlarmClock.Command> alarm(Simulation sim) {
        submitted.clear();
        return sim.node(
                "n1",
                node -> Behaviors.setup(context -> {
                    var client = context.<SessionClient.Submit>spawn(
                            Behaviors.receiveMessage(submit -> {
                                submitted.add(submit.command());
                                return Behaviors.same();
                            }),
                            "client");
                    context.getSelf().tell(new AlarmClock.Connect(client));
                    return AlarmClock.create(AGAIN);
                }));
    }

    private static Agenda.Entry entry(long number, long delayMillis) {
        return new Agenda.Entry(number, ByteString.emptyByteString(), delayMillis, Long.MIN_VALUE);
    }

    @SimulationTest(seeds = 3)
    void ringsWhenTheTimeHasComeAndAgainUntilItIsCleared(Simulation sim) {
        var alarm = alarm(sim);
        alarm.ref().tell(new AlarmClock.Set(entry(7, 1_000)));
        sim.runFor(Duration.ofMillis(990));
        assertThat(submitted).isEmpty();
        sim.runFor(Duration.ofMillis(20));
        assertThat(submitted).containsExactly(SchedulingMachine.due(7));
        sim.runFor(AGAIN.multipliedBy(2));
        assertThat(submitted).hasSize(3);
        alarm.ref().tell(new AlarmClock.Clear(7));
        sim.runFor(Duration.ofSeconds(2));
        assertThat(submitted).hasSize(3);
    }

    @SimulationTest(seeds = 3)
    void whatIsClearedInTimeNeverRings(Simulation sim) {
        var alarm = alarm(sim);
        alarm.ref().tell(new AlarmClock.Set(entry(7, 1_000)));
        sim.runFor(Duration.ofMillis(500));
        alarm.ref().tell(new AlarmClock.Clear(7));
        sim.runFor(Duration.ofSeconds(2));
        assertThat(submitted).isEmpty();
    }

    @SimulationTest(seeds = 3)
    void aStateThatIsNewHereClearsAndSetsAndLetsGoOnWhatIsInBoth(Simulation sim) {
        var alarm = alarm(sim);
        alarm.ref().tell(new AlarmClock.Set(entry(6, 1_000)));
        alarm.ref().tell(new AlarmClock.Set(entry(7, 1_000)));
        sim.runFor(Duration.ofMillis(900));
        alarm.ref().tell(new AlarmClock.Restore(List.of(entry(7, 1_000), entry(8, 1_000))));
        sim.runFor(Duration.ofMillis(200));
        assertThat(submitted).containsExactly(SchedulingMachine.due(7));
        alarm.ref().tell(new AlarmClock.Clear(7));
        sim.runFor(Duration.ofMillis(750));
        assertThat(submitted).hasSize(1);
        sim.runFor(Duration.ofMillis(100));
        assertThat(submitted).containsExactly(SchedulingMachine.due(7), SchedulingMachine.due(8));
    }

    @SimulationTest(seeds = 3)
    void aClockThatRunsFastIsEarlyByNoMoreThanItsDrift(Simulation sim) {
        var alarm = alarm(sim);
        sim.runFor(Duration.ofMillis(1));
        alarm.clockRate(1.25);
        alarm.ref().tell(new AlarmClock.Set(entry(7, 1_000)));
        sim.runFor(Duration.ofMillis(790));
        assertThat(submitted).isEmpty();
        sim.runFor(Duration.ofMillis(20));
        assertThat(submitted).hasSize(1);
    }
}
