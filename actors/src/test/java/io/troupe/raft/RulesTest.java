package io.troupe.raft;

import static io.troupe.replication.Replica.MemberChange.addLearner;
import static io.troupe.replication.Replica.MemberChange.addVoter;
import static io.troupe.replication.Replica.MemberChange.promote;
import static io.troupe.replication.Replica.MemberChange.remove;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules that are pure: quorums, log comparison, the follower's decision, what waits for the disk, the settings. */
class RulesTest {

    private static TreeSet<String> nodes(String... names) {
        return new TreeSet<>(List.of(names));
    }

    private static final Configuration JOINT =
            new Configuration(nodes("a", "b", "c"), nodes("c", "d", "e"), nodes("z"));

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,2", "4,3", "5,3", "6,4", "7,4"})
    void aMajorityIsMoreThanHalf(int voters, int quorum) {
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < voters; i++) {
            names.add("n" + i);
        }
        assertThat(new Majority(names).quorum()).isEqualTo(quorum);
    }

    @Test
    void theIndexOnAQuorumIsTheOneThatAMajorityHas() {
        Map<String, Long> match = Map.of("a", 9L, "b", 4L, "c", 7L);
        assertThat(Configuration.of(match.keySet()).indexOnQuorum(match::get)).isEqualTo(7);
        Map<String, Long> even = Map.of("a", 9L, "b", 4L, "c", 7L, "d", 1L);
        assertThat(Configuration.of(even.keySet()).indexOnQuorum(even::get)).isEqualTo(4);
    }

    @Test
    void whileJointEveryDecisionNeedsBothMajorities() { // §6
        assertThat(JOINT.isQuorum(Set.of("a", "b"))).isFalse();
        assertThat(JOINT.isQuorum(Set.of("a", "b", "d", "e"))).isTrue();
        assertThat(JOINT.isQuorum(Set.of("b", "c", "d"))).isTrue();
        assertThat(JOINT.isLost(Set.of("d", "e"))).isTrue();
        assertThat(JOINT.isLost(Set.of("a", "d"))).isFalse();
        Map<String, Long> match = Map.of("a", 9L, "b", 9L, "c", 5L, "d", 3L, "e", 1L);
        assertThat(JOINT.indexOnQuorum(match::get)).isEqualTo(3);
    }

    @Test
    void aLearnerIsReplicatedToAndNeverCounts() {
        assertThat(JOINT.peersOf("a")).containsExactly("b", "c", "d", "e", "z");
        assertThat(JOINT.isVoter("z")).isFalse();
        assertThat(JOINT.isQuorum(Set.of("a", "z", "d"))).isFalse();
    }

    @Test
    void aConfigurationWithoutVotersOrWithADoubleRoleIsRefused() {
        assertThatThrownBy(() -> Configuration.of(List.of())).hasMessageContaining("no voters");
        assertThatThrownBy(() -> new Configuration(nodes("a"), nodes(), nodes("a")))
                .hasMessageContaining("voter and learner");
    }

    @Test
    void whereNoConfigurationIsKnownNothingIsDecided() {
        assertThat(Configuration.UNKNOWN.isQuorum(Set.of("a", "b", "c"))).isFalse();
        assertThat(Configuration.UNKNOWN.indexOnQuorum(node -> 9)).isZero();
        assertThat(Configuration.UNKNOWN.isVoter("a")).isFalse();
    }

    @Test
    void aWitnessCountsAndDoesNotDecideAlone() {
        Configuration now = Configuration.of(List.of("a", "b", "w", "x"), List.of("w", "x"));
        assertThat(now.isQuorum(Set.of("a", "w", "x"))).isTrue();
        Configuration oneState = Configuration.of(List.of("a", "w", "x"), List.of("w", "x"));
        Map<String, Long> ahead = Map.of("a", 3L, "w", 9L, "x", 9L);
        assertThat(oneState.indexOnQuorum(ahead::get)).isEqualTo(3);
        Map<String, Long> without = Map.of("a", 9L, "b", 9L, "w", 3L, "x", 2L);
        assertThat(now.indexOnQuorum(without::get)).isEqualTo(3);
    }

    @Test
    void aWitnessIsAVoterAndNotTheOnlyOne() {
        assertThatThrownBy(() -> new Configuration(nodes("a"), nodes(), nodes("w"), nodes("w")))
                .hasMessageContaining("every witness must be a voter");
        assertThatThrownBy(() -> Configuration.of(List.of("w"), List.of("w")))
                .hasMessageContaining("at least one voter no witness");
        assertThat(Configuration.of(List.of("a", "b"), List.of("w")).witnesses())
                .as("of a node that is to join")
                .isEmpty();
    }

    @Test
    void witnessesComeAndGo() {
        Configuration now = Configuration.of(List.of("a", "b"), List.of());
        Configuration with = after(now, Replica.MemberChange.addWitness("w"));
        assertThat(with).isEqualTo(Configuration.of(List.of("a", "b", "w"), List.of("w")));
        assertThat(after(with, remove("w"))).isEqualTo(now);
        Configuration joint = after(with, remove("w"), Replica.MemberChange.addWitness("x"));
        assertThat(joint.witnesses()).containsExactly("w", "x");
        assertThat(joint.withoutOutgoing()).isEqualTo(Configuration.of(List.of("a", "b", "x"), List.of("x")));
    }

    private static Configuration after(Configuration now, Replica.MemberChange... changes) {
        return ((ConfigurationChange.Next) ConfigurationChange.apply(now, List.of(changes))).configuration();
    }

    @Test
    void aChangeOfOneVoterIsSimpleAndOfMoreIsJoint() { // thesis §4.1, §4.3
        Configuration now = new Configuration(nodes("a", "b", "c"), nodes(), nodes("x", "y"));
        assertThat(after(now, remove("c"), remove("y")))
                .isEqualTo(new Configuration(nodes("a", "b"), nodes(), nodes("x")));
        assertThat(after(now, promote("x"), addLearner("z")))
                .isEqualTo(new Configuration(nodes("a", "b", "c", "x"), nodes(), nodes("y", "z")));
        Configuration joint = after(now, remove("a"), promote("x"));
        assertThat(joint).isEqualTo(new Configuration(nodes("b", "c", "x"), nodes("a", "b", "c"), nodes("y")));
        assertThat(joint.withoutOutgoing()).isEqualTo(new Configuration(nodes("b", "c", "x"), nodes(), nodes("y")));
    }

    /** All memberships of up to four nodes, and all that can follow. */
    @Test
    void noConfigurationAndTheNextHaveDisjointQuorums() {
        List<Configuration> all = new ArrayList<>();
        for (int chosen = 1; chosen < 16; chosen++) {
            TreeSet<String> voters = new TreeSet<>();
            for (int i = 0; i < 4; i++) {
                if ((chosen >> i & 1) == 1) {
                    voters.add("n" + i);
                }
            }
            all.add(Configuration.of(voters));
        }
        for (Configuration from : all) {
            for (Configuration to : all) {
                List<Replica.MemberChange> changes = new ArrayList<>();
                from.voters().stream().filter(node -> !to.isVoter(node)).forEach(node -> changes.add(remove(node)));
                to.voters().stream().filter(node -> !from.isVoter(node)).forEach(node -> changes.add(addVoter(node)));
                if (!changes.isEmpty()) {
                    Configuration next = after(from, changes.toArray(Replica.MemberChange[]::new));
                    assertThat(next.withoutOutgoing()).isEqualTo(to);
                    assertThat(Quorums.areDisjointSome(from, next))
                            .as(from + " " + next)
                            .isFalse();
                    assertThat(Quorums.areDisjointSome(next, to))
                            .as(next + " " + to)
                            .isFalse();
                }
            }
        }
        assertThat(Quorums.areDisjointSome(Configuration.of(nodes("a")), Configuration.of(nodes("b"))))
                .isTrue();
    }

    @Test
    void theMoreUpToDateLogHasTheLaterTermThenTheGreaterIndex() { // §5.4.1
        assertThat(new LogPosition(1, 3).isAtLeastAsUpToDateAs(new LogPosition(9, 2)))
                .isTrue();
        assertThat(new LogPosition(9, 2).isAtLeastAsUpToDateAs(new LogPosition(1, 3)))
                .isFalse();
        assertThat(new LogPosition(4, 2).isAtLeastAsUpToDateAs(new LogPosition(4, 2)))
                .isTrue();
        assertThat(new LogPosition(3, 2).isAtLeastAsUpToDateAs(new LogPosition(4, 2)))
                .isFalse();
    }

    @Test
    void entriesBelowWhatIsCompactedMatchBecauseTheyAreCommitted() {
        LogView log = LogView.startingAfter(new LogPosition(10, 3)).append(PaperServer.entries(11, 3, 3));
        var match = (LogMatching.Match)
                LogMatching.decide(log, new LogPosition(8, 2), PaperServer.entries(9, 3, 3, 3, 3, 4));
        assertThat(match.news().firstIndex()).isEqualTo(13);
        assertThat(match.matchIndex()).isEqualTo(13);
        var old = (LogMatching.Match) LogMatching.decide(log, new LogPosition(2, 1), PaperServer.entries(3, 1));
        assertThat(old.news().isEmpty()).isTrue();
        assertThat(old.matchIndex()).isEqualTo(10);
    }

    @Test
    void answersWaitForTheDiskInOrder() {
        DurableFrontier frontier = new DurableFrontier(0);
        List<String> answered = new ArrayList<>();
        long first = frontier.issue(3, () -> answered.add("first"));
        long second = frontier.issue(5, () -> answered.add("second"));
        frontier.afterAllIssued(() -> answered.add("last"));
        frontier.stored(first);
        assertThat(answered).containsExactly("first");
        assertThat(frontier.durableIndex()).isEqualTo(3);
        frontier.stored(second);
        assertThat(answered).containsExactly("first", "second", "last");
        assertThat(frontier.durableIndex()).isEqualTo(5);
    }

    @Test
    void aWriteUnderWayDoesNotMakeDurableWhatWasTruncatedMeanwhile() {
        DurableFrontier frontier = new DurableFrontier(4);
        long first = frontier.issue(10, () -> {});
        frontier.truncatedFrom(3);
        long second = frontier.issue(6, () -> {});
        frontier.stored(first);
        assertThat(frontier.durableIndex()).isEqualTo(2);
        frontier.stored(second);
        assertThat(frontier.durableIndex()).isEqualTo(6);
    }

    @Test
    void theWindowIsBoundedInMessagesAndBytes() {
        InFlight window = new InFlight(2, 100);
        window.sent(1, 10);
        assertThat(window.hasRoom()).isTrue();
        window.sent(2, 10);
        assertThat(window.hasRoom()).isFalse();
        window.arrivedThrough(1);
        assertThat(window.hasRoom()).isTrue();
        window.sent(3, 90);
        window.arrivedThrough(2);
        assertThat(window.hasRoom()).isTrue();
        window.sent(4, 10);
        window.arrivedThrough(2);
        assertThat(window.hasRoom()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "election-timeout, 200ms, at least three times heartbeat-interval",
        "heartbeat-interval, 1ms, at least 2ms",
        "max-in-flight-bytes, 10 KiB, at least max-message-bytes",
        "max-pending-bytes, 10 KiB, at least max-entry-bytes",
        "snapshot-entries, 0, at least 1"
    })
    void aWrongValueNamesItsPathTheValueAndWhatWouldBeRight(String key, String value, String right) {
        Config config =
                ConfigFactory.parseString("troupe.raft." + key + " = " + value).withFallback(ConfigFactory.load());
        assertThatThrownBy(() -> RaftSettings.from(config))
                .isInstanceOf(ConfigException.BadValue.class)
                .hasMessageContaining("troupe.raft." + key)
                .hasMessageContaining(right);
    }
}
