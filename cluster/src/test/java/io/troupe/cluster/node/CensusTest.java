package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CensusTest {

    private static final List<String> THREE = List.of("n1", "n2", "n3");
    private static final long MILLI = 1_000_000;

    private static Formation.Greeting outside(String node) {
        return new Formation.Greeting("alpha", node, "data", "", "pekko://troupe@h:" + node, false, false, false, 0);
    }

    private static Formation.Greeting votingAt(String node, long echoNanos) {
        return new Formation.Greeting(
                "alpha", node, "data", "", "pekko://troupe@h:" + node, false, false, true, echoNanos);
    }

    private static Formation.Greeting member(String node) {
        return new Formation.Greeting("alpha", node, "data", "", "pekko://troupe@h:" + node, true, false, false, 0);
    }

    @Test
    void aNodeAloneNeverFormsAClusterOfThree() {
        Census census = new Census("n1", THREE, false, false);
        for (long now = 0; now < 60_000 * MILLI; now += 250 * MILLI) {
            assertThat(census.decide(now, true)).isInstanceOf(Census.Wait.class);
        }
    }

    @Test
    void aClusterOfOneIsFormedAtOnce() {
        assertThat(new Census("n1", List.of("n1"), false, false).decide(0, true))
                .isInstanceOf(Census.Form.class);
    }

    @Test
    void aNodeElsewhereThanConfiguredGivesANamesakeTimeToAnswer() {
        Census census = new Census("n1", List.of("n1"), true, false);
        assertThat(census.decide(0, true)).isInstanceOf(Census.Wait.class);
        assertThat(census.decide(Census.SETTLE.toNanos(), true)).isInstanceOf(Census.Form.class);
    }

    @Test
    void whereAMemberAnswersItIsJoined() {
        Census census = new Census("n1", THREE, false, false);
        census.heard(outside("n2"), 0);
        census.heard(member("n3"), 0);
        assertThat(census.decide(0, true)).isEqualTo(new Census.Join(List.of("pekko://troupe@h:n3")));
    }

    @Test
    void onlyTheFirstInContactProposesItself() {
        Census second = new Census("n2", THREE, false, false);
        second.heard(outside("n1"), 0);
        second.heard(outside("n3"), 0);
        assertThat(second.decide(0, true)).isEqualTo(new Census.Wait("waiting for n1 to form the cluster"));
        Census first = new Census("n1", THREE, false, false);
        first.heard(outside("n2"), 0);
        first.heard(outside("n3"), 0);
        assertThat(first.decide(0, true)).isInstanceOf(Census.Propose.class);
    }

    @Test
    void aMajorityWaitsAMomentForTheRestAndGoesOnWithoutIt() {
        Census census = new Census("n2", THREE, false, false); // n1 is down
        long now = 0;
        while (now < Census.SETTLE.toNanos()) {
            census.heard(outside("n3"), now);
            assertThat(census.decide(now, true)).as("at %d", now).isInstanceOf(Census.Wait.class);
            now += 250 * MILLI;
        }
        census.heard(outside("n3"), now);
        assertThat(census.decide(now, true)).isInstanceOf(Census.Propose.class);
    }

    @Test
    void aMajorityOfVotesFormsTheClusterWhileTheyCount() {
        Census census = new Census("n1", THREE, false, false);
        census.heard(outside("n2"), 0);
        census.heard(votingAt("n3", 0), 0);
        assertThat(census.decide(0, true)).isInstanceOf(Census.Form.class);
        long stale = Vote.COUNTED.toNanos() + MILLI;
        census.heard(outside("n2"), stale);
        census.heard(votingAt("n3", 0), stale);
        assertThat(census.decide(stale, true)).isInstanceOf(Census.Propose.class);
    }

    @Test
    void whoGaveItsVoteAwayDoesNotStandItself() {
        Census census = new Census("n1", THREE, false, false);
        census.heard(votingAt("n2", 0), 0);
        census.heard(votingAt("n3", 0), 0);
        assertThat(census.decide(0, false)).isInstanceOf(Census.Wait.class);
    }

    @Test
    void aNodeThatFellSilentIsNoLongerInContact() {
        Census census = new Census("n1", THREE, false, false);
        census.heard(outside("n2"), 0);
        census.heard(outside("n3"), 0);
        assertThat(census.decide(Census.FRESH.toNanos() + MILLI, true)).isInstanceOf(Census.Wait.class);
    }

    @Test
    void whoOutlivesItsClusterWouldFindOneWithAMajorityInContactOrAMemberToJoin() {
        Census alone = new Census("n1", List.of("n1", "n2", "n3", "n4", "n5"), false, false);
        alone.heard(outside("n2"), 0);
        assertThat(alone.wouldFindItsCluster(MILLI)).as("two of five").isFalse();
        alone.heard(outside("n5"), MILLI);
        assertThat(alone.wouldFindItsCluster(2 * MILLI)).as("three of five").isTrue();
        assertThat(alone.wouldFindItsCluster(MILLI + Census.FRESH.toNanos()))
                .as("n2 fell silent")
                .isFalse();
        alone.heard(member("n4"), 2 * Census.FRESH.toNanos());
        assertThat(alone.wouldFindItsCluster(2 * Census.FRESH.toNanos())).isTrue();
    }

    @Test
    void whoRefusesWhatComesFromALifeThatWasRemovedIsInContact() {
        Census alone = new Census("n1", THREE, false, false);
        alone.heardRefusal("n3", 0);
        assertThat(alone.wouldFindItsCluster(MILLI)).isTrue();
        assertThat(alone.wouldFindItsCluster(Census.FRESH.toNanos() + MILLI)).isFalse();
    }

    @Test
    void whoOnlyJoinsWouldFindNoClusterWithoutAMember() {
        Census alone = new Census("n1", THREE, false, true);
        alone.heard(outside("n2"), 0);
        alone.heard(outside("n3"), 0);
        assertThat(alone.wouldFindItsCluster(MILLI)).isFalse();
        alone.heard(member("n3"), MILLI);
        assertThat(alone.wouldFindItsCluster(MILLI)).isTrue();
    }

    @Test
    void aVoteBindsLongerThanItCounts() {
        Vote vote = new Vote();
        assertThat(vote.give("n1", 0)).isTrue();
        assertThat(vote.give("n2", Vote.COUNTED.toNanos() + MILLI)).isFalse();
        assertThat(vote.give("n1", MILLI)).isTrue();
        assertThat(vote.give("n2", MILLI + Vote.BINDING.toNanos() + MILLI)).isTrue();
        assertThat(vote.isFreeFor("n1", MILLI + Vote.BINDING.toNanos() + 2 * MILLI))
                .isFalse();
    }

    @Test
    void whoOnlyJoinsNeverForms() {
        Census census = new Census("n1", List.of("n1"), false, true);
        assertThat(census.decide(0, true)).isInstanceOf(Census.Wait.class);
        assertThat(census.decide(60_000 * MILLI, true)).isInstanceOf(Census.Wait.class);
    }
}
