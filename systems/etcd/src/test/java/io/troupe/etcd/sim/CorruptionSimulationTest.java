package io.troupe.etcd.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.members.MemberIds;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.SessionClient;
import io.troupe.replication.StateMachine;
import io.troupe.sim.Fault;
import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.Parameter;

/** A member whose store differs is found; members that agree are left alone, whatever fails. */
@OnEachEngine
class CorruptionSimulationTest {

    private static final String DAMAGED = "n2";
    private static final byte PUT = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Parameter
    private String engine;

    /** Applies one put with another value than it says. */
    private static final class Damaged implements StateMachine {
        private static final long INDEX = 40;
        private final StateMachine sound;
        private boolean done;

        Damaged(StateMachine sound) {
            this.sound = sound;
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            byte[] bytes = command.toArray();
            if (index >= INDEX && !done && bytes[0] == PUT) {
                done = true;
                bytes[bytes.length - 1]++;
            }
            return sound.apply(index, ByteString.fromArray(bytes));
        }

        @Override
        public ByteString query(ByteString query) {
            return sound.query(query);
        }

        @Override
        public State freeze() {
            return sound.freeze();
        }

        @Override
        public void restore(InputStream state) throws IOException {
            sound.restore(state);
        }
    }

    private List<Node<MemberNode.Command>> nodes(Simulation sim, UnaryOperator<StateMachine> damage) {
        var engines = new Engines(engine, ConfigFactory.load());
        return sim.nodes(
                3,
                node -> MemberNode.create(
                        node,
                        engines.of(node),
                        new MemberNode.Oddities(
                                node.name().equals(DAMAGED) ? damage : UnaryOperator.identity(),
                                Optional.of(Duration.ofSeconds(1)))));
    }

    private static void keepPutting(Simulation sim, List<Node<MemberNode.Command>> nodes) {
        sim.after(Duration.ofMillis(50), () -> {
            nodes.stream().filter(Node::isUp).forEach(node -> node.ref()
                    .tell(new MemberNode.Put(
                            "k" + sim.now().toMillis() % 7, sim.system().ignoreRef())));
            keepPutting(sim, nodes);
        });
    }

    private static List<Alarms.Alarm> alarms(Simulation sim, Node<MemberNode.Command> node) {
        return sim.<MemberNode.Command, MemberNode.Seen>ask(node.ref(), MemberNode.Look::new, Duration.ofSeconds(5))
                .alarms();
    }

    @SimulationTest(seeds = 10)
    void aMemberWhoseStoreDiffersIsFoundAndNothingIsChangedAnyMore(Simulation sim) {
        List<Node<MemberNode.Command>> nodes = nodes(sim, Damaged::new);
        keepPutting(sim, nodes);
        for (int i = 0;
                i < PATIENCE.toSeconds() && (i < 2 || alarms(sim, nodes.get(0)).isEmpty());
                i++) {
            sim.runFor(Duration.ofSeconds(1));
        }
        assertThat(alarms(sim, nodes.get(0))).isNotEmpty().allSatisfy(alarm -> {
            assertThat(alarm.type()).isEqualTo(Alarms.CORRUPT);
            assertThat(nodes.stream().map(node -> MemberIds.member(node.name())))
                    .contains(alarm.member());
        });
        SessionClient.Outcome outcome =
                sim.ask(nodes.get(0).ref(), replyTo -> new MemberNode.Put("late", replyTo), Duration.ofSeconds(10));
        assertThat(SessionCalls.result(outcome)).isEqualTo(new Result.Refused(EtcdError.CORRUPT));
    }

    @SimulationTest(seeds = 10)
    void membersThatAgreeRaiseNoAlarmWhateverFails(Simulation sim) {
        List<Node<MemberNode.Command>> nodes = nodes(sim, UnaryOperator.identity());
        sim.runFor(Duration.ofSeconds(2));
        keepPutting(sim, nodes);
        sim.nemesis(
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.badNetwork(0.1, Duration.ofMillis(50)));
        sim.runFor(Duration.ofSeconds(15));
        sim.heal();
        nodes.stream().filter(node -> !node.isUp()).forEach(Node::restart);
        sim.runFor(Duration.ofSeconds(5));
        nodes.forEach(node -> assertThat(alarms(sim, node)).isEmpty());
    }
}
