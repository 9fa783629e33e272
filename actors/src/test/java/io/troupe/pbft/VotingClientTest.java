package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.TentativeReply;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.paper.PaperSystem;
import io.troupe.wire.WireBytes;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the clients of one node send together, and what they believe (§4.1, §5.1). The replica's part is played here. */
class VotingClientTest {

    private static final Membership FOUR = new Membership(List.of("n1", "n2", "n3", "n4"));
    private static final long LIFE = 7;

    private final PaperSystem system = PaperSystem.create(ConfigFactory.empty());
    private final ActorTestKit kit = system.kit();
    private final WireBytes bytes = WireBytes.of(kit.system());
    private final PbftSettings settings = PbftSettings.from(
            ConfigFactory.parseString("troupe.pbft { max-batch-requests = 4, max-client-requests = 8 }")
                    .withFallback(ConfigFactory.load()));
    private final TestProbe<Replica.Message> replica = kit.createTestProbe();
    private final TestProbe<Replica.Reply> service = kit.createTestProbe();
    private final ActorRef<VotingClient.Message> client =
            kit.spawn(VotingClient.create(FOUR, settings, "n1", bytes, LIFE, replica.ref()));

    @AfterEach
    void stop() {
        system.close();
    }

    private void propose(long serial) {
        client.tell(new VotingClient.Ask(
                new Replica.Propose(1, serial, 0, ByteString.fromString("c" + serial), service.ref())));
    }

    private void query(long id) {
        client.tell(new VotingClient.Ask(
                new Replica.Query(id, ByteString.fromString("q" + id), ReadConsistency.LINEARIZABLE, service.ref())));
    }

    /** Sends back what is to be sent back, until something is said. */
    private VotingClient.Say nextSaid() {
        return nextSaid(client);
    }

    private VotingClient.Say nextSaid(ActorRef<VotingClient.Message> asking) {
        Replica.Message message = replica.receiveMessage();
        while (message instanceof VotingClient.Gather gather) {
            asking.tell(gather.gathered());
            message = replica.receiveMessage();
        }
        return (VotingClient.Say) message;
    }

    private List<Long> serials(VotingClient.Say said) {
        return ((Request) said.message())
                .operations().stream()
                        .map(operation -> ((Execute) operation).serial())
                        .toList();
    }

    private ByteString applied(long... serials) {
        return bytes.write(new Results(java.util.Arrays.stream(serials)
                .<Replica.Reply>mapToObj(serial -> new Replica.Applied(1, serial, serial, ByteString.emptyByteString()))
                .toList()));
    }

    private void reply(String from, long number, ByteString results) {
        reply(client, from, number, results);
    }

    private void reply(ActorRef<VotingClient.Message> asking, String from, long number, ByteString results) {
        asking.tell(new VotingClient.Said(
                from, new Reply(0, new RequestId("n1", LIFE, number), Digest.of(results), Optional.of(results))));
    }

    private void replies(long number, ByteString results) {
        List.of("n1", "n2", "n3").forEach(from -> reply(from, number, results));
    }

    @Test
    @DisplayName("§4.1: one request is under way; what is asked meanwhile is the next one, together and in order")
    void togetherInOneRequest() {
        propose(1);
        VotingClient.Say first = nextSaid();
        assertThat(serials(first)).containsExactly(1L);
        assertThat(first.to()).as("to the primary").contains("n1");
        propose(2);
        propose(3);
        propose(4);
        replica.expectNoMessage();
        replies(1, applied(1));
        assertThat(serials(nextSaid())).containsExactly(2L, 3L, 4L);
        replies(2, applied(2, 3, 4));
        for (long serial = 1; serial <= 4; serial++) {
            assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(serial);
        }
    }

    @Test
    @DisplayName("what is under way or waits is not taken again, whatever the limit; when it is given up, it is")
    void askedAgain() {
        propose(1);
        nextSaid();
        for (long serial = 2; serial <= 8; serial++) {
            propose(serial);
        }
        propose(1);
        propose(8);
        replies(1, applied(1));
        assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(1);
        assertThat(serials(nextSaid())).containsExactly(2L, 3L, 4L, 5L);
        propose(2);
        system.timePasses(settings.clientPatience().plus(settings.tick()));
        for (long serial = 2; serial <= 8; serial++) {
            assertThat(((Replica.Rejected) service.receiveMessage()).serial()).isEqualTo(serial);
        }
        replica.receiveSeveralMessages((int) (settings.clientPatience().dividedBy(settings.clientSilence())) - 1);
        propose(2);
        propose(2);
        assertThat(serials(nextSaid())).containsExactly(2L);
    }

    @Test
    @DisplayName("what comes one after the other when none is under way goes in one request, too")
    void gathers() {
        propose(1);
        VotingClient.Gather gather = (VotingClient.Gather) replica.receiveMessage();
        propose(2);
        propose(3);
        client.tell(gather.gathered());
        assertThat(serials(nextSaid())).containsExactly(1L, 2L, 3L);
    }

    @Test
    @DisplayName("a single client's request goes out at once, until another has asked, too")
    void aSingleClient() {
        propose(1);
        nextSaid();
        replies(1, applied(1));
        propose(2);
        assertThat(serials((VotingClient.Say) replica.receiveMessage())).containsExactly(2L);
        propose(3);
        replies(2, applied(2));
        assertThat(replica.receiveMessage()).isInstanceOf(VotingClient.Gather.class);
    }

    @Test
    @DisplayName("a request has no more operations than a batch may have, and the node no more than its limit")
    void limits() {
        propose(1);
        nextSaid();
        for (long serial = 2; serial <= 8; serial++) {
            propose(serial);
        }
        propose(9);
        Replica.Rejected rejected = (Replica.Rejected) service.receiveMessage();
        assertThat(rejected.serial()).isEqualTo(9);
        assertThat(rejected.reason()).isEqualTo(Replica.Reason.OVERLOADED);
        replies(1, applied(1));
        assertThat(serials(nextSaid())).containsExactly(2L, 3L, 4L, 5L);
        propose(10);
        replies(2, applied(2, 3, 4, 5));
        assertThat(serials(nextSaid())).containsExactly(6L, 7L, 8L, 10L);
    }

    @Test
    @DisplayName("§4.1: replies that f replicas made up are not believed, nor are two alike enough when reads are fast")
    void lies() {
        propose(1);
        nextSaid();
        reply("n4", 1, applied(99));
        reply("n4", 1, applied(99));
        reply("n9", 1, applied(1));
        reply("n2", 1, applied(1));
        reply("n3", 1, applied(1));
        service.expectNoMessage();
        reply("n1", 1, applied(1));
        assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(1);
    }

    private void replyTentatively(String from, long view, long number, ByteString results) {
        client.tell(new VotingClient.Said(
                from,
                new TentativeReply(
                        new Reply(view, new RequestId("n1", LIFE, number), Digest.of(results), Optional.of(results)))));
    }

    @Test
    @DisplayName("§5.1: tentative replies are believed from 2f+1, not from f+1")
    void tentativeReplies() {
        propose(1);
        nextSaid();
        replyTentatively("n4", 0, 1, applied(1));
        replyTentatively("n3", 0, 1, applied(1));
        replyTentatively("n3", 0, 1, applied(1));
        service.expectNoMessage();
        replyTentatively("n2", 0, 1, applied(1));
        assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(1);
    }

    @Test
    @DisplayName("§5.1: tentative replies of two views may be of two batches; with final ones they count together")
    void tentativeRepliesOfTwoViews() {
        propose(1);
        nextSaid();
        replyTentatively("n2", 0, 1, applied(1));
        replyTentatively("n3", 1, 1, applied(1));
        replyTentatively("n4", 1, 1, applied(1));
        service.expectNoMessage();
        reply("n2", 1, applied(1));
        assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(1);
    }

    @Test
    @DisplayName("§5.1: a digest is believed only together with results that it is of")
    void digestsAlone() {
        propose(1);
        nextSaid();
        ByteString right = applied(1);
        RequestId id = new RequestId("n1", LIFE, 1);
        List.of("n2", "n3")
                .forEach(from ->
                        client.tell(new VotingClient.Said(from, new Reply(0, id, Digest.of(right), Optional.empty()))));
        client.tell(new VotingClient.Said("n4", new Reply(0, id, Digest.of(right), Optional.of(applied(99)))));
        service.expectNoMessage();
        reply("n1", 1, right);
        assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(1);
    }

    @Test
    @DisplayName("§5.1: reads go together to all, and are ordered together when replicas are not in the same state")
    void reads() {
        query(1);
        query(2);
        VotingClient.Say said = nextSaid();
        assertThat(said.to()).isEmpty();
        ReadOnly reads = (ReadOnly) said.message();
        assertThat(reads.queries()).containsExactly(ByteString.fromString("q1"), ByteString.fromString("q2"));
        ByteString answers = answered(5);
        List.of("n1", "n2", "n3", "n4").forEach(from -> {
            long index = from.equals("n1") || from.equals("n2") ? 5 : 6;
            client.tell(new VotingClient.Said(
                    from, new ReadReply(0, reads.id(), index, Digest.of(answers), Optional.of(answers))));
        });
        VotingClient.Say ordered = nextSaid();
        assertThat(ordered.message())
                .isEqualTo(new Request(
                        reads.id(),
                        List.of(
                                new OrderedRead(ByteString.fromString("q1")),
                                new OrderedRead(ByteString.fromString("q2")))));
        replies(reads.id().number(), answered(7));
        assertThat(service.receiveMessage()).isEqualTo(new Replica.Answered(1, 7, ByteString.fromString("a1")));
        assertThat(service.receiveMessage()).isEqualTo(new Replica.Answered(2, 7, ByteString.fromString("a2")));
    }

    @Test
    @DisplayName(
            "a read that was left out, for those before it in its request had results enough, is to be asked again")
    void leftOut() {
        query(1);
        query(2);
        RequestId id = ((ReadOnly) nextSaid().message()).id();
        ByteString answers = bytes.write(new Results(List.of(
                new Replica.Answered(0, 5, ByteString.fromString("a1")),
                new Replica.Rejected(0, 0, Replica.Reason.OVERLOADED, "enough"))));
        List.of("n1", "n2", "n3")
                .forEach(from -> client.tell(new VotingClient.Said(
                        from, new ReadReply(0, id, 5, Digest.of(answers), Optional.of(answers)))));
        assertThat(service.receiveMessage()).isEqualTo(new Replica.Answered(1, 5, ByteString.fromString("a1")));
        assertThat(service.receiveMessage())
                .isEqualTo(new Replica.Rejected(Replica.NO_SESSION, 2, Replica.Reason.OVERLOADED, "enough"));
    }

    @Test
    @DisplayName(
            "troupe.pbft.fast-reads = off: a read is ordered like a command, and two replies alike are enough to each")
    void withoutFastReads() {
        PbftSettings ordered = PbftSettings.from(
                ConfigFactory.parseString("troupe.pbft.fast-reads = off").withFallback(ConfigFactory.load()));
        ActorRef<VotingClient.Message> other =
                kit.spawn(VotingClient.create(FOUR, ordered, "n1", bytes, LIFE, replica.ref()));

        other.tell(new VotingClient.Ask(
                new Replica.Query(1, ByteString.fromString("q1"), ReadConsistency.LINEARIZABLE, service.ref())));
        VotingClient.Say said = nextSaid(other);
        assertThat(said.to()).as("to the primary").contains("n1");
        assertThat(said.message())
                .isEqualTo(new Request(
                        new RequestId("n1", LIFE, 1), List.of(new OrderedRead(ByteString.fromString("q1")))));
        ByteString answer = bytes.write(new Results(List.of(new Replica.Answered(0, 5, ByteString.fromString("a1")))));
        reply(other, "n4", 1, answer);
        service.expectNoMessage();
        reply(other, "n3", 1, answer);
        assertThat(service.receiveMessage()).isEqualTo(new Replica.Answered(1, 5, ByteString.fromString("a1")));

        other.tell(new VotingClient.Ask(new Replica.Propose(1, 2, 0, ByteString.fromString("c2"), service.ref())));
        nextSaid(other);
        reply(other, "n4", 2, applied(2));
        service.expectNoMessage();
        reply(other, "n2", 2, applied(2));
        assertThat(((Replica.Applied) service.receiveMessage()).serial()).isEqualTo(2);

        other.tell(new VotingClient.Ask(new Replica.Propose(1, 3, 0, ByteString.fromString("c3"), service.ref())));
        nextSaid(other);
        for (String from : List.of("n4", "n3", "n2")) {
            service.expectNoMessage();
            other.tell(new VotingClient.Said(
                    from,
                    new TentativeReply(new Reply(
                            0, new RequestId("n1", LIFE, 3), Digest.of(applied(3)), Optional.of(applied(3))))));
        }
        assertThat(((Replica.Applied) service.receiveMessage()).serial())
                .as("of three alike, when tentative")
                .isEqualTo(3);
    }

    private ByteString answered(long index) {
        return bytes.write(new Results(List.of(
                new Replica.Answered(0, index, ByteString.fromString("a1")),
                new Replica.Answered(0, index, ByteString.fromString("a2")))));
    }

    @Test
    @DisplayName(
            "§4.1: a request that is not answered goes to all as it was, and at last it and what waits are given up")
    void unanswered() {
        propose(1);
        VotingClient.Say first = nextSaid();
        propose(2);
        system.timePasses(settings.clientSilence().plus(settings.tick()));
        VotingClient.Say again = nextSaid();
        assertThat(again.to()).isEmpty();
        assertThat(again.message()).isEqualTo(first.message());
        system.timePasses(settings.clientPatience());
        Replica.Rejected sent = (Replica.Rejected) service.receiveMessage();
        assertThat(sent.serial()).isEqualTo(1);
        assertThat(sent.reason()).isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
        Replica.Rejected unsent = (Replica.Rejected) service.receiveMessage();
        assertThat(unsent.serial()).isEqualTo(2);
        assertThat(unsent.reason()).as("it has gone nowhere").isEqualTo(Replica.Reason.NO_LEADER);
    }
}
