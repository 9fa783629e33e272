package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Replica.Reason;
import io.troupe.replication.SessionClient.Failed;
import io.troupe.replication.SessionClient.Outcome;
import io.troupe.replication.SessionClient.Submit;
import io.troupe.replication.SessionClient.Succeeded;
import io.troupe.replication.paper.PaperSystem;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionClientTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final PaperSystem system = PaperSystem.create(ConfigFactory.empty());
    private final ActorTestKit kit = system.kit();
    private final TestProbe<Replica.Request> replica = kit.createTestProbe(Replica.Request.class);
    private final TestProbe<Outcome> caller = kit.createTestProbe(Outcome.class);
    private ActorRef<SessionClient.Command> client;
    private ActorRef<Replica.Status> observer;

    @BeforeEach
    void start() {
        var settings =
                new SessionClient.Settings(3, Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofSeconds(2));
        client = kit.spawn(SessionClient.create(replica.getRef(), settings, new SplittableRandom(1)));
        observer = replica.expectMessageClass(Replica.Observe.class).observer();
    }

    @AfterEach
    void stop() {
        system.close();
    }

    private void submit(String command) {
        client.tell(new Submit(ByteString.fromString(command), DEADLINE, caller.getRef()));
    }

    private Replica.Propose proposal() {
        return replica.expectMessageClass(Replica.Propose.class);
    }

    /** A submitted command in an open session. */
    private Replica.Propose firstProposal() {
        submit("a");
        replica.expectMessageClass(Replica.OpenSession.class).replyTo().tell(new Replica.SessionOpened(50));
        return proposal();
    }

    private static void apply(Replica.Propose proposal, long index) {
        proposal.replyTo()
                .tell(new Replica.Applied(proposal.session(), proposal.serial(), index, ByteString.fromString("ok")));
    }

    private static void reject(Replica.Propose proposal, Reason reason) {
        proposal.replyTo().tell(new Replica.Rejected(proposal.session(), proposal.serial(), reason, "because"));
    }

    private Failed failure() {
        return caller.expectMessageClass(Failed.class);
    }

    @Test
    void theFirstCommandOpensASessionAndSerialsCountFromOne() {
        Replica.Propose first = firstProposal();
        assertThat(first.session()).isEqualTo(50);
        assertThat(first.serial()).isEqualTo(1);
        submit("b");
        assertThat(proposal().serial()).isEqualTo(2);
    }

    @Test
    void anAnswerGoesToTheCallerAndIsAcknowledgedWithTheNextCommand() {
        apply(firstProposal(), 7);
        caller.expectMessage(new Succeeded(ByteString.fromString("ok"), 7));
        submit("b");
        assertThat(proposal().acknowledgedBelow()).isEqualTo(2);
    }

    @Test
    void anUnansweredEarlierCommandIsNotAcknowledged() {
        firstProposal();
        submit("b");
        Replica.Propose second = proposal();
        assertThat(second.acknowledgedBelow()).isEqualTo(1);
        apply(second, 8);
        submit("c");
        assertThat(proposal().acknowledgedBelow()).isEqualTo(1);
    }

    @Test
    void aRetryableRejectionIsRetriedWithTheSameSerial() {
        Replica.Propose first = firstProposal();
        reject(first, Reason.NO_LEADER);
        replica.expectNoMessage();
        system.timePasses(Duration.ofMillis(200));
        Replica.Propose again = proposal();
        assertThat(again.serial()).isEqualTo(first.serial());
        apply(again, 3);
        caller.expectMessageClass(Succeeded.class);
    }

    @Test
    void silenceIsRetriedToo() {
        Replica.Propose first = firstProposal();
        system.timePasses(Duration.ofMillis(2_100));
        assertThat(proposal().serial()).isEqualTo(first.serial());
    }

    @Test
    void aNewLeaderIsAskedAtOnce() {
        Replica.Propose first = firstProposal();
        observer.tell(new Replica.Status("g", "n1", Replica.Role.FOLLOWER, Optional.of("n2"), 4, 0, 0, 0));
        assertThat(proposal().serial()).isEqualTo(first.serial());
    }

    @Test
    void aRejectionForGoodReachesTheCaller() {
        reject(firstProposal(), Reason.TOO_LARGE);
        assertThat(failure().reason()).isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void pastTheDeadlineACommandThatWasNeverTakenFailsForWhatKeptIt() {
        submit("a");
        var open = replica.expectMessageClass(Replica.OpenSession.class);
        open.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, 0, Reason.NO_LEADER, "none"));
        system.timePasses(DEADLINE);
        assertThat(failure().reason()).isEqualTo(Reason.NO_LEADER);
    }

    @Test
    void pastTheDeadlineACommandThatMayHaveBeenTakenIsInDoubt() {
        firstProposal();
        system.timePasses(DEADLINE);
        assertThat(failure().reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
    }

    @Test
    void aCommandOnceInDoubtStaysSoThroughLaterRejections() {
        Replica.Propose first = firstProposal();
        reject(first, Reason.OUTCOME_UNKNOWN);
        system.timePasses(Duration.ofMillis(200));
        reject(proposal(), Reason.SESSION_EXPIRED);
        assertThat(failure().reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
    }

    @Test
    void aCommandThatAnExpiredSessionCertainlyRefusedIsMovedToANewOne() {
        reject(firstProposal(), Reason.SESSION_EXPIRED);
        replica.expectMessageClass(Replica.OpenSession.class).replyTo().tell(new Replica.SessionOpened(90));
        Replica.Propose moved = proposal();
        assertThat(moved.session()).isEqualTo(90);
        assertThat(moved.serial()).isEqualTo(1);
        apply(moved, 5);
        caller.expectMessageClass(Succeeded.class);
    }

    @Test
    void noNewSessionIsOpenedWhileACommandOfTheOldOneIsInDoubt() {
        Replica.Propose first = firstProposal();
        submit("b");
        reject(proposal(), Reason.SESSION_EXPIRED);
        replica.expectNoMessage();
        reject(first, Reason.OUTCOME_UNKNOWN);
        system.timePasses(Duration.ofMillis(200));
        reject(proposal(), Reason.SESSION_EXPIRED);
        assertThat(failure().reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
        replica.expectMessageClass(Replica.OpenSession.class);
    }

    @Test
    void oneMoreThanTheLimitIsOverloaded() {
        firstProposal();
        submit("b");
        submit("c");
        submit("d");
        assertThat(failure().reason()).isEqualTo(Reason.OVERLOADED);
    }

    @Test
    void readsAreToldApartAndRetried() {
        client.tell(new SessionClient.Read(
                101, ByteString.fromString("q1"), ReadConsistency.LINEARIZABLE, DEADLINE, caller.getRef()));
        client.tell(new SessionClient.Read(
                102, ByteString.fromString("q2"), ReadConsistency.STALE, DEADLINE, caller.getRef()));
        Replica.Query first = replica.expectMessageClass(Replica.Query.class);
        Replica.Query second = replica.expectMessageClass(Replica.Query.class);
        second.replyTo().tell(new Replica.Answered(second.id(), 4, ByteString.fromString("second")));
        caller.expectMessage(new Succeeded(102, ByteString.fromString("second"), 4));
        first.replyTo().tell(new Replica.Rejected(Replica.NO_SESSION, first.id(), Reason.NO_LEADER, "none"));
        system.timePasses(Duration.ofMillis(200));
        Replica.Query again = replica.expectMessageClass(Replica.Query.class);
        assertThat(again.query()).isEqualTo(first.query());
        again.replyTo().tell(new Replica.Answered(again.id(), 5, ByteString.fromString("first")));
        caller.expectMessage(new Succeeded(101, ByteString.fromString("first"), 5));
    }

    @Test
    void anOutcomeCarriesTheCallersIdWhateverItIs() {
        client.tell(new Submit(7, ByteString.fromString("x"), DEADLINE, caller.getRef()));
        replica.expectMessageClass(Replica.OpenSession.class);
        client.tell(new SessionClient.Read(
                8, ByteString.fromString("q"), ReadConsistency.STALE, DEADLINE, caller.getRef()));
        replica.expectMessageClass(Replica.Query.class);
        replica.stop();
        assertThat(Set.of(failure().id(), failure().id())).isEqualTo(Set.of(7L, 8L));
    }

    @Test
    void whenTheReplicaStopsEveryCallerIsToldAndSoDoesTheClient() {
        firstProposal();
        client.tell(
                new SessionClient.Read(ByteString.emptyByteString(), ReadConsistency.STALE, DEADLINE, caller.getRef()));
        replica.stop();
        assertThat(failure().reason()).isEqualTo(Reason.OUTCOME_UNKNOWN);
        assertThat(failure().reason()).isEqualTo(Reason.STOPPING);
        caller.expectTerminated(client);
    }
}
