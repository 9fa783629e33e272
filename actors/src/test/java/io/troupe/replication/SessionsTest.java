package io.troupe.replication;

import static io.troupe.replication.Sessions.ANYBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.replication.Sessions.Expired;
import io.troupe.replication.Sessions.Fresh;
import io.troupe.replication.Sessions.Repeated;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final ByteString RESULT = ByteString.fromString("result");
    /** Of four results. */
    private static final long BYTES_MAX = 4L * RESULT.length();

    private final Sessions sessions = new Sessions(2, 3, BYTES_MAX);

    private void apply(long session, long serial, long index) {
        apply(ANYBODY, session, serial, index);
    }

    private void apply(String client, long session, long serial, long index) {
        assertThat(sessions.admit(session, client, serial, 0)).isInstanceOf(Fresh.class);
        sessions.remember(session, serial, index, RESULT);
    }

    @Test
    void aRepeatedCommandGetsItsFirstResult() {
        sessions.open(10, ANYBODY);
        apply(10, 1, 11);
        assertThat(sessions.admit(10, ANYBODY, 1, 0)).isEqualTo(new Repeated(11, RESULT));
    }

    @Test
    void serialsOfOneSessionMayArriveInAnyOrder() {
        sessions.open(10, ANYBODY);
        apply(10, 2, 11);
        apply(10, 1, 12);
        assertThat(sessions.admit(10, ANYBODY, 2, 0)).isEqualTo(new Repeated(11, RESULT));
    }

    @Test
    void whatIsAcknowledgedIsForgottenAndNeverAppliedAgain() {
        sessions.open(10, ANYBODY);
        apply(10, 1, 11);
        assertThat(sessions.admit(10, ANYBODY, 2, 2)).isInstanceOf(Fresh.class);
        assertThat(sessions.admit(10, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
    }

    @Test
    void anUnknownSessionIsExpired() {
        assertThat(sessions.admit(99, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
        assertThatThrownBy(() -> sessions.remember(99, 1, 1, RESULT)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theLeastRecentlyUsedSessionIsEvicted() {
        sessions.open(10, ANYBODY);
        sessions.open(20, ANYBODY);
        apply(10, 1, 21);
        sessions.open(30, ANYBODY);
        assertThat(sessions.size()).isEqualTo(2);
        assertThat(sessions.admit(20, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
        assertThat(sessions.admit(10, ANYBODY, 1, 0)).isInstanceOf(Repeated.class);
    }

    @Test
    void aSessionIsItsOwnersAlone() throws IOException {
        sessions.open(10, "n1");
        apply("n1", 10, 1, 11);
        assertThat(sessions.admit(10, "n2", 2, 2)).isInstanceOf(Expired.class);
        assertThat(sessions.admit(10, "n1", 1, 0))
                .as("nor acknowledged by another")
                .isInstanceOf(Repeated.class);
        assertThat(sessions.copy().admit(10, "n2", 2, 0)).isInstanceOf(Expired.class);
        var bytes = new ByteArrayOutputStream();
        assertThat(sessions.haveOwners()).isTrue();
        sessions.writeTo(new DataOutputStream(bytes), true);
        Sessions read = new Sessions(2, 3, BYTES_MAX);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), true);
        assertThat(read.admit(10, "n2", 2, 0)).isInstanceOf(Expired.class);
        assertThat(read.admit(10, "n1", 2, 0)).isInstanceOf(Fresh.class);
    }

    @Test
    void whoOpensMostLosesItsOwn() {
        Sessions three = new Sessions(3, 3, BYTES_MAX);
        three.open(10, "n1");
        three.open(20, "n4");
        three.open(30, "n4");
        three.open(40, "n4");
        assertThat(three.admit(10, "n1", 1, 0)).isInstanceOf(Fresh.class);
        assertThat(three.admit(20, "n4", 1, 0)).isInstanceOf(Expired.class);
        assertThat(three.admit(30, "n4", 1, 0)).isInstanceOf(Fresh.class);
    }

    @Test
    void unacknowledgedResultsAreBoundedAndTheLowestGoFirst() {
        sessions.open(10, ANYBODY);
        for (int serial = 1; serial <= 4; serial++) {
            apply(10, serial, 10 + serial);
        }
        assertThat(sessions.admit(10, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
        assertThat(sessions.admit(10, ANYBODY, 2, 0)).isInstanceOf(Repeated.class);
    }

    @Test
    void oneClientsResultsAreBoundedInBytesAndThoseOfItsLeastUsedSessionGoFirst() {
        sessions.open(10, "n4");
        apply("n4", 10, 1, 11);
        apply("n4", 10, 2, 12);
        sessions.open(20, "n4");
        apply("n4", 20, 1, 21);
        apply("n4", 20, 2, 22);
        assertThat(sessions.admit(10, "n4", 1, 0)).as("four of them").isInstanceOf(Repeated.class);
        apply("n4", 20, 3, 23);
        assertThat(sessions.admit(10, "n4", 1, 0)).isInstanceOf(Expired.class);
        assertThat(sessions.admit(10, "n4", 2, 0)).isInstanceOf(Repeated.class);
        assertThat(sessions.admit(20, "n4", 1, 0)).isInstanceOf(Repeated.class);
    }

    @Test
    void theBoundInBytesIsKeptByWhoReadsWhatWasWritten() throws IOException {
        sessions.open(10, "n4");
        sessions.open(20, "n4");
        apply("n4", 10, 1, 11);
        apply("n4", 20, 1, 21);
        apply("n4", 20, 2, 22);
        apply("n4", 20, 3, 23);
        var bytes = new ByteArrayOutputStream();
        sessions.writeTo(new DataOutputStream(bytes), true);
        Sessions read = new Sessions(2, 3, BYTES_MAX);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), true);
        for (Sessions one : List.of(sessions, sessions.copy(), read)) {
            assertThat(one.admit(10, "n4", 2, 0)).isInstanceOf(Fresh.class);
            one.remember(10, 2, 24, RESULT);
            assertThat(one.admit(20, "n4", 1, 0)).isInstanceOf(Expired.class);
            assertThat(one.admit(10, "n4", 1, 0)).isInstanceOf(Repeated.class);
            assertThat(one.admit(20, "n4", 2, 0)).isInstanceOf(Repeated.class);
        }
    }

    @Test
    void aCopyIsNotTouchedByLaterChanges() {
        sessions.open(10, ANYBODY);
        apply(10, 1, 11);
        Sessions copy = sessions.copy();
        apply(10, 2, 12);
        sessions.open(20, ANYBODY);
        assertThat(copy.size()).isEqualTo(1);
        assertThat(copy.admit(10, ANYBODY, 2, 0)).isInstanceOf(Fresh.class);
    }

    @Test
    void whatIsWrittenAndReadBackDecidesTheSame() throws IOException {
        sessions.open(10, ANYBODY);
        sessions.open(20, ANYBODY);
        apply(10, 1, 21);
        assertThat(sessions.admit(10, ANYBODY, 2, 2)).isInstanceOf(Fresh.class);
        sessions.remember(10, 2, 22, RESULT);
        var bytes = new ByteArrayOutputStream();
        sessions.writeTo(new DataOutputStream(bytes), false);
        Sessions read = new Sessions(2, 3, BYTES_MAX);
        read.open(77, ANYBODY);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), false);
        assertThat(read.admit(77, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
        assertThat(read.admit(10, ANYBODY, 2, 0)).isEqualTo(new Repeated(22, RESULT));
        assertThat(read.admit(10, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
        read.open(30, ANYBODY); // evicts 20, as the original would
        assertThat(read.admit(20, ANYBODY, 1, 0)).isInstanceOf(Expired.class);
    }
}
