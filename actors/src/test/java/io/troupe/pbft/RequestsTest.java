package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests of several operations at a replica: all limits are of operations. */
class RequestsTest {

    private static final int WAITING_MAX = 10;
    private static final int REPLIES_MAX = 6;

    private static final int OPERATION_BYTES = 100;

    private final Requests requests = new Requests(WAITING_MAX, REPLIES_MAX, OPERATION_BYTES);

    private static RequestId id(long number) {
        return new RequestId("n1", 1, number);
    }

    private static Request request(long number, int operations) {
        return new Request(id(number), Collections.<Command>nCopies(operations, new OpenSession()));
    }

    private static Sealed letter(long number) {
        return new Sealed("n1", ByteString.fromString("letter " + number), Map.of());
    }

    private boolean add(long number, int operations) {
        return requests.add(letter(number), request(number, operations), true, 0);
    }

    private List<Long> take(int operationsMax, long bytesMax) {
        return requests.takeForBatch(operationsMax, bytesMax, one -> true).stream()
                .map(taken -> taken.request().id().number())
                .toList();
    }

    @Test
    @DisplayName("§4.1: a request is new once, and one with more operations than there is room for is not taken")
    void added() {
        assertThat(add(1, 6)).isTrue();
        assertThat(add(1, 6)).as("again").isFalse();
        assertThat(add(2, 5)).as("too many").isFalse();
        assertThat(add(3, 4)).isTrue();
        requests.executed(id(1), 6, reply(1), 0);
        assertThat(add(2, 5)).as("when there is room").isTrue();
    }

    @Test
    @DisplayName("a client that asks without end keeps nobody out: its latest give way, but for what is in a batch")
    void flooded() {
        add(1, 2);
        take(2, 1_000);
        add(2, 4);
        add(3, 4);
        assertThat(addOf("n2", 4)).isTrue();
        assertThat(requests.oldest(10)).containsExactly(letter(1), letter(2), letterOf("n2"));
        assertThat(add(4, 1)).as("it has more than its part").isFalse();
        assertThat(addOf("n3", 2)).isTrue();
        assertThat(requests.oldest(10)).containsExactly(letter(1), letterOf("n2"), letterOf("n3"));
    }

    @Test
    @DisplayName("what is large counts for more operations than it has: memory is bounded, whatever a client asks for")
    void large() {
        Sealed large = new Sealed("n1", bytesOf(7), Map.of());
        assertThat(requests.add(large, request(1, 1), true, 0)).isTrue();
        assertThat(add(2, 4)).as("there is room for three").isFalse();
        assertThat(add(2, 3)).isTrue();
        requests.executed(id(1), 1, reply(1), 0);
        assertThat(add(3, 7)).as("it is gone").isTrue();
    }

    @Test
    @DisplayName("§4.1: so does a large reply, and a client that is told much takes nothing from others")
    void largeReplies() {
        RequestId ofAnother = new RequestId("n2", 1, 1);
        requests.executed(ofAnother, 1, new Reply(0, ofAnother, new Digest("d"), Optional.empty()), 0);
        requests.executed(id(1), 1, reply(1), 0);
        requests.executed(id(2), 1, new Reply(0, id(2), new Digest("d"), Optional.of(bytesOf(REPLIES_MAX))), 0);
        assertThat(requests.replyTo(id(1))).isEmpty();
        assertThat(requests.replyTo(id(2))).isPresent();
        assertThat(requests.replyTo(ofAnother)).isPresent();
    }

    private static ByteString bytesOf(int operations) {
        return ByteString.fromArrayUnsafe(new byte[operations * OPERATION_BYTES]);
    }

    private boolean addOf(String client, int operations) {
        Request request =
                new Request(new RequestId(client, 1, 1), Collections.<Command>nCopies(operations, new OpenSession()));
        return requests.add(letterOf(client), request, true, 0);
    }

    private static Sealed letterOf(String client) {
        return new Sealed(client, ByteString.fromString("letter"), Map.of());
    }

    @Test
    @DisplayName(
            "§4.4: it waits for what is signed; a signed request takes the place of the same without, unless that is in a batch")
    void signed() {
        requests.add(letter(1), request(1, 1), false, 0);
        requests.add(letter(2), request(2, 1), false, 0);
        assertThat(requests.isOverdue(100, 10)).as("nothing that all can read").isFalse();
        Sealed signed = new Sealed("n1", letter(2).payload(), Map.of(Sealed.EVERYBODY, ByteString.fromString("s")));
        assertThat(requests.add(signed, request(2, 1), true, 100)).isTrue();
        assertThat(requests.oldest(10)).containsExactly(letter(1), signed);
        assertThat(requests.isOverdue(110, 10)).isFalse();
        assertThat(requests.isOverdue(111, 10)).isTrue();
        assertThat(requests.takeForBatch(5, 1_000, Requests.Waiting::isSigned)).hasSize(1);
        take(5, 1_000);
        assertThat(requests.add(letter(1), request(1, 1), true, 111))
                .as("in a batch")
                .isFalse();
        assertThat(requests.forgetProposed(111))
                .as("whose may have been unreadable")
                .containsExactly("n1");
        add(3, 1);
        take(5, 1_000);
        assertThat(requests.forgetProposed(112)).as("it was signed").isEmpty();
    }

    @Test
    @DisplayName("§5.1: a batch has the oldest requests, in their order, up to its limits; none is in two of a view")
    void batches() {
        add(1, 2);
        add(2, 3);
        add(3, 1);
        assertThat(take(5, 1_000)).containsExactly(1L, 2L);
        assertThat(take(5, 1_000)).containsExactly(3L);
        assertThat(take(5, 1_000)).isEmpty();
        requests.beginView(0);
        assertThat(take(5, letter(1).payload().length())).as("by bytes").containsExactly(1L);
        assertThat(take(1, 1)).as("one too large for any batch, alone").containsExactly(2L);
    }

    @Test
    @DisplayName("§4.1: the latest replies are kept, to so many operations")
    void replies() {
        requests.executed(id(1), 2, reply(1), 0);
        requests.executed(id(2), 4, reply(2), 0);
        assertThat(requests.replyTo(id(1))).isPresent();
        requests.executed(id(2), 4, reply(2), 0);
        assertThat(requests.replyTo(id(1))).as("the same once more").isPresent();
        requests.executed(id(3), 1, reply(3), 0);
        assertThat(requests.replyTo(id(1))).isEmpty();
        assertThat(requests.replyTo(id(2))).contains(reply(2));
        requests.executed(id(4), 9, reply(4), 0);
        assertThat(requests.replyTo(id(4))).as("the last, however large").isPresent();
        assertThat(requests.replyTo(id(3))).isEmpty();
    }

    @Test
    @DisplayName("§4.1: with another state, nothing waits, and what is replied is what that state tells")
    void anotherState() {
        requests.executed(id(1), 1, reply(1), 0);
        add(2, 1);
        requests.forgetAll(0);
        requests.executed(id(2), 1, reply(2), 4);
        assertThat(requests.replyTo(id(1))).isEmpty();
        assertThat(requests.replyTo(id(2))).contains(reply(2));
        assertThat(requests.oldest(10)).isEmpty();
    }

    private static Reply reply(long number) {
        return new Reply(0, id(number), new Digest("d"), Optional.empty());
    }
}
