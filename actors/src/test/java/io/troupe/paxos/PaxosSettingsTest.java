package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaxosSettingsTest {

    private static PaxosSettings with(String phase1, String phase2) {
        return PaxosSettings.from(ConfigFactory.parseString(
                        "troupe.paxos { phase1-quorum = " + phase1 + ", phase2-quorum = " + phase2 + " }")
                .withFallback(ConfigFactory.load()));
    }

    @ParameterizedTest(name = "{0} and {1} of {2} members")
    @CsvSource({
        "derived, majority, 1",
        "derived, majority, 6",
        "derived, 1, 5",
        "derived, 5, 5",
        "4, 2, 5",
        "3, majority, 5",
        "5, majority, 5",
        "2, 4, 5",
    })
    void quorumsThatIntersectAreAccepted(String phase1, String phase2, int members) {
        assertThatCode(() -> with(phase1, phase2).requireQuorumsOf(members)).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0} and {1} of {2} members")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    3       | 2        | 5 | troupe.paxos.phase1-quorum': is 3; it must be derived, or from 4 to 5
                    2       | majority | 5 | troupe.paxos.phase1-quorum': is 2; it must be derived, or from 3 to 5
                    1       | 2        | 3 | troupe.paxos.phase1-quorum': is 1; it must be derived, or from 2 to 3
                    6       | majority | 5 | troupe.paxos.phase1-quorum': is 6; it must be derived, or from 1 to 5
                    derived | 4        | 3 | troupe.paxos.phase2-quorum': is 4; it must be majority, or from 1 to 3
                    """)
    void quorumsThatNeedNotIntersectOrAreMoreThanAllAreRefused(
            String phase1, String phase2, int members, String message) {
        assertThatThrownBy(() -> with(phase1, phase2).requireQuorumsOf(members))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"phase1-quorum, most, derived", "phase2-quorum, most, majority", "phase1-quorum, -1, 0 (derived)"})
    void whatIsNoQuorumIsToldWithItsPathAndWhatWouldBeRight(String key, String value, String wanted) {
        var config =
                ConfigFactory.parseString("troupe.paxos." + key + " = " + value).withFallback(ConfigFactory.load());
        assertThatThrownBy(() -> PaxosSettings.from(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("troupe.paxos." + key)
                .hasMessageContaining(wanted);
    }

    @ParameterizedTest(name = "{0} members")
    @CsvSource({"2, 2", "3, 3", "4, 4", "5, 4", "6, 5", "7, 6"})
    void phase1TakesAsManyAsIntersectAtLeastWhatIsAskedForAndAtMostAll(int members, int phase1) {
        var acceptors = new TreeSet<>(
                IntStream.rangeClosed(1, members).mapToObj(i -> "n" + i).toList());
        Membership membership = Membership.founding(acceptors, 2, 8);
        assertThat(new Phase1(Ballot.NONE, 1, 4).quorums(membership)).isEqualTo(new Quorums(acceptors, phase1, 2));
    }
}
