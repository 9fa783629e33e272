package io.troupe.etcd.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class LessorTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create(ManualTime.config());
    private static final ByteString OK = ByteString.fromArray(new byte[] {0});

    private final ManualTime time = ManualTime.get(TEST_KIT.system());
    private final AtomicLong nanos = new AtomicLong();
    private final TestProbe<SessionClient.Command> session = TEST_KIT.createTestProbe();
    private final TestProbe<Lessor.Answer> answers = TEST_KIT.createTestProbe();
    private final ActorRef<Lessor.Command> lessor =
            TEST_KIT.spawn(Lessor.create(new EtcdSettings.Lease(Duration.ofMillis(250), 10), nanos::get));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
        time.timePasses(duration);
    }

    private void statusIs(Replica.Role role, long term) {
        var status = new Replica.Status("etcd", "n1", role, Optional.of("n1"), term, 0, 0, 0);
        lessor.tell(new Lessor.ReplicaChanged(status, session.ref()));
    }

    private SessionClient.Submit expectCommand(ByteString command) {
        var submit = session.expectMessageClass(SessionClient.Submit.class);
        assertThat(submit.command()).isEqualTo(command);
        return submit;
    }

    private void holdOffice(long term) {
        statusIs(Replica.Role.LEADER, term);
        expectCommand(Commands.lessorPromoted(term)).replyTo().tell(new SessionClient.Succeeded(OK, 1));
        lessor.tell(new Lessor.Renew(-1, answers.ref()));
        while (!(answers.receiveMessage() instanceof Lessor.NoSuchLease)) {
            lessor.tell(new Lessor.Renew(-1, answers.ref()));
        }
    }

    @Test
    void onlyTheLessorInOfficeAnswers() {
        lessor.tell(new Lessor.LeaseGranted(7, 10));
        lessor.tell(new Lessor.Renew(7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(7));
        holdOffice(3);
        lessor.tell(new Lessor.Renew(7, answers.ref()));
        answers.expectMessage(new Lessor.Lasts(7, 10));
        statusIs(Replica.Role.FOLLOWER, 4);
        lessor.tell(new Lessor.Renew(7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(7));
    }

    @Test
    void aNewLessorGivesEveryLeaseItsFullTimeAgain() {
        lessor.tell(new Lessor.LeaseGranted(7, 10));
        pass(Duration.ofSeconds(60));
        holdOffice(3);
        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.expectMessage(new Lessor.Lasts(7, 10));
    }

    @Test
    void aLeaseThatRanOutIsRevokedInItsTermAndARenewalMeanwhileWaitsForTheEnd() {
        holdOffice(3);
        lessor.tell(new Lessor.LeaseGranted(7, 10));
        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.expectMessage(new Lessor.Lasts(7, 10));
        pass(Duration.ofSeconds(10));
        expectCommand(Commands.leaseExpired(7, 3));

        lessor.tell(new Lessor.Renew(7, answers.ref()));
        answers.expectNoMessage();
        lessor.tell(new Lessor.LeaseRevoked(7));
        answers.expectMessage(new Lessor.NoSuchLease(7));
    }

    @Test
    void aRevokeThatDidNotComeThroughIsTriedAgain() {
        holdOffice(3);
        lessor.tell(new Lessor.LeaseGranted(7, 10));
        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.receiveMessage();
        pass(Duration.ofSeconds(10));
        var first = expectCommand(Commands.leaseExpired(7, 3));
        first.replyTo().tell(new SessionClient.Failed(Replica.Reason.NO_LEADER, "none"));
        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.receiveMessage();
        pass(Duration.ofMillis(500));
        expectCommand(Commands.leaseExpired(7, 3));
    }

    @Test
    void aLessorThatHasBeenSucceededLeaves() {
        holdOffice(3);
        lessor.tell(new Lessor.LeaseGranted(7, 10));
        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.receiveMessage();
        pass(Duration.ofSeconds(10));
        byte[] notLeader = {1, (byte) EtcdError.NOT_LEADER.wireId()};
        expectCommand(Commands.leaseExpired(7, 3))
                .replyTo()
                .tell(new SessionClient.Succeeded(ByteString.fromArray(notLeader), 9));
        lessor.tell(new Lessor.Renew(7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(7));
    }

    @Test
    void anOfficeThatCouldNotBeTakenIsTriedForAgainAfterAPause() {
        statusIs(Replica.Role.LEADER, 3);
        expectCommand(Commands.lessorPromoted(3))
                .replyTo()
                .tell(new SessionClient.Failed(Replica.Reason.OVERLOADED, "too much in flight"));
        session.expectNoMessage(Duration.ofMillis(300));
        pass(Duration.ofMillis(250));
        expectCommand(Commands.lessorPromoted(3));
    }

    @Test
    void aLeaseThatIsBeingRevokedHasNoTimeLeft() {
        holdOffice(3);
        lessor.tell(new Lessor.LeaseGranted(7, 2));
        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.expectMessage(new Lessor.Lasts(7, 2));
        pass(Duration.ofSeconds(2));
        expectCommand(Commands.leaseExpired(7, 3));

        lessor.tell(new Lessor.AskRemaining(7, answers.ref()));
        answers.expectMessage(new Lessor.Lasts(7, 0));
    }
}
