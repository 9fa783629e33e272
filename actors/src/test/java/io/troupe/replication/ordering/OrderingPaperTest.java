package io.troupe.replication.ordering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.replication.Signatures;
import io.troupe.replication.voting.Faults;
import io.troupe.replication.voting.OutputPort;
import io.troupe.replication.voting.OutputVoter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Schneider 1990, §3.2: what is stable, and in what order it is executed; and how few replicas that takes (§2). */
class OrderingPaperTest {

    private static final Duration TICK = Duration.ofMillis(10);

    private final TestInbox<StampedClient.Executed> client = TestInbox.create();

    /** What one replica has executed, as its machine saw it. */
    private static final class StampedPlayer {
        final TestInbox<StampedReplica.Command> peer = TestInbox.create();
        final List<String> executed = new ArrayList<>();
        final BehaviorTestKit<StampedReplica.Command> kit;

        StampedPlayer(StabilityTest test) {
            kit = BehaviorTestKit.create(StampedReplica.create(
                    test,
                    List.of(peer.getRef()),
                    deliver -> deliver.command().ifPresent(command -> executed.add(command.utf8String())),
                    TICK));
        }
    }

    private static StampedPlayer ofLogicalClocks() {
        return new StampedPlayer(StabilityTest.logicalClocks(List.of("c1", "c2")));
    }

    private StampedReplica.Deliver request(long time, String by) {
        return new StampedReplica.Deliver(
                new Uid(time, by), Optional.of(ByteString.fromString(by + "-" + time)), false, client.getRef());
    }

    private StampedReplica.Deliver nullRequest(long time, String by) {
        return new StampedReplica.Deliver(new Uid(time, by), Optional.empty(), false, client.getRef());
    }

    @Nested
    @DisplayName("§3.2.1 logical clocks")
    class LogicalClocks {

        @Test
        @DisplayName("a request is stable when every client that lives has sent a higher one, a null request at least")
        void stability() {
            var replica = ofLogicalClocks();
            replica.kit.run(request(5, "c1"));
            assertThat(replica.executed).as("c2 may still ask with 4").isEmpty();
            replica.kit.run(request(4, "c2"));
            assertThat(replica.executed)
                    .as("c2's FIFO link brings nothing below 4")
                    .containsExactly("c2-4");
            replica.kit.run(nullRequest(6, "c2"));
            assertThat(replica.executed).containsExactly("c2-4", "c1-5");
        }

        @Test
        @DisplayName("nobody waits for a client that has failed; what is told of it comes after all that it has sent")
        void failedClients() {
            var replica = ofLogicalClocks();
            replica.kit.run(request(5, "c1"));
            replica.kit.run(new StampedReplica.ClientFailed("c2"));
            assertThat(replica.executed).containsExactly("c1-5");
            assertThatThrownBy(() -> replica.kit.run(request(4, "c2")))
                    .as("links that are not FIFO")
                    .isInstanceOf(IllegalStateException.class);
        }

        @Test
        @DisplayName("O1: a client's requests are executed in its order")
        void o1() {
            TestInbox<StampedReplica.Command> sent = TestInbox.create();
            var asking = client("c1", sent);
            asking.run(new StampedClient.Submit(ByteString.fromString("first")));
            asking.run(new StampedClient.Submit(ByteString.fromString("second")));
            var replica = ofLogicalClocks();
            sent.getAllReceived().forEach(replica.kit::run);
            replica.kit.run(nullRequest(100, "c2"));
            assertThat(replica.executed).containsExactly("first", "second");
        }

        @Test
        @DisplayName("O2: what may have been caused by a request is executed after it, though it comes before")
        void o2() {
            TestInbox<StampedReplica.Command> ofTheFirst = TestInbox.create();
            TestInbox<StampedReplica.Command> ofTheSecond = TestInbox.create();
            TestInbox<StampedClient.Message> told = TestInbox.create();
            var first = client("c2", ofTheFirst);
            for (int i = 0; i < 7; i++) {
                first.run(new StampedClient.Submit(ByteString.fromString("cause " + i)));
            }
            first.run(new StampedClient.Inform(told.getRef(), ByteString.fromString("done")));
            var second = client("c1", ofTheSecond);
            second.run(told.receiveMessage());
            second.run(new StampedClient.Submit(ByteString.fromString("effect")));

            var replica = ofLogicalClocks();
            ofTheSecond.getAllReceived().forEach(replica.kit::run);
            ofTheFirst.getAllReceived().forEach(replica.kit::run);
            replica.kit.run(nullRequest(100, "c1"));
            replica.kit.run(nullRequest(100, "c2"));
            assertThat(replica.executed).hasSize(8).endsWith("effect");
        }

        private BehaviorTestKit<StampedClient.Message> client(String name, TestInbox<StampedReplica.Command> replica) {
            return BehaviorTestKit.create(
                    StampedClient.create(name, Clock.logical(), List.of(replica.getRef()), TICK, message -> {}));
        }
    }

    @Nested
    @DisplayName("§3.2.2 synchronized clocks")
    class SynchronizedClocks {

        @Test
        @DisplayName("a request is stable when it is older than Δ by the replica's clock, whoever is silent")
        void stability() {
            var now = new AtomicLong(1_000);
            var replica = new StampedPlayer(StabilityTest.synchronizedClocks(now::get, 50));
            replica.kit.run(request(1_000, "c1"));
            now.set(1_050);
            replica.kit.run(request(990, "c2"));
            assertThat(replica.executed).containsExactly("c2-990");
            now.set(1_051);
            replica.kit.run(nullRequest(1_051, "c2"));
            assertThat(replica.executed).containsExactly("c2-990", "c1-1000");
        }

        @Test
        @DisplayName("a Δ that was too small is found out: the replica stops where it can no more be right")
        void deltaTooSmall() {
            var now = new AtomicLong(2_000);
            var replica = new StampedPlayer(StabilityTest.synchronizedClocks(now::get, 50));
            replica.kit.run(request(1_000, "c1"));
            assertThat(replica.executed).containsExactly("c1-1000");
            assertThatThrownBy(() -> replica.kit.run(request(900, "c2"))).hasMessageContaining("Δ be larger");
        }
    }

    @Nested
    @DisplayName("§3.2.3 identifiers made by replicas")
    class ReplicasIdentifiers {

        private final TestInbox<ProposingClient.Candidate> candidates = TestInbox.create();
        private final TestInbox<NumberingReplica.Command> peer = TestInbox.create();
        private final List<String> executed = new ArrayList<>();
        private final BehaviorTestKit<NumberingReplica.Command> replica =
                BehaviorTestKit.create(NumberingReplica.create(
                        "r1",
                        List.of(peer.getRef()),
                        request -> executed.add(request.command().utf8String())));

        private static NumberingReplica.Request request(String client) {
            return new NumberingReplica.Request(client, 1, ByteString.fromString(client));
        }

        private Uid see(String client) {
            replica.run(new NumberingReplica.See(request(client), candidates.getRef()));
            return candidates.receiveMessage().cuid();
        }

        private void accept(String client, Uid uid) {
            replica.run(new NumberingReplica.Accept(request(client), uid));
        }

        @Test
        @DisplayName(
                "UID2: a candidate is above all that was accepted or proposed before; one that is seen again has the same")
        void candidates() {
            Uid first = see("c1");
            assertThat(see("c2")).isGreaterThan(first);
            assertThat(see("c1")).isEqualTo(first);
            accept("c3", new Uid(40, "r2"));
            assertThat(see("c4")).isGreaterThan(new Uid(40, "r2"));
        }

        @Test
        @DisplayName("an accepted request is stable when nothing that is only seen could come before it")
        void stability() {
            Uid first = see("c1");
            Uid second = see("c2");
            accept("c2", second);
            assertThat(executed).as("c1 may get its candidate").isEmpty();
            accept("c1", new Uid(second.time() + 5, "r2"));
            assertThat(executed).containsExactly("c2", "c1");
            assertThat(first).isLessThan(second);
        }

        @Test
        @DisplayName("what was only seen of a client that failed is forgotten, and holds nobody up")
        void failedClients() {
            see("c1");
            accept("c2", see("c2"));
            replica.run(new NumberingReplica.ClientFailed("c1"));
            assertThat(executed).containsExactly("c2");
        }

        @Test
        @DisplayName("UID1: the identifier is the highest candidate of all replicas that live")
        void theHighest() {
            TestInbox<NumberingReplica.Command> r1 = TestInbox.create();
            TestInbox<NumberingReplica.Command> r2 = TestInbox.create();
            TestInbox<NumberingReplica.Command> r3 = TestInbox.create();
            var replicas = new TreeMap<String, ActorRef<NumberingReplica.Command>>();
            replicas.put("r1", r1.getRef());
            replicas.put("r2", r2.getRef());
            replicas.put("r3", r3.getRef());
            var asking = BehaviorTestKit.create(ProposingClient.create("c1", replicas, heard -> {}));
            asking.run(new ProposingClient.Submit(ByteString.fromString("x")));
            asking.run(new ProposingClient.Candidate("r1", 1, new Uid(3, "r1")));
            asking.run(new ProposingClient.Candidate("r2", 1, new Uid(7, "r2")));
            r1.receiveMessage();
            assertThat(r1.hasMessages()).as("r3 lives and has not proposed").isFalse();
            asking.run(new ProposingClient.ReplicaFailed("r3"));
            assertThat(r1.receiveMessage())
                    .isInstanceOfSatisfying(NumberingReplica.Accept.class, accept -> assertThat(accept.uid())
                            .isEqualTo(new Uid(7, "r2")));
        }
    }

    @Nested
    @DisplayName("§2 how many replicas")
    class HowMany {

        private final TestInbox<OutputVoter.Told> device = TestInbox.create();

        private BehaviorTestKit<OutputVoter.Output> voter(Faults faults, String... replicas) {
            return BehaviorTestKit.create(
                    OutputVoter.create("device", faults, List.of(replicas), Signatures.taken(), 1, device.getRef()));
        }

        private void output(BehaviorTestKit<OutputVoter.Output> voter, String replica, List<String> values) {
            for (int i = 0; i < values.size(); i++) {
                voter.run(new OutputVoter.Output(
                        replica,
                        1,
                        i + 1L,
                        ByteString.fromString(values.get(i)),
                        ByteString.emptyByteString(),
                        TestInbox.<OutputPort.Released>create().getRef()));
            }
        }

        private List<String> released() {
            return device.getAllReceived().stream()
                    .filter(OutputVoter.Release.class::isInstance)
                    .map(told -> ((OutputVoter.Release) told).value().utf8String())
                    .toList();
        }

        @Test
        @DisplayName("t+1 that fail by stopping: of two replicas one stops, and what it was told is done all the same")
        void failStop() {
            var r1 = ofLogicalClocks();
            var r2 = ofLogicalClocks();
            r1.kit.run(request(1, "c1")); // Its client stops before it has told r2; then r1 does.
            r1.peer.getAllReceived().forEach(r2.kit::run);
            r2.kit.run(request(2, "c2"));
            r2.kit.run(new StampedReplica.ClientFailed("c1"));

            var voter = voter(Faults.failStop(1), "r1", "r2");
            output(voter, "r1", r1.executed);
            output(voter, "r2", r2.executed);
            assertThat(released()).containsExactly("c1-1", "c2-2");
        }

        @Test
        @DisplayName("2t+1 that lie: of three replicas one says what it likes, and the device does what the others say")
        void byzantine() {
            var correct = List.of(ofLogicalClocks(), ofLogicalClocks());
            for (StampedPlayer replica : correct) {
                replica.kit.run(request(1, "c1"));
                replica.kit.run(request(2, "c2"));
                replica.kit.run(nullRequest(3, "c1"));
            }
            var voter = voter(Faults.byzantine(1), "r1", "r2", "r3");
            output(voter, "r3", List.of("fire", "c2-2"));
            output(voter, "r1", correct.get(0).executed);
            output(voter, "r2", correct.get(1).executed);
            assertThat(released()).containsExactly("c1-1", "c2-2");
        }
    }
}
