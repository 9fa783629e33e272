package io.troupe.paxos.synod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.paxos.Ballot;
import io.troupe.paxos.Quorums;
import io.troupe.replication.paper.PaperSystem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Paxos Made Simple, sentence by sentence, for one actor at a time among probes that play the others. */
class SynodPaperTest {

    private static final ByteString V = ByteString.fromString("v");
    private static final ByteString W = ByteString.fromString("w");
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final PaperSystem system = PaperSystem.create(PersistenceTestKitPlugin.config());
    private final ActorTestKit kit = system.kit();
    private final PersistenceTestKit disk = PersistenceTestKit.create(kit.system());
    private final TestProbe<Proposer.Command> proposer = kit.createTestProbe(Proposer.Command.class);
    private final TestProbe<Learner.Command> learner = kit.createTestProbe(Learner.Command.class);
    private final TestProbe<Acceptor.Command> acceptors = kit.createTestProbe(Acceptor.Command.class);

    @AfterEach
    void stop() {
        system.close();
    }

    private static Ballot ballot(long round, String node) {
        return new Ballot(round, node);
    }

    private ActorRef<Acceptor.Command> acceptor() {
        return kit.spawn(Acceptor.create("x", "a1", List.of(learner.getRef())));
    }

    private Acceptor.Prepare prepare(Ballot ballot) {
        return new Acceptor.Prepare(ballot, proposer.getRef());
    }

    private Acceptor.Accept accept(Ballot ballot, ByteString value) {
        return new Acceptor.Accept(ballot, value, proposer.getRef());
    }

    private static Proposer.Promise promise(Ballot ballot, String acceptor) {
        return new Proposer.Promise(ballot, acceptor, Optional.empty());
    }

    private static Proposer.Promise promise(Ballot ballot, String acceptor, Ballot accepted, ByteString value) {
        return new Proposer.Promise(ballot, acceptor, Optional.of(new Proposal(accepted, value)));
    }

    // -- acceptors

    @Test
    @DisplayName("§2.2 P1: an acceptor must accept the first proposal that it receives")
    void acceptsTheFirstProposal() {
        acceptor().tell(accept(ballot(1, "p1"), V));
        learner.expectMessage(new Learner.Accepted(ballot(1, "p1"), V, "a1"));
    }

    @Test
    @DisplayName("§2.2 phase 1(b): a prepare higher than any before is answered with the highest proposal accepted")
    void promisesAndTellsWhatItAccepted() {
        var acceptor = acceptor();
        acceptor.tell(accept(ballot(1, "p1"), V));
        acceptor.tell(accept(ballot(2, "p1"), W));
        acceptor.tell(prepare(ballot(3, "p1")));
        proposer.expectMessage(promise(ballot(3, "p1"), "a1", ballot(2, "p1"), W));
    }

    @Test
    @DisplayName(
            "§2.2 P1a: an acceptor can accept a proposal iff it has not responded to a prepare with a higher number")
    void acceptsNothingBelowItsPromise() {
        var acceptor = acceptor();
        acceptor.tell(prepare(ballot(2, "p2")));
        proposer.expectMessage(promise(ballot(2, "p2"), "a1"));
        acceptor.tell(accept(ballot(2, "p1"), V));
        proposer.expectMessage(new Proposer.Rejected(ballot(2, "p1"), ballot(2, "p2")));
        acceptor.tell(accept(ballot(2, "p2"), W));
        learner.expectMessage(new Learner.Accepted(ballot(2, "p2"), W, "a1"));
    }

    @Test
    @DisplayName("§2.2: an acceptor that ignores a request because of a higher prepare should inform the proposer")
    void refusesAPrepareBelowItsPromise() {
        var acceptor = acceptor();
        acceptor.tell(prepare(ballot(5, "p1")));
        proposer.expectMessage(promise(ballot(5, "p1"), "a1"));
        acceptor.tell(prepare(ballot(4, "p9")));
        proposer.expectMessage(new Proposer.Rejected(ballot(4, "p9"), ballot(5, "p1")));
    }

    @Test
    @DisplayName("§2.2: accepting is promising as well: a lower prepare comes too late")
    void acceptingPromises() {
        var acceptor = acceptor();
        acceptor.tell(accept(ballot(3, "p1"), V));
        acceptor.tell(prepare(ballot(2, "p2")));
        proposer.expectMessage(new Proposer.Rejected(ballot(2, "p2"), ballot(3, "p1")));
    }

    @Test
    @DisplayName("§2.5: an acceptor remembers, in stable storage, what it has promised and accepted")
    void remembersThroughACrash() {
        var acceptor = acceptor();
        acceptor.tell(accept(ballot(1, "p1"), V));
        acceptor.tell(prepare(ballot(4, "p1")));
        proposer.expectMessageClass(Proposer.Promise.class);
        kit.stop(acceptor);
        var again = acceptor();
        again.tell(accept(ballot(3, "p1"), W));
        proposer.expectMessage(new Proposer.Rejected(ballot(3, "p1"), ballot(4, "p1")));
        again.tell(prepare(ballot(5, "p1")));
        proposer.expectMessage(promise(ballot(5, "p1"), "a1", ballot(1, "p1"), V));
    }

    @Test
    @DisplayName("§2.5: an acceptor records its intended response in stable storage before actually sending it")
    void saysNothingThatItCouldNotWrite() {
        var acceptor = acceptor();
        disk.failNextPersisted("synod-x-acceptor@a1");
        acceptor.tell(prepare(ballot(1, "p1")));
        kit.createTestProbe().expectTerminated(acceptor);
        proposer.expectNoMessage(Duration.ZERO);
    }

    // -- proposers

    private final Quorums ofThree = Quorums.majorities(Set.of("a1", "a2", "a3"));

    private ActorRef<Proposer.Command> proposer(Quorums quorums) {
        TreeMap<String, ActorRef<Acceptor.Command>> all = new TreeMap<>();
        quorums.acceptors().forEach(name -> all.put(name, acceptors.getRef()));
        return kit.spawn(Proposer.create(
                V,
                quorums,
                all,
                kit.spawn(BallotBook.create("x", "p1")),
                learner.getRef(),
                PATIENCE,
                new SplittableRandom(1)));
    }

    private Ballot nextPrepare() {
        Ballot ballot = acceptors.expectMessageClass(Acceptor.Prepare.class).ballot();
        acceptors.expectMessageClass(Acceptor.Prepare.class);
        acceptors.expectMessageClass(Acceptor.Prepare.class);
        return ballot;
    }

    @Test
    @DisplayName("§2.2 phase 2(a): with promises of a majority it proposes its own value, if none has accepted any")
    void proposesItsOwnValue() {
        var proposer = proposer(ofThree);
        Ballot ballot = nextPrepare();
        proposer.tell(promise(ballot, "a1"));
        proposer.tell(promise(ballot, "a1")); // Twice the same is not a majority.
        acceptors.expectNoMessage(Duration.ofMillis(50));
        proposer.tell(promise(ballot, "a3"));
        assertThat(acceptors.expectMessageClass(Acceptor.Accept.class).value()).isEqualTo(V);
    }

    @Test
    @DisplayName("§2.2 P2c: it proposes the value of the highest-numbered proposal among those that promised")
    void proposesTheHighestAcceptedValue() {
        var proposer = proposer(Quorums.withPhase2(Set.of("a1", "a2", "a3"), 1));
        Ballot ballot = nextPrepare();
        ByteString u = ByteString.fromString("u");
        proposer.tell(promise(ballot, "a1", ballot(0, "p2"), u));
        proposer.tell(promise(ballot, "a2", ballot(0, "p3"), W));
        proposer.tell(promise(ballot, "a3"));
        assertThat(acceptors.expectMessageClass(Acceptor.Accept.class).value()).isEqualTo(W);
    }

    @Test
    @DisplayName("§2.2: promises for a ballot that was given up count for nothing")
    void ignoresPromisesOfAnEarlierBallot() {
        var proposer = proposer(ofThree);
        Ballot first = nextPrepare();
        system.timePasses(PATIENCE.multipliedBy(2));
        Ballot second = nextPrepare();
        proposer.tell(promise(first, "a1"));
        proposer.tell(promise(first, "a2"));
        proposer.tell(promise(second, "a3"));
        acceptors.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    @DisplayName(
            "§2.2: a proposer that hears of a higher number abandons its proposal, and comes back with a higher one")
    void goesAboveWhatItWasRefusedFor() {
        var proposer = proposer(ofThree);
        Ballot first = nextPrepare();
        Ballot higher = first.next("p9");
        proposer.tell(new Proposer.Rejected(first, higher));
        system.timePasses(PATIENCE.multipliedBy(2));
        assertThat(nextPrepare()).isGreaterThan(higher);
    }

    @Test
    @DisplayName("§2.5: a proposer remembers the highest number it has tried, and begins with a higher one")
    void neverUsesABallotTwice() {
        var first = proposer(ofThree);
        Ballot used = nextPrepare();
        kit.stop(first);
        proposer(ofThree);
        assertThat(nextPrepare()).isGreaterThan(used);
    }

    @Test
    @DisplayName("§2.5: different proposers choose their numbers from disjoint sets")
    void ballotsOfTwoProposersDiffer() {
        Ballot one = Ballot.NONE;
        Ballot other = Ballot.NONE;
        TreeSet<Ballot> all = new TreeSet<>();
        for (int i = 0; i < 100; i++) {
            one = BallotBook.following(one, other, "p1");
            other = BallotBook.following(other, one, "p2");
            assertThat(other).isGreaterThan(one);
            assertThat(all.add(one)).isTrue();
            assertThat(all.add(other)).isTrue();
        }
    }

    @Test
    @DisplayName("§2.4: it proposes nothing more when it knows what is chosen")
    void isDoneWhenAValueIsChosen() {
        var proposer = proposer(ofThree);
        nextPrepare();
        learner.expectMessageClass(Learner.Learn.class).replyTo().tell(new Learner.Chosen(W));
        system.timePasses(PATIENCE.multipliedBy(2));
        acceptors.expectNoMessage(Duration.ofMillis(50));
        kit.stop(proposer);
    }

    // -- learners

    private final TestProbe<Learner.Chosen> curious = kit.createTestProbe(Learner.Chosen.class);

    @Test
    @DisplayName("§2.3: a learner finds out that a proposal has been accepted by a majority of acceptors")
    void learnsWhatAMajorityAccepted() {
        var learner = kit.spawn(Learner.create(ofThree));
        learner.tell(new Learner.Learn(curious.getRef()));
        learner.tell(new Learner.Accepted(ballot(1, "p1"), V, "a1"));
        learner.tell(new Learner.Accepted(ballot(1, "p1"), V, "a1"));
        learner.tell(new Learner.Accepted(ballot(2, "p1"), V, "a2")); // Of another ballot: no majority of either.
        learner.tell(new Learner.Accepted(ballot(2, "p1"), V, "stranger"));
        curious.expectNoMessage(Duration.ofMillis(50));
        learner.tell(new Learner.Accepted(ballot(2, "p1"), V, "a3"));
        curious.expectMessage(new Learner.Chosen(V));
    }

    @Test
    @DisplayName("§2.3: a distinguished learner informs the others; who missed it asks")
    void learnsFromAnother() {
        var distinguished = kit.spawn(Learner.create(ofThree));
        var other = kit.spawn(Learner.create(ofThree));
        distinguished.tell(new Learner.Learn(other.narrow()));
        distinguished.tell(new Learner.Accepted(ballot(1, "p1"), V, "a1"));
        distinguished.tell(new Learner.Accepted(ballot(1, "p1"), V, "a2"));
        other.tell(new Learner.Learn(curious.getRef()));
        curious.expectMessage(new Learner.Chosen(V));
        distinguished.tell(new Learner.Learn(curious.getRef()));
        curious.expectMessage(new Learner.Chosen(V));
    }

    @Test
    @DisplayName("§2.2 P2: a learner that is told of two chosen values stops")
    void twoChosenValuesAreTheEnd() {
        var learner = kit.spawn(Learner.create(ofThree));
        learner.tell(new Learner.Chosen(V));
        learner.tell(new Learner.Chosen(W));
        kit.createTestProbe().expectTerminated(learner);
    }

    // -- quorums

    @Test
    @DisplayName("Flexible Paxos §3: quorums of the two phases that need not intersect are refused")
    void quorumsMustIntersect() {
        TreeSet<String> four = new TreeSet<>(Set.of("a1", "a2", "a3", "a4"));
        assertThat(new Quorums(four, 3, 2).isPhase2(Set.of("a2", "a4"))).isTrue();
        assertThat(Quorums.withPhase2(four, 1).phase1()).isEqualTo(4);
        assertThatThrownBy(() -> new Quorums(four, 2, 2))
                .hasMessage("quorums of 2 (phase 1) and 2 (phase 2) of 4 acceptors need not intersect;"
                        + " together they must be more than 4");
        assertThatThrownBy(() -> new Quorums(four, 5, 1)).hasMessageContaining("each must be from 1 to 4");
    }
}
