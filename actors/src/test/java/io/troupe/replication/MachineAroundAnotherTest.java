package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.AgreedSchedule;
import io.troupe.pbft.AgreedTime;
import io.troupe.replication.mastership.MastershipMachine;
import io.troupe.replication.scheduling.AlarmClock;
import io.troupe.replication.scheduling.SchedulingMachine;
import io.troupe.replication.sensing.Fusion;
import io.troupe.replication.sensing.Interval;
import io.troupe.replication.sensing.SensingMachine;
import io.troupe.replication.voting.ActingMachine;
import io.troupe.replication.voting.Faults;
import io.troupe.replication.voting.OutputPort;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** A machine around a service hands on to it what is not its own affair. */
class MachineAroundAnotherTest {

    private static final Replica.Members MEMBERS =
            new Replica.Members(new TreeSet<>(Set.of("n1", "n2")), new TreeSet<>(Set.of("n3")));

    /** Remembers which members it was told of, and at which index. */
    private static final class Listening implements SensingMachine.Service, SchedulingMachine.Service {

        private final List<String> told = new ArrayList<>();
        private boolean quick;

        @Override
        public void onMembers(long index, Replica.Members members) {
            told.add(index + ": " + members.voters() + " " + members.learners());
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            return ByteString.emptyByteString();
        }

        @Override
        public boolean answersQuickly(ByteString query) {
            return quick;
        }

        @Override
        public void sampled(long index, long round, Interval sample) {}

        @Override
        public void due(long index, long number, ByteString request) {}

        @Override
        public ByteString query(ByteString query) {
            return ByteString.emptyByteString();
        }

        @Override
        public State freeze() {
            return out -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }

    private static SchedulingMachine scheduling(Listening service) {
        ActorRef<AlarmClock.Command> alarm =
                TestInbox.<AlarmClock.Command>create().getRef();
        return new SchedulingMachine(scheduler -> service, alarm);
    }

    private static List<Function<Listening, StateMachine>> machines() {
        ActorRef<OutputPort.Command> port =
                TestInbox.<OutputPort.Command>create().getRef();
        var time = new AgreedTime(InstantSource.system(), Duration.ofSeconds(1));
        return List.of(
                service -> new ActingMachine(act -> service, 1, port),
                service -> new SensingMachine(
                        "heat", Faults.failStop(0), Set.of("n1"), Fusion.median(), Signatures.taken(), service),
                MachineAroundAnotherTest::scheduling,
                service -> new AgreedSchedule(scheduling(service), time),
                MastershipMachine::new);
    }

    @Test
    void theServiceHearsOfMembers() {
        for (Function<Listening, StateMachine> around : machines()) {
            var service = new Listening();
            StateMachine machine = around.apply(service);
            machine.onMembers(7, MEMBERS);
            assertThat(service.told).as(machine.getClass().getSimpleName()).containsExactly("7: [n1, n2] [n3]");
        }
    }

    @Test
    void theServiceSaysWhichQueriesAreQuick() {
        ByteString query = MastershipMachine.under(1, ByteString.fromString("q")); // To the others any query.
        for (Function<Listening, StateMachine> around : machines()) {
            var service = new Listening();
            StateMachine machine = around.apply(service);
            String name = machine.getClass().getSimpleName();
            assertThat(machine.answersQuickly(query)).as(name).isFalse();
            service.quick = true;
            assertThat(machine.answersQuickly(query)).as(name).isTrue();
        }
    }
}
