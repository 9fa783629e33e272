package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Fetch;
import io.troupe.paxos.PaxosMessage.Forwarded;
import io.troupe.paxos.PaxosMessage.Learned;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.paxos.PaxosMessage.Readmit;
import io.troupe.paxos.PaxosMessage.Rejected;
import io.troupe.paxos.PaxosMessage.TakeOver;
import io.troupe.replication.Answers;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The engine beside Paxos Made Simple (§) and Paxos Made Live ("Live §"). */
class PaxosPaperTest {

    private static final Ballot OF_N2 = new Ballot(1, "n2");

    private PaperServer n1 = new PaperServer("troupe.paxos { window = 4, max-batches-under-way = 100 }");

    @AfterEach
    void stop() {
        n1.close();
    }

    private static Accept accept(Ballot ballot, Decrees decrees, long chosenThrough, PaperServer to) {
        return new Accept(ballot, decrees, chosenThrough, 1, to.stranger.getRef());
    }

    private static Decrees decrees(long first, String... commands) {
        return Decrees.of(
                first, List.of(commands).stream().map(PaperServer::command).toList());
    }

    // -- acceptors

    @Test
    @DisplayName("§2.2, §3: one promise stands for all instances: votes in a lower ballot are refused in each")
    void onePromiseForAllInstances() {
        n1.tell(new Prepare(new Ballot(2, "n3"), 1, Ballot.NONE, n1.stranger.getRef()));
        assertThat(n1.stranger.expectMessageClass(Promise.class).votes()).isEmpty();
        n1.tell(accept(OF_N2, decrees(3, "x"), 0, n1));
        assertThat(n1.stranger.expectMessageClass(Rejected.class).promised()).isEqualTo(new Ballot(2, "n3"));
    }

    @Test
    @DisplayName(
            "§3: a promise that is larger than a message goes in parts, which tell of all instances, each of its own")
    void promisesInParts() {
        n1.close();
        n1 = new PaperServer("troupe.paxos.max-message-bytes = 1 KiB");
        n1.tell(accept(OF_N2, decrees(5, "a".repeat(900), "b".repeat(900), "c", "d".repeat(2000)), 0, n1));
        n1.stranger.expectMessageClass(Accepted.class);
        n1.pass(n1.settings.lease());
        n1.tell(new Prepare(new Ballot(9, "n3"), 2, Ballot.NONE, n1.stranger.getRef()));
        for (List<Long> part : List.of(List.of(2L, 5L), List.of(6L, 7L), List.of(8L, Promise.END))) {
            Promise promise = n1.stranger.expectMessageClass(Promise.class);
            assertThat(List.of(promise.first(), promise.last())).isEqualTo(part);
            assertThat(promise.votes())
                    .isNotEmpty()
                    .allMatch(vote -> vote.instance() >= promise.first() && vote.instance() <= promise.last());
        }
    }

    @Test
    @DisplayName("§2.5: promises and votes are there after a crash, and go with the next promise")
    void remembersThroughACrash() {
        n1.tell(accept(OF_N2, decrees(1, "a", "b"), 0, n1));
        assertThat(n1.stranger.expectMessageClass(Accepted.class).last()).isEqualTo(2);
        n1.restart();
        n1.pass(n1.settings.lease());
        n1.tell(new Prepare(new Ballot(9, "n3"), 1, Ballot.NONE, n1.stranger.getRef()));
        assertThat(n1.stranger.expectMessageClass(Promise.class).votes())
                .containsExactly(
                        new Vote(1, OF_N2, PaperServer.command("a")), new Vote(2, OF_N2, PaperServer.command("b")));
    }

    @Test
    @DisplayName("§2.5: what cannot be written is not said, and ends the replica")
    void saysNothingThatItCouldNotWrite() {
        n1.failNextWrite();
        n1.tell(accept(OF_N2, decrees(1, "a"), 0, n1));
        n1.awaitEnd();
        n1.stranger.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    @DisplayName("§2.3: a replica takes for decided what its leader says, where it has voted in the same ballot")
    void learnsFromItsLeader() {
        n1.tell(accept(OF_N2, decrees(1, "a", "b"), 0, n1));
        n1.tell(accept(OF_N2, Decrees.none(3), 1, n1));
        n1.stranger.expectMessageClass(Accepted.class);
        n1.stranger.expectMessageClass(Accepted.class);
        assertThat(n1.status().commitIndex()).isEqualTo(1);
        n1.tell(accept(new Ballot(2, "n2"), Decrees.none(3), 2, n1));
        assertThat(n1.await("n2", Fetch.class).from()).isEqualTo(2);
        n1.tell(new Learned(decrees(2, "c"), 2));
        assertThat(n1.status().commitIndex()).isEqualTo(2);
    }

    private void isAnsweredThrough(long index) {
        TestProbe<Replica.Reply> client = n1.client();
        var answer = new Replica.Applied(9, 1, index, ByteString.emptyByteString());
        n1.tell(new Answers.Batch(client.getRef(), List.of(answer)));
        client.expectMessage(answer);
    }

    @Test
    @DisplayName("§2.3: a replica that passes answers on has learned what they tell of, as far as it has voted for it")
    void learnsFromAnswers() {
        n1.tell(accept(OF_N2, decrees(1, "a", "b"), 0, n1));
        isAnsweredThrough(1);
        assertThat(n1.status().commitIndex()).isEqualTo(1);
        isAnsweredThrough(5);
        assertThat(n1.status().commitIndex()).as("what it has of it").isEqualTo(2);
    }

    @Test
    @DisplayName("§2.2: what it voted for before its present ballot it does not take for what was decided")
    void learnsNothingOfEarlierBallotsFromAnswers() {
        n1.tell(accept(OF_N2, decrees(1, "a"), 0, n1));
        n1.tell(accept(new Ballot(OF_N2.round() + 1, "n3"), Decrees.none(1), 0, n1));
        isAnsweredThrough(1);
        assertThat(n1.status().commitIndex()).isZero();
    }

    // -- leaders

    private Forwarded forwarded(Ballot ballot, TestProbe<Answers.Batch> through, TestProbe<Replica.Reply> client) {
        var propose = new Replica.Propose(Replica.NO_SESSION, 7, 0, ByteString.fromString("a"), client.getRef());
        return new Forwarded(propose, ballot, through.getRef());
    }

    @Test
    @DisplayName(
            "§2.3: a leader answers through the replica that passed the command on, if that has promised its ballot")
    void answersThroughWhoHasPromised() {
        Ballot ballot = n1.becomeLeader();
        TestProbe<Answers.Batch> through = n1.kit.createTestProbe(Answers.Batch.class);
        TestProbe<Replica.Reply> client = n1.client();
        n1.tell(forwarded(ballot, through, client));
        n1.answer(n1.awaitProposal("n2"), "n2");
        assertThat(through.receiveMessage().client()).isEqualTo(client.getRef());
        n1.tell(forwarded(OF_N2, through, client));
        n1.answer(n1.awaitProposal("n2"), "n2");
        client.expectMessageClass(Replica.Applied.class);
        through.expectNoMessage(Duration.ZERO);
    }

    @Test
    @DisplayName(
            "§3: in the steady state a command takes one Accept to and one Accepted from each acceptor, and no phase 1")
    void oneRoundTripACommand() {
        n1.becomeLeader();
        n1.sentTo("n2");
        n1.sentTo("n3");
        int accepts = 0;
        for (int i = 0; i < 10; i++) {
            var client = n1.propose("c" + i);
            n1.answer(n1.awaitProposal("n2"), "n2");
            client.expectMessageClass(Replica.Applied.class);
        }
        for (String peer : List.of("n2", "n3")) {
            for (PaxosMessage message : n1.sentTo(peer)) {
                assertThat(message).isInstanceOf(Accept.class);
                accepts += ((Accept) message).decrees().isEmpty() ? 0 : 1;
            }
        }
        assertThat(accepts).as("n2's were taken above").isEqualTo(10);
    }

    @Test
    @DisplayName("§2.2 P2c, §3: a new leader proposes again what was voted for, and no-ops where there is a gap")
    void fillsGaps() {
        Prepare prepare = n1.becomeCandidate();
        n1.promise(
                prepare,
                "n2",
                0,
                new Vote(1, OF_N2, PaperServer.command("old")),
                new Vote(3, OF_N2, PaperServer.command("later")));
        assertThat(n1.awaitProposal("n2").decrees().decrees())
                .containsExactly(PaperServer.command("old"), new Decree.NoOp(), PaperServer.command("later"));
    }

    @Test
    @DisplayName("§3: a command is executed when all before it are decided")
    void executesInOrder() {
        Ballot ballot = n1.becomeLeader();
        var first = n1.propose("first");
        n1.awaitProposal("n2");
        var second = n1.propose("second");
        Accept later = n1.awaitProposal("n2");
        n1.answer(later, "n2");
        second.expectNoMessage(Duration.ofMillis(100));
        n1.tell(new Accepted(ballot, new Voter("n3", 0), 1, 1, 0, 0));
        first.expectMessageClass(Replica.Applied.class);
        second.expectMessageClass(Replica.Applied.class);
    }

    @Test
    @DisplayName("§3: a leader proposes at most α instances above the last that is decided")
    void keepsTheWindow() {
        Ballot ballot = n1.becomeLeader();
        for (int i = 1; i <= 6; i++) {
            n1.propose("c" + i);
        }
        long last = 0;
        while (last < 4) {
            last = n1.awaitProposal("n3").decrees().last();
        }
        assertThat(last).isEqualTo(4);
        assertThat(n1.sentTo("n3")).allMatch(sent -> ((Accept) sent).decrees().isEmpty());
        n1.tell(new Accepted(ballot, new Voter("n2", 0), 1, 1, 0, 0));
        assertThat(n1.awaitProposal("n3").decrees().first()).isEqualTo(5);
    }

    @Test
    @DisplayName(
            "§3: what comes while the leader's disk is busy is one batch; others who decide without it hold nobody up")
    void gathersWhileTheDiskIsBusy() {
        n1.becomeLeader();
        n1.sentTo("n2");
        Runnable diskIsFree = n1.holdWrites();
        n1.propose("a");
        Accept first = n1.awaitProposal("n2");
        n1.propose("b");
        n1.propose("c");
        assertThat(n1.sentTo("n2")).isEmpty();
        n1.answer(first, "n2");
        n1.answer(first, "n3");
        Decrees second = n1.awaitProposal("n2").decrees();
        assertThat(List.of(second.first(), second.last())).isEqualTo(List.of(2L, 3L));
        n1.propose("d");
        assertThat(n1.sentTo("n2")).isEmpty();
        diskIsFree.run();
        assertThat(n1.awaitProposal("n2").decrees().first()).isEqualTo(4);
    }

    // -- masters

    @Test
    @DisplayName(
            "Live §5.2: for the time of the lease an acceptor promises nobody else, unless the master gave it back")
    void grantsTheLease() {
        n1.tell(accept(OF_N2, Decrees.none(1), 0, n1));
        n1.stranger.expectMessageClass(Accepted.class);
        Ballot rival = new Ballot(5, "n3");
        n1.tell(new Prepare(rival, 1, Ballot.NONE, n1.stranger.getRef()));
        assertThat(n1.stranger.expectMessageClass(Rejected.class).promised()).isEqualTo(OF_N2);
        n1.tell(new Prepare(rival, 1, OF_N2, n1.stranger.getRef()));
        n1.stranger.expectMessageClass(Promise.class);
    }

    @Test
    @DisplayName("Live §5.2: under its lease the master reads without asking; when its time is over it must ask")
    void readsUnderLease() {
        n1.becomeLeader();
        n1.sentTo("n2");
        n1.read(ReadConsistency.LEASE).expectMessageClass(Replica.Answered.class);
        assertThat(n1.sentTo("n2")).isEmpty();
        var linearizable = n1.read(ReadConsistency.LINEARIZABLE);
        linearizable.expectNoMessage(Duration.ofMillis(50));
        n1.answer(n1.await("n2", Accept.class), "n2");
        linearizable.expectMessageClass(Replica.Answered.class);
        n1.pass(n1.settings.leaseAtMaster());
        var late = n1.read(ReadConsistency.LEASE);
        late.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    @DisplayName(
            "Live §5.2: a node that comes back with a higher ballot does not end the mastership: the master goes above it")
    void boostsItsBallot() {
        Ballot ballot = n1.becomeLeader();
        var client = n1.propose("open");
        n1.awaitProposal("n2");
        Ballot higher = ballot.next("n3");
        n1.tell(new Rejected(ballot, higher, "n3"));
        Prepare boost = n1.await("n2", Prepare.class);
        assertThat(boost.ballot()).isGreaterThan(higher);
        assertThat(n1.status().role()).isEqualTo(Replica.Role.LEADER);
        n1.promise(boost, "n2", 0);
        Accept again = n1.awaitProposal("n2");
        assertThat(again.ballot()).isEqualTo(boost.ballot());
        n1.answer(again, "n2");
        client.expectMessageClass(Replica.Applied.class);
    }

    @Test
    @DisplayName(
            "Live §5.2: what was passed on in the ballot before is answered directly: who did may know of no other")
    void answersDirectlyWhatWasOpenWhenItBoosted() {
        Ballot ballot = n1.becomeLeader();
        TestProbe<Answers.Batch> through = n1.kit.createTestProbe(Answers.Batch.class);
        TestProbe<Replica.Reply> client = n1.client();
        n1.tell(forwarded(ballot, through, client));
        n1.awaitProposal("n2");
        n1.tell(new Rejected(ballot, ballot.next("n3"), "n3"));
        n1.promise(n1.await("n2", Prepare.class), "n2", 0);
        n1.answer(n1.awaitProposal("n2"), "n2");
        client.expectMessageClass(Replica.Applied.class);
        through.expectNoMessage(Duration.ZERO);
    }

    @Test
    @DisplayName("Live §5.2: a master that hands over gives its lease back first")
    void handsOver() {
        Ballot ballot = n1.becomeLeader();
        var client = n1.client();
        n1.tell(new Replica.TransferLeadership(Optional.of("n2"), client.getRef()));
        assertThat(n1.await("n2", TakeOver.class).ballot()).isEqualTo(ballot);
        n1.read(ReadConsistency.LEASE).expectNoMessage(Duration.ofMillis(50));
        Ballot next = ballot.next("n2");
        n1.tell(new Prepare(next, 1, ballot, n1.stranger.getRef()));
        n1.stranger.expectMessageClass(Promise.class);
        n1.tell(accept(next, Decrees.none(1), 0, n1));
        assertThat(client.expectMessageClass(Replica.LeadershipTransferred.class)
                        .leader())
                .isEqualTo("n2");
    }

    @Test
    @DisplayName("§3: a leader that was removed hands over, and to another when one does not take over")
    void handsOverToAnother() {
        n1.becomeLeader();
        TestProbe<Replica.Reply> client = n1.reconfigure(Replica.MemberChange.remove("n1"));
        n1.answer(n1.awaitProposal("n2"), "n2");
        n1.answer(n1.awaitProposal("n2"), "n2");
        client.expectMessageClass(Replica.Reconfigured.class);
        TreeSet<String> asked = new TreeSet<>();
        for (int i = 0; i < 10 * n1.settings.electionTicks(); i++) {
            n1.pass(n1.settings.heartbeatInterval());
            for (String peer : List.of("n2", "n3")) {
                for (PaxosMessage message : n1.sentTo(peer)) {
                    if (message instanceof TakeOver) {
                        asked.add(peer);
                    } else if (message instanceof Accept beat) {
                        n1.answer(beat, peer);
                    }
                }
            }
        }
        assertThat(asked).containsExactly("n2", "n3");
    }

    private void becomesLeaderAndIsBehind() {
        Ballot ballot = n1.becomeLeader();
        n1.promise(ballot, "n3", 5);
        n1.await("n3", Fetch.class);
    }

    @Test
    @DisplayName(
            "Live §5.5: a leader asks who has promised and knows more again, where another knew no more than itself")
    void asksAgainWhoKnowsMore() {
        becomesLeaderAndIsBehind();
        n1.tell(new Learned(Decrees.none(1), 0));
        n1.pass(n1.settings.heartbeatInterval());
        assertThat(n1.await("n3", Fetch.class).from()).isEqualTo(1);
    }

    @Test
    @DisplayName("Live §5.5: and leads no longer when it does not learn that, for it may propose nothing")
    void leadsNoLongerWhereItDoesNotLearnWhatIsDecided() {
        becomesLeaderAndIsBehind();
        for (int i = 0; i < 4 * n1.settings.electionTicks() && n1.status().role() == Replica.Role.LEADER; i++) {
            n1.pass(n1.settings.heartbeatInterval());
            for (PaxosMessage message : n1.sentTo("n2")) {
                if (message instanceof Accept beat) {
                    n1.answer(beat, "n2");
                }
            }
        }
        assertThat(n1.status().role()).isEqualTo(Replica.Role.FOLLOWER);
    }

    // -- disks

    @Test
    @DisplayName(
            "Live §5.1: a replica that finds its journal empty where it was before votes under a new token, and asks for it")
    void rebuildsWithoutAVote() {
        n1.tell(accept(OF_N2, decrees(1, "a"), 0, n1));
        assertThat(n1.stranger.expectMessageClass(Accepted.class).from()).isEqualTo(new Voter("n1", 0));
        n1.status();
        n1.restartWithoutJournal();
        asksToVoteAgain();
    }

    private Voter asksToVoteAgain() {
        n1.tell(accept(OF_N2, Decrees.none(1), 0, n1));
        Voter after = n1.stranger.expectMessageClass(Accepted.class).from();
        assertThat(after.token()).isNotZero();
        assertThat(n1.status().role()).isEqualTo(Replica.Role.LEARNER);
        n1.pass(n1.settings.heartbeatInterval());
        assertThat(n1.await("n2", Readmit.class).voter()).isEqualTo(after);
        return after;
    }

    @Test
    @DisplayName("Live §5.1: so does a replica that has nothing of what it had, when its operator says that it is lost")
    void rebuildsWithoutAVoteWhenToldTo() {
        n1.tell(accept(OF_N2, decrees(1, "a"), 0, n1));
        assertThat(n1.stranger.expectMessageClass(Accepted.class).from()).isEqualTo(new Voter("n1", 0));
        n1.restartWithLostData();
        Voter voter = asksToVoteAgain();
        n1.restart();
        assertThat(asksToVoteAgain()).as("told once, it remembers").isEqualTo(voter);
    }

    @Test
    @DisplayName(
            "Live §5.1: a readmitted acceptor counts from the instance on from which the membership has its new token")
    void countsTheNewTokenAlone() {
        Membership before = Membership.founding(new TreeSet<>(List.of("n1", "n2", "n3")), 0, 4);
        Membership after = before.with("n2", 77);
        assertThat(before.counts(new Voter("n2", 0))).isTrue();
        assertThat(before.counts(new Voter("n2", 77))).isFalse();
        assertThat(after.counts(new Voter("n2", 77))).isTrue();
        assertThat(after.counts(new Voter("n2", 0))).isFalse();
    }
}
