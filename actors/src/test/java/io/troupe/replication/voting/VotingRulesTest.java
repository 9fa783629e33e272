package io.troupe.replication.voting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.replication.Signatures;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many replicas there must be, how many must agree, and what the device is told (Schneider 1990, §2, §4.1). */
class VotingRulesTest {

    private static final String DEVICE = "heater";
    private static final List<String> NAMES = List.of("n1", "n2", "n3");

    private final TestInbox<OutputVoter.Told> device = TestInbox.create();
    private final TestInbox<OutputPort.Released> port = TestInbox.create();

    private BehaviorTestKit<OutputVoter.Output> voter(Faults faults) {
        return voter(faults, Signatures.taken());
    }

    private BehaviorTestKit<OutputVoter.Output> voter(Faults faults, Signatures signatures) {
        return BehaviorTestKit.create(OutputVoter.create(DEVICE, faults, NAMES, signatures, 1, device.getRef()));
    }

    private OutputVoter.Output output(String replica, long floor, long number, String value) {
        return output(replica, floor, number, value, ByteString.emptyByteString());
    }

    private OutputVoter.Output output(String replica, long floor, long number, String value, ByteString signature) {
        return new OutputVoter.Output(replica, floor, number, ByteString.fromString(value), signature, port.getRef());
    }

    private static OutputVoter.Release release(long number, String value) {
        return new OutputVoter.Release(number, ByteString.fromString(value));
    }

    @Test
    @DisplayName("§2: t+1 replicas that fail by stopping, 2t+1 that lie; fewer are refused")
    void howMany() {
        assertThat(Faults.failStop(2).replicasMin()).isEqualTo(3);
        assertThat(Faults.byzantine(2).replicasMin()).isEqualTo(5);
        assertThat(Faults.byzantine(2).alikeMin()).isEqualTo(3);
        assertThatThrownBy(() -> Faults.byzantine(2).requireBorneBy(4))
                .hasMessageContaining("4 replicas")
                .hasMessageContaining("at least 5");
    }

    @Test
    @DisplayName("§4.1: of replicas that fail by stopping the first output is released, once, in order")
    void theFirstWill() {
        var voter = voter(Faults.failStop(2));
        voter.run(output("n2", 1, 2, "b"));
        voter.run(output("n1", 1, 1, "a"));
        voter.run(output("n3", 1, 1, "a"));
        assertThat(device.getAllReceived()).containsExactly(release(1, "a"), release(2, "b"));
        assertThat(port.getAllReceived()).extracting(OutputPort.Released::next).containsExactly(1L, 3L, 3L);
    }

    @Test
    @DisplayName("§4.1: of replicas that lie t+1 alike are released, and who said otherwise is named")
    void aMajorityIsReleased() {
        var voter = voter(Faults.byzantine(1));
        voter.run(output("n2", 1, 1, "lie"));
        voter.run(output("n2", 1, 1, "lie"));
        voter.run(output("n1", 1, 1, "a"));
        assertThat(device.getAllReceived()).as("one voice each").isEmpty();
        voter.run(output("n3", 1, 1, "a"));
        assertThat(device.getAllReceived()).containsExactly(new OutputVoter.Dissent("n2", 1), release(1, "a"));
        voter.run(output("n2", 1, 1, "lie"));
        assertThat(device.getAllReceived()).as("late, too").containsExactly(new OutputVoter.Dissent("n2", 1));
    }

    @Test
    void strangersAreNotHeard() {
        var voter = voter(Faults.failStop(1));
        voter.run(output("n9", 1, 1, "a"));
        assertThat(device.getAllReceived()).isEmpty();
    }

    /** A signature tells what was signed. */
    private static final Signatures READABLE = new Signatures() {
        @Override
        public ByteString sign(ByteString content) {
            return content;
        }

        @Override
        public boolean isSigned(String signer, ByteString content, ByteString signature) {
            return content.equals(signature);
        }
    };

    @Test
    void whatReplicasHaveSignedForAnotherDeviceIsNotHeard() {
        var voter = voter(Faults.byzantine(1), READABLE);
        ByteString open = ByteString.fromString("open");
        ByteString forAnother = OutputVoter.Output.signed("cooler", 1, 1, open);
        NAMES.forEach(replica -> voter.run(output(replica, 1, 1, "open", forAnother)));
        assertThat(device.getAllReceived()).isEmpty();
        ByteString forThis = OutputVoter.Output.signed(DEVICE, 1, 1, open);
        NAMES.forEach(replica -> voter.run(output(replica, 1, 1, "open", forThis)));
        assertThat(device.getAllReceived()).containsExactly(release(1, "open"));
    }

    @Test
    void whatTheReplicasNoLongerHaveIsToldAsMissed() {
        var voter = voter(Faults.byzantine(1));
        voter.run(output("n1", 8, 8, "h"));
        assertThat(device.getAllReceived()).as("one may lie about it").isEmpty();
        voter.run(output("n2", 8, 8, "h"));
        assertThat(device.getAllReceived()).containsExactly(new OutputVoter.Missed(1, 7), release(8, "h"));
    }

    @Test
    void theOutboxKeepsTheLatest() {
        var outbox = new Outbox(3);
        IntStream.rangeClosed(1, 5).forEach(i -> outbox.add(ByteString.fromString("o" + i)));
        assertThat(outbox.floor()).isEqualTo(3);
        assertThat(outbox.get(2)).isEmpty();
        var other = new Outbox(3);
        other.restore(outbox.kept());
        assertThat(other.kept()).isEqualTo(outbox.kept());
        assertThat(other.next()).isEqualTo(6);
    }

    @Test
    void aTallyIsOpenWhileItCanStillBeDecided() {
        var tally = new Tally<String>(4, 3);
        assertThat(tally.say("n1", "a")).isFalse();
        tally.say("n2", "b");
        assertThat(tally.isOpen()).isTrue();
        tally.abstain("n3");
        assertThat(tally.isOpen()).isFalse();
    }
}
