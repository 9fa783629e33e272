package io.troupe.etcd.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LessorTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create(ManualTime.config());
    private static final long GRANT = 5;
    private static final ByteString OK = ByteString.fromArray(new byte[] {0});

    private final ManualTime time = ManualTime.get(TEST_KIT.system());
    private final AtomicLong nanos = new AtomicLong();
    private final TestProbe<SessionClient.Command> session = TEST_KIT.createTestProbe();
    private final TestProbe<Lessor.Answer> answers = TEST_KIT.createTestProbe();
    private final LeaseFeed feed = new LeaseFeed();
    private final ActorRef<Lessor.Command> lessor =
            TEST_KIT.spawn(Lessor.create(new EtcdSettings.Lease(Duration.ofMillis(250), 10, 2), feed, nanos::get));

    @BeforeEach
    void attach() {
        feed.attach(lessor.narrow());
    }

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

    private void expectCommand(ByteString command, SessionClient.Succeeded outcome) {
        var submit = expectCommand(command);
        submit.replyTo().tell(new SessionClient.Succeeded(submit.id(), outcome.result(), outcome.index()));
    }

    private void expectCommand(ByteString command, Replica.Reason refused) {
        var submit = expectCommand(command);
        submit.replyTo().tell(new SessionClient.Failed(submit.id(), refused, "refused"));
    }

    private void holdOffice(long term) {
        statusIs(Replica.Role.LEADER, term);
        expectCommand(Commands.lessorPromoted(term), new SessionClient.Succeeded(OK, 1));
    }

    private SessionClient.Read expectConfirmation() {
        var read = session.expectMessageClass(SessionClient.Read.class);
        assertThat(read.query()).isEqualTo(Queries.lessor());
        assertThat(read.consistency()).isEqualTo(ReadConsistency.LINEARIZABLE);
        return read;
    }

    /** Answers the lessor's question who is lessor. */
    private void confirm(long term) {
        var read = expectConfirmation();
        byte[] body = ByteBuffer.allocate(9).put((byte) 0).putLong(term).array();
        read.replyTo().tell(new SessionClient.Succeeded(read.id(), ByteString.fromArray(body), 1));
    }

    private Lessor.Answer remaining(long id) {
        lessor.tell(new Lessor.AskRemaining(2, id, answers.ref()));
        confirm(3);
        return answers.receiveMessage();
    }

    private Lessor.Answer renewed(long id) {
        lessor.tell(new Lessor.Renew(2, id, answers.ref()));
        confirm(3);
        return answers.receiveMessage();
    }

    @Test
    void onlyTheLessorInOfficeAnswers() {
        feed.granted(7, 10, GRANT);
        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(1, 7));
        holdOffice(3);
        assertThat(renewed(7)).isEqualTo(new Lessor.Lasts(2, 7, 10));
        statusIs(Replica.Role.FOLLOWER, 4);
        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(1, 7));
    }

    @Test
    void theLeasesANodeKnowsOfAreListedInOfficeOrNot() {
        TestProbe<Lessor.Leases> list = TEST_KIT.createTestProbe();
        feed.granted(7, 20, GRANT);
        feed.granted(8, 10, GRANT);
        lessor.tell(new Lessor.ListLeases(list.ref()));
        list.expectMessage(new Lessor.Leases(List.of(8L, 7L)));
        holdOffice(3);
        pass(Duration.ofSeconds(5));
        feed.granted(9, 10, GRANT);
        assertThat(renewed(8)).isEqualTo(new Lessor.Lasts(2, 8, 10));
        pass(Duration.ofSeconds(1));
        assertThat(renewed(7)).isEqualTo(new Lessor.Lasts(2, 7, 20));
        lessor.tell(new Lessor.ListLeases(list.ref()));
        list.expectMessage(new Lessor.Leases(List.of(8L, 9L, 7L)));

        pass(Duration.ofSeconds(9));
        expectCommand(Commands.leaseExpired(8, 3, GRANT));
        lessor.tell(new Lessor.ListLeases(list.ref()));
        list.expectMessage(new Lessor.Leases(List.of(8L, 9L, 7L)));
    }

    @Test
    void aRenewalIsAnsweredOnlyWhenAQuorumHasConfirmedThatThereIsNoLaterLessor() {
        feed.granted(7, 10, GRANT);
        holdOffice(3);
        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        var read = expectConfirmation();
        answers.expectNoMessage(Duration.ofMillis(100));
        lessor.tell(new Lessor.Renew(2, 7, answers.ref()));
        session.expectNoMessage(Duration.ofMillis(100)); // It goes with the next round.
        read.replyTo().tell(new SessionClient.Failed(read.id(), Replica.Reason.NO_LEADER, "no quorum"));
        answers.expectMessage(new Lessor.NotInOffice(1, 7));
        confirm(3);
        answers.expectMessage(new Lessor.Lasts(2, 7, 10));
    }

    @Test
    void aLessorThatLearnsOfALaterOneRenewsNothingAndLeaves() {
        feed.granted(7, 10, GRANT);
        holdOffice(3);
        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        confirm(4);
        answers.expectMessage(new Lessor.NotInOffice(1, 7));
        pass(Duration.ofSeconds(60));
        session.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void aNewLessorGivesEveryLeaseItsFullTimeAgain() {
        feed.granted(7, 10, GRANT);
        pass(Duration.ofSeconds(60));
        holdOffice(3);
        assertThat(remaining(7)).isEqualTo(new Lessor.Lasts(2, 7, 10));
    }

    @Test
    void aLeaseThatRanOutIsRevokedInItsTermAndARenewalMeanwhileWaitsForTheEnd() {
        holdOffice(3);
        feed.granted(7, 10, GRANT);
        assertThat(remaining(7)).isEqualTo(new Lessor.Lasts(2, 7, 10));
        pass(Duration.ofSeconds(10));
        expectCommand(Commands.leaseExpired(7, 3, GRANT));

        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        confirm(3);
        answers.expectNoMessage(Duration.ofMillis(100));
        feed.revoked(7);
        answers.expectMessage(new Lessor.NoSuchLease(1, 7));
    }

    @Test
    void aRevokeThatDidNotComeThroughIsTriedAgain() {
        holdOffice(3);
        feed.granted(7, 10, GRANT);
        remaining(7);
        pass(Duration.ofSeconds(10));
        expectCommand(Commands.leaseExpired(7, 3, GRANT), Replica.Reason.NO_LEADER);
        remaining(7);
        pass(Duration.ofMillis(500));
        expectCommand(Commands.leaseExpired(7, 3, GRANT));
    }

    @Test
    void aLessorThatHasBeenSucceededLeaves() {
        holdOffice(3);
        feed.granted(7, 10, GRANT);
        remaining(7);
        pass(Duration.ofSeconds(10));
        byte[] notLeader = {1, (byte) EtcdError.NOT_LEADER.wireId()};
        expectCommand(
                Commands.leaseExpired(7, 3, GRANT), new SessionClient.Succeeded(ByteString.fromArray(notLeader), 9));
        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(1, 7));
    }

    @Test
    void anOfficeThatCouldNotBeTakenIsTriedForAgainAfterAPause() {
        statusIs(Replica.Role.LEADER, 3);
        expectCommand(Commands.lessorPromoted(3), Replica.Reason.OVERLOADED);
        lessor.tell(new Lessor.Renew(1, 7, answers.ref()));
        answers.expectMessage(new Lessor.NotInOffice(1, 7)); // It has heard that it was refused.
        session.expectNoMessage(Duration.ZERO);
        pass(Duration.ofMillis(250));
        expectCommand(Commands.lessorPromoted(3));
    }

    @Test
    void aLeaseThatIsBeingRevokedHasNoTimeLeft() {
        holdOffice(3);
        feed.granted(7, 2, GRANT);
        assertThat(remaining(7)).isEqualTo(new Lessor.Lasts(2, 7, 2));
        pass(Duration.ofSeconds(2));
        expectCommand(Commands.leaseExpired(7, 3, GRANT));
        assertThat(remaining(7)).isEqualTo(new Lessor.Lasts(2, 7, 0));
    }

    @Test
    void aLeaseOfTheSameIdGrantedWhileTheOldOneIsBeingRevokedLivesItsOwnLife() {
        holdOffice(3);
        feed.granted(7, 2, GRANT);
        remaining(7);
        pass(Duration.ofSeconds(2));
        var late = expectCommand(Commands.leaseExpired(7, 3, GRANT));
        feed.revoked(7); // By its client.
        feed.granted(7, 10, GRANT + 9);
        assertThat(renewed(7)).isEqualTo(new Lessor.Lasts(2, 7, 10));
        byte[] notFound = {1, (byte) EtcdError.LEASE_NOT_FOUND.wireId()};
        late.replyTo().tell(new SessionClient.Succeeded(late.id(), ByteString.fromArray(notFound), 9));
        assertThat(remaining(7)).isEqualTo(new Lessor.Lasts(2, 7, 10));
        pass(Duration.ofSeconds(10));
        expectCommand(Commands.leaseExpired(7, 3, GRANT + 9));
    }
}
