package io.troupe.replication.mastership;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.StateMachine;
import io.troupe.replication.mastership.EpochAnswer.Done;
import io.troupe.replication.mastership.EpochAnswer.Ended;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Live §5.3: what is begun in an epoch fails in another. */
class MastershipMachineTest {

    private static final Done DONE = new Done(ByteString.emptyByteString());

    private final MastershipMachine machine = new MastershipMachine(new Register());
    private long index;

    private ByteString apply(ByteString command) {
        return machine.apply(++index, command);
    }

    private Epoch begins(String node, long term) {
        return goesOn(node, term, 0);
    }

    private Epoch goesOn(String node, long term, long held) {
        return Epoch.decode(apply(MastershipMachine.begin(new Epoch(term, node), held)));
    }

    private EpochAnswer set(long epoch, long value) {
        return EpochAnswer.decode(apply(MastershipMachine.under(epoch, Register.set(value))));
    }

    private EpochAnswer get(long epoch) {
        return EpochAnswer.decode(machine.query(MastershipMachine.under(epoch, ByteString.emptyByteString())));
    }

    private static Done value(long value) {
        return new Done(Register.set(value));
    }

    @Test
    void whatIsBegunInAnEpochIsDoneInIt() {
        assertThat(begins("a", 3)).isEqualTo(new Epoch(3, "a"));
        assertThat(set(3, 7)).isEqualTo(DONE);
        assertThat(get(3)).isEqualTo(value(7));
    }

    @Test
    void itFailsWhenTheMasterChanged() {
        begins("a", 3);
        begins("b", 4);
        assertThat(set(3, 7)).isEqualTo(new Ended(new Epoch(4, "b")));
        assertThat(get(3)).isEqualTo(new Ended(new Epoch(4, "b")));
        assertThat(get(4)).isEqualTo(value(0));
    }

    @Test
    void itFailsEvenIfTheSameNodeGotMastershipBack() {
        begins("a", 3);
        begins("b", 4);
        begins("a", 5);
        assertThat(set(3, 7)).isEqualTo(new Ended(new Epoch(5, "a")));
        assertThat(get(5)).isEqualTo(value(0));
    }

    @Test
    void itFailsWhenTheMasterLostTheLeadAndHadItBackBeforeAnybodyBegan() {
        begins("a", 3);
        assertThat(begins("a", 5)).isEqualTo(new Epoch(5, "a"));
        assertThat(set(3, 7)).isEqualTo(new Ended(new Epoch(5, "a")));
    }

    @Test
    void theEpochGoesOnWhenAMasterLeadsOnUnderAHigherTerm() {
        begins("a", 3);
        assertThat(goesOn("a", 6, 3)).isEqualTo(new Epoch(3, "a"));
        assertThat(set(3, 7)).isEqualTo(DONE);
    }

    @Test
    void itDoesNotGoOnWhenAnotherWasMasterMeanwhile() {
        begins("a", 3);
        begins("b", 4);
        assertThat(goesOn("a", 6, 3)).isEqualTo(new Epoch(6, "a"));
        assertThat(set(3, 7)).isEqualTo(new Ended(new Epoch(6, "a")));
    }

    @Test
    void aBeginningThatComesLateEndsNothing() {
        begins("b", 4);
        assertThat(begins("a", 3)).isEqualTo(new Epoch(4, "b"));
        goesOn("b", 6, 4);
        assertThat(begins("c", 5)).isEqualTo(new Epoch(4, "b"));
        assertThat(set(4, 7)).isEqualTo(DONE);
    }

    @Test
    void aBeginningThatComesTwiceIsOne() {
        begins("a", 3);
        assertThat(begins("a", 3)).isEqualTo(new Epoch(3, "a"));
        assertThat(set(3, 7)).isEqualTo(DONE);
    }

    @Test
    void beforeAnybodyIsMasterNothingIsDone() {
        assertThat(set(0, 7)).isEqualTo(new Ended(Epoch.NONE));
        assertThat(get(0)).isEqualTo(new Ended(Epoch.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "u", "b", "x", "b12345678", "u1234567", "something else altogether"})
    void whatIsNotPutRightDoesNothing(String bytes) {
        begins("a", 3);
        assertThat(EpochAnswer.decode(apply(ByteString.fromString(bytes)))).isEqualTo(new Ended(new Epoch(3, "a")));
        assertThat(EpochAnswer.decode(machine.query(ByteString.fromString(bytes))))
                .isEqualTo(new Ended(new Epoch(3, "a")));
    }

    @Test
    void theEpochIsPartOfTheState() throws IOException {
        begins("a", 3);
        goesOn("a", 6, 3);
        set(3, 7);
        var bytes = new ByteArrayOutputStream();
        StateMachine.State state = machine.freeze();
        begins("b", 7);
        state.writeTo(bytes);
        machine.restore(new ByteArrayInputStream(bytes.toByteArray()));
        assertThat(get(3)).isEqualTo(value(7));
        assertThat(begins("b", 5)).as("the term that it goes on under").isEqualTo(new Epoch(3, "a"));
    }
}
