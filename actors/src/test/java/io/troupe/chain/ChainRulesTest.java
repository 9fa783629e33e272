package io.troupe.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.chain.MasterCommand.Kind;
import io.troupe.replication.Replica.Members;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rules that need no actor: who follows whom, what the master decides, what two histories share. */
class ChainRulesTest {

    private static final Configuration CHAIN = Configuration.founding(List.of("n1", "n2", "n3"));

    private static final Configuration CHAIN_OF_TWO = Configuration.founding(List.of("n1", "n2"));

    private static Configuration after(Configuration now, MasterCommand.Kind kind, String server) {
        return new MasterCommand(kind, now.epoch(), server).applyTo(now);
    }

    @Test
    @DisplayName("§3: updates go from head to tail, which answers")
    void aChainIsALine() {
        assertThat(Arrangement.CHAIN.successors(CHAIN, "n1")).containsExactly("n2");
        assertThat(Arrangement.CHAIN.predecessor(CHAIN, "n3")).contains("n2");
        assertThat(Arrangement.CHAIN.successors(CHAIN, "n3")).isEmpty();
        assertThat(Arrangement.CHAIN.answering(CHAIN)).isEqualTo("n3");
    }

    @Test
    @DisplayName("§4: the primary sends to all its backups, and answers")
    void aPrimaryHasAllOthersBelowIt() {
        assertThat(Arrangement.PRIMARY_BACKUP.successors(CHAIN, "n1")).containsExactly("n2", "n3");
        assertThat(Arrangement.PRIMARY_BACKUP.predecessor(CHAIN, "n3")).contains("n1");
        assertThat(Arrangement.PRIMARY_BACKUP.answering(CHAIN)).isEqualTo("n1");
    }

    @Test
    void aLeaseEndsWithTimeAndNotWhenAnotherIsGranted() {
        ChainSettings settings = ChainSettings.from(ConfigFactory.load());
        AtomicLong clockNanos = new AtomicLong();
        GrantedLease lease = new GrantedLease(settings, clockNanos::get);
        lease.grant("n1");
        clockNanos.set(settings.lease().toNanos() - 1);
        lease.grant("n2");
        assertThat(lease.isHeldAgainst(CHAIN)).isFalse();
        assertThat(lease.isHeldAgainst(CHAIN.without("n1"))).isTrue();
        clockNanos.incrementAndGet();
        assertThat(lease.isHeldAgainst(CHAIN.without("n1"))).isFalse();
        assertThat(lease.isHeldAgainst(CHAIN.without("n2"))).isTrue();
    }

    @Test
    void anyServerOfAPrimaryMayHoldALeaseOfBeforeAndTheTailOfAChain() {
        assertThat(Arrangement.CHAIN.mayHoldLeases(CHAIN)).containsExactly("n3");
        assertThat(Arrangement.PRIMARY_BACKUP.mayHoldLeases(CHAIN)).containsExactly("n1", "n2", "n3");
    }

    @Test
    @DisplayName("§3: without the head the next is head, without the tail the one before is tail")
    void theMasterTakesOutWhoFailed() {
        assertThat(after(CHAIN, Kind.REMOVE, "n1").chain()).containsExactly("n2", "n3");
        assertThat(after(CHAIN, Kind.REMOVE, "n2").chain()).containsExactly("n1", "n3");
        assertThat(after(CHAIN, Kind.REMOVE, "n3").chain()).containsExactly("n1", "n2");
        Configuration alone = Configuration.founding(List.of("n1"));
        assertThat(after(alone, Kind.REMOVE, "n1")).isEqualTo(alone);
    }

    @Test
    void whatIsMeantForAnotherEpochComesToNothing() {
        assertThat(new MasterCommand(Kind.REMOVE, 2, "n1").applyTo(CHAIN)).isEqualTo(CHAIN);
    }

    @Test
    @DisplayName("§3: who joins is below the tail, and then is the tail")
    void aChainIsExtendedAtItsTail() {
        Configuration short2 = after(CHAIN, Kind.REMOVE, "n1");
        Configuration joining = after(short2, Kind.JOIN, "n1");
        assertThat(Arrangement.CHAIN.predecessor(joining, "n1")).contains("n3");
        assertThat(Arrangement.CHAIN.answering(joining)).isEqualTo("n3");
        assertThat(after(joining, Kind.EXTEND, "n2")).isEqualTo(joining);
        assertThat(after(joining, Kind.EXTEND, "n1"))
                .isEqualTo(new Configuration(4, List.of("n2", "n3", "n1"), Optional.empty()));
    }

    @Test
    void whoIsToLeadIsInTheChainAndTheOthersKeepTheirOrder() {
        Configuration joining = new Configuration(1, List.of("n1", "n2", "n3"), Optional.of("n4"));
        assertThat(after(joining, Kind.LEAD, "n3"))
                .isEqualTo(new Configuration(2, List.of("n3", "n1", "n2"), Optional.of("n4")));
        assertThat(after(joining, Kind.LEAD, "n1")).isEqualTo(joining);
        assertThat(after(joining, Kind.LEAD, "n4")).isEqualTo(joining);
        assertThat(after(joining, Kind.LEAD, "n5")).isEqualTo(joining);
    }

    // -- members

    private static Members members(List<String> voters, String... learners) {
        return new Members(new TreeSet<>(voters), new TreeSet<>(List.of(learners)));
    }

    @Test
    void whoIsNoVoterAnyMoreIsNotInTheChainAndDoesNotJoin() {
        Configuration joining = after(after(CHAIN, Kind.REMOVE, "n1"), Kind.JOIN, "n1");
        Members without = members(List.of("n2", "n4"));
        assertThat(joining.ofMembers(without))
                .isEqualTo(new Configuration(4, List.of("n2"), Optional.empty(), Optional.of(without)));
    }

    @Test
    void aLearnerJoinsButTheChainIsNotExtendedByItUntilItIsPromoted() {
        Configuration with = CHAIN.ofMembers(members(List.of("n1", "n2", "n3"), "n4"));
        Configuration joining = after(with, Kind.JOIN, "n4");
        assertThat(joining.joining()).contains("n4");
        assertThat(after(joining, Kind.EXTEND, "n4")).isEqualTo(joining);
        Configuration promoted = joining.ofMembers(members(List.of("n1", "n2", "n3", "n4")));
        assertThat(after(promoted, Kind.EXTEND, "n4").chain()).containsExactly("n1", "n2", "n3", "n4");
    }

    @Test
    void aVoterJoinsBeforeALearner() {
        Configuration with = after(CHAIN, Kind.REMOVE, "n3").ofMembers(members(List.of("n1", "n2", "n3"), "n4", "n5"));
        Configuration learning = after(with, Kind.JOIN, "n4");
        assertThat(after(learning, Kind.JOIN, "n5")).isEqualTo(learning);
        Configuration joining = after(learning, Kind.JOIN, "n3");
        assertThat(joining.joining()).contains("n3");
        assertThat(after(joining, Kind.JOIN, "n4")).isEqualTo(joining);
    }

    @Test
    void theOnlyServersWithTheStateStayUntilAVoterHasItToo() {
        Configuration alone = after(after(CHAIN, Kind.REMOVE, "n1"), Kind.REMOVE, "n2");
        Configuration without = alone.ofMembers(members(List.of("n1", "n2")));
        assertThat(without.chain()).containsExactly("n3");
        Configuration extended = after(after(without, Kind.JOIN, "n2"), Kind.EXTEND, "n2");
        assertThat(extended.chain()).containsExactly("n2");
    }

    @Test
    void theMasterTakesTheMembersOfItsGroupAndLetsNobodyElseJoin() {
        List<Configuration> decided = new ArrayList<>();
        Master master = new Master(List.of("n1", "n2", "n3"), decided::add);
        master.apply(1, MasterCommand.in(CHAIN, Kind.FOUND, "n1").toBytes());
        master.apply(2, MasterCommand.in(CHAIN, Kind.JOIN, "n4").toBytes());
        master.onMembers(3, members(List.of("n1", "n2", "n3")));
        assertThat(decided).isEmpty();
        master.onMembers(4, members(List.of("n1", "n2", "n4")));
        master.onMembers(5, members(List.of("n1", "n2", "n4")));
        master.apply(6, new MasterCommand(Kind.JOIN, 2, "n3").toBytes());
        master.apply(7, new MasterCommand(Kind.JOIN, 2, "n4").toBytes());
        assertThat(decided).extracting(Configuration::chain).containsOnly(List.of("n1", "n2"));
        assertThat(decided).extracting(Configuration::joining).containsExactly(Optional.empty(), Optional.of("n4"));
    }

    @Test
    void whatTheMasterDecidesFollowsFromItsLogAndNotFromWhatAHostSaysOfTheFounders() {
        List<Configuration> atFounder = new ArrayList<>();
        List<Configuration> atOneWhoseHostSaysOtherwise = new ArrayList<>();
        List<Configuration> atOneThatJoined = new ArrayList<>();
        for (Master master : List.of(
                new Master(List.of("n1", "n2", "n3"), atFounder::add),
                new Master(List.of("n1", "n4"), atOneWhoseHostSaysOtherwise::add),
                new Master(List.of(), atOneThatJoined::add))) {
            master.onMembers(1, members(CHAIN.chain()));
            master.apply(1, MasterCommand.in(CHAIN, Kind.REMOVE, "n3").toBytes());
            master.apply(2, MasterCommand.in(CHAIN, Kind.FOUND, "n1").toBytes());
            master.onMembers(3, members(List.of("n1", "n2")));
            master.onMembers(4, members(List.of("n1", "n2"), "n4"));
            master.apply(5, new MasterCommand(Kind.JOIN, 4, "n4").toBytes());
        }
        assertThat(atFounder)
                .last()
                .isEqualTo(new Configuration(
                        5, List.of("n1", "n2"), Optional.of("n4"), Optional.of(members(List.of("n1", "n2"), "n4"))));
        assertThat(atOneWhoseHostSaysOtherwise).isEqualTo(atFounder);
        assertThat(atOneThatJoined).isEqualTo(atFounder);
    }

    @Test
    void aLogThatDoesNotSayWhoTheFoundersAreIsReadByThemAlone() {
        List<Configuration> decided = new ArrayList<>();
        var remove = new MasterCommand(Kind.REMOVE, 1, "n3");
        new Master(List.of("n1", "n2", "n3"), decided::add).apply(1, remove.toBytes());
        assertThat(decided).containsExactly(new Configuration(2, List.of("n1", "n2"), Optional.empty()));
        assertThatThrownBy(() -> new Master(List.of(), decided::add).apply(1, remove.toBytes()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not say who founded");
    }

    private static byte[] stateOf(Master master) throws IOException {
        var bytes = new ByteArrayOutputStream();
        master.freeze().writeTo(bytes);
        return bytes.toByteArray();
    }

    /** If this fails, snapshots written before can no longer be read. */
    @Test
    void theMastersStateKeepsItsBytesAndIsReadBack() throws IOException {
        Master master = new Master(List.of("n1", "n2"), decided -> {});
        master.apply(1, new MasterCommand(Kind.REMOVE, 1, "n2").toBytes());
        assertThat(stateOf(master))
                .containsExactly(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 'n', '1', 0, 0);
        assertThat(readBack(master)).isEqualTo(CHAIN_OF_TWO.without("n2"));
        Members now = members(List.of("n1", "n2", "n3"), "n4");
        master.onMembers(2, now);
        assertThat(readBack(master)).isEqualTo(CHAIN_OF_TWO.without("n2").ofMembers(now));
    }

    @Test
    void aMasterThatHasDecidedNothingIsReadBackAsOne() throws IOException {
        List<Configuration> restored = new ArrayList<>();
        Master again = new Master(List.of(), restored::add);
        again.restore(new ByteArrayInputStream(stateOf(new Master(List.of("n1"), restored::add))));
        assertThat(restored).isEmpty();
        again.apply(1, MasterCommand.in(CHAIN, Kind.REMOVE, "n3").toBytes());
        assertThat(restored).last().extracting(Configuration::chain).isEqualTo(List.of("n1", "n2"));
    }

    private static Configuration readBack(Master master) throws IOException {
        List<Configuration> restored = new ArrayList<>();
        new Master(List.of("n1", "n2"), restored::add).restore(new ByteArrayInputStream(stateOf(master)));
        return restored.get(0);
    }

    @Test
    void aMasterCommandKeepsItsBytes() {
        var command = new MasterCommand(Kind.EXTEND, 258, "n1");
        assertThat(MasterCommand.of(command.toBytes())).isEqualTo(command);
        assertThat(command.toBytes().toArray()).containsExactly(3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 2, 'n', '1');
        MasterCommand first = MasterCommand.in(CHAIN, Kind.LEAD, "n2");
        assertThat(MasterCommand.of(first.toBytes())).isEqualTo(first);
        assertThat(first.founders()).isEqualTo(CHAIN.chain());
    }

    private static History history(long... epochs) {
        History history = new History(Position.NONE);
        for (long epoch : epochs) {
            history.append(new Update(epoch, new Update.OpenSession()));
        }
        return history;
    }

    @Test
    void historiesAreTheSameAsFarAsTheyHaveTheSameEpochs() {
        History mine = history(1, 1, 1, 3, 3);
        assertThat(mine.agreedWith(0, history(1, 1).endsAbove(0))).isEqualTo(2);
        assertThat(mine.agreedWith(0, history(1, 1, 1, 1, 1).endsAbove(0))).isEqualTo(3);
        assertThat(mine.agreedWith(0, history(1, 1, 1, 2).endsAbove(0))).isEqualTo(3);
        assertThat(mine.agreedWith(0, history(1, 1, 1, 3).endsAbove(0))).isEqualTo(4);
        assertThat(mine.agreedWith(2, history(1, 1, 2, 2).endsAbove(2))).isEqualTo(2);
    }

    @Test
    @DisplayName("§3: a server whose journal begins right above its snapshot knows what it shares with its successor")
    void restsOnTheSnapshotsPlace() {
        var recovery = new ChainLog.Recovery();
        recovery.apply(new LogEvent.Logged(Updates.of(45, List.of(new Update(3, new Update.OpenSession()))), 44));
        recovery.apply(new LogEvent.Rebased(CHAIN, new Position(44, 3), true));
        History history = recovery.result().history();
        assertThat(history.base()).isEqualTo(new Position(44, 3));
        assertThat(history.lastIndex()).isEqualTo(45);
        assertThat(history.agreedWith(22, List.of(new Position(38, 2), new Position(44, 3))))
                .as("and does not have it drop what is durable everywhere")
                .isEqualTo(44);
    }

    @Test
    void whatCameTogetherIsTakenOutAsItCame() {
        History history = history(1);
        Updates came = PaperServer.updates(1, 2, "a", "b");
        history.append(came);
        assertThat(history.slice(2, 3)).isSameAs(came);
        assertThat(history.slice(2, 2)).isEqualTo(PaperServer.updates(1, 2, "a"));
        history.truncateAfter(2);
        history.append(new Update(2, new Update.OpenSession()));
        assertThat(history.slice(2, 3).at(3).epoch()).isEqualTo(2);
    }
}
