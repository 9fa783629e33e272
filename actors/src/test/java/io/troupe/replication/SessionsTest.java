package io.troupe.replication;

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
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final ByteString RESULT = ByteString.fromString("result");

    private final Sessions sessions = new Sessions(2, 3);

    private void apply(long session, long serial, long index) {
        assertThat(sessions.admit(session, serial, 0)).isInstanceOf(Fresh.class);
        sessions.remember(session, serial, index, RESULT);
    }

    @Test
    void aRepeatedCommandGetsItsFirstResult() {
        sessions.open(10);
        apply(10, 1, 11);
        assertThat(sessions.admit(10, 1, 0)).isEqualTo(new Repeated(11, RESULT));
    }

    @Test
    void serialsOfOneSessionMayArriveInAnyOrder() {
        sessions.open(10);
        apply(10, 2, 11);
        apply(10, 1, 12);
        assertThat(sessions.admit(10, 2, 0)).isEqualTo(new Repeated(11, RESULT));
    }

    @Test
    void whatIsAcknowledgedIsForgottenAndNeverAppliedAgain() {
        sessions.open(10);
        apply(10, 1, 11);
        assertThat(sessions.admit(10, 2, 2)).isInstanceOf(Fresh.class);
        assertThat(sessions.admit(10, 1, 0)).isInstanceOf(Expired.class);
    }

    @Test
    void anUnknownSessionIsExpired() {
        assertThat(sessions.admit(99, 1, 0)).isInstanceOf(Expired.class);
        assertThatThrownBy(() -> sessions.remember(99, 1, 1, RESULT)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theLeastRecentlyUsedSessionIsEvicted() {
        sessions.open(10);
        sessions.open(20);
        apply(10, 1, 21);
        sessions.open(30);
        assertThat(sessions.size()).isEqualTo(2);
        assertThat(sessions.admit(20, 1, 0)).isInstanceOf(Expired.class);
        assertThat(sessions.admit(10, 1, 0)).isInstanceOf(Repeated.class);
    }

    @Test
    void unacknowledgedResultsAreBoundedAndTheLowestGoFirst() {
        sessions.open(10);
        for (int serial = 1; serial <= 4; serial++) {
            apply(10, serial, 10 + serial);
        }
        assertThat(sessions.admit(10, 1, 0)).isInstanceOf(Expired.class);
        assertThat(sessions.admit(10, 2, 0)).isInstanceOf(Repeated.class);
    }

    @Test
    void aCopyIsNotTouchedByLaterChanges() {
        sessions.open(10);
        apply(10, 1, 11);
        Sessions copy = sessions.copy();
        apply(10, 2, 12);
        sessions.open(20);
        assertThat(copy.size()).isEqualTo(1);
        assertThat(copy.admit(10, 2, 0)).isInstanceOf(Fresh.class);
    }

    @Test
    void whatIsWrittenAndReadBackDecidesTheSame() throws IOException {
        sessions.open(10);
        sessions.open(20);
        apply(10, 1, 21);
        assertThat(sessions.admit(10, 2, 2)).isInstanceOf(Fresh.class);
        sessions.remember(10, 2, 22, RESULT);
        var bytes = new ByteArrayOutputStream();
        sessions.writeTo(new DataOutputStream(bytes));
        Sessions read = new Sessions(2, 3);
        read.open(77);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.admit(77, 1, 0)).isInstanceOf(Expired.class);
        assertThat(read.admit(10, 2, 0)).isEqualTo(new Repeated(22, RESULT));
        assertThat(read.admit(10, 1, 0)).isInstanceOf(Expired.class);
        read.open(30); // evicts 20, as the original would
        assertThat(read.admit(20, 1, 0)).isInstanceOf(Expired.class);
    }
}
