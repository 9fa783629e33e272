package io.troupe.etcd.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.Member;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.members.Alignment.Heard;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Members;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AlignmentTest {

    private static final Heard N1 = heard("n1", "http://h:1");
    private static final Heard N2 = heard("n2", "http://h:2");

    private static Heard heard(String node, String peerUrl) {
        return new Heard(node, peerUrl, List.of("http://" + node));
    }

    private static Member member(long id, String node, String peer, boolean learner) {
        var member = Member.newBuilder()
                .setID(id)
                .setName(node)
                .addPeerURLs("http://" + peer)
                .setIsLearner(learner);
        if (!node.isEmpty()) {
            member.addClientURLs("http://" + node);
        }
        return member.build();
    }

    private static Roster roster(Member... members) {
        return Roster.restored(9, List.of(members), new TreeMap<>());
    }

    private static Members group(List<String> voters, List<String> learners) {
        return new Members(new TreeSet<>(voters), new TreeSet<>(learners));
    }

    private static Optional<Alignment.Step> next(Roster roster, Members group) {
        return Alignment.next(roster, group, List.of(N1, N2), url -> url.replace("alias", "h"));
    }

    @Test
    void aNodeThatTheGroupWasSetUpWithIsRecorded() {
        assertThat(next(roster(), group(List.of("n1"), List.of()))).contains(new Alignment.Found("n1"));
    }

    @Test
    void whatIsInLineStaysAsItIs() {
        assertThat(next(roster(member(1, "n1", "h:1", false)), group(List.of("n1"), List.of())))
                .isEmpty();
    }

    @Test
    void aNewMemberIsKnownByWhereItIsReachedThenLearnsThenVotes() {
        Member first = member(1, "n1", "h:1", false);
        Roster added = roster(first, member(2, "", "h:2", false));
        var alone = group(List.of("n1"), List.of());
        assertThat(Alignment.next(added, alone, List.of(N1), url -> url))
                .as("while nobody is there")
                .isEmpty();
        Member heard = Member.newBuilder()
                .setID(2)
                .setName("n2")
                .addClientURLs("http://n2")
                .build();
        assertThat(next(added, alone)).contains(new Alignment.Start(heard));
        assertThat(next(roster(first, member(2, "", "alias:2", false)), alone))
                .as("by another name of its host")
                .contains(new Alignment.Start(heard));
        assertThat(next(roster(first, member(2, "", "alias:3", false)), alone)).isEmpty();
        Roster started = roster(first, member(2, "n2", "h:2", false));
        assertThat(next(started, alone)).contains(new Alignment.Change(MemberChange.addLearner("n2")));
        assertThat(next(started, group(List.of("n1"), List.of("n2"))))
                .contains(new Alignment.Change(MemberChange.promote("n2")));
        assertThat(next(started, group(List.of("n1", "n2"), List.of()))).isEmpty();
    }

    @Test
    void aLearnerStaysOneUntilTheGroupLetsItVote() {
        Roster learning = roster(member(1, "n1", "h:1", false), member(2, "n2", "h:2", true));
        assertThat(next(learning, group(List.of("n1"), List.of("n2")))).isEmpty();
        assertThat(next(learning, group(List.of("n1", "n2"), List.of()))).contains(new Alignment.Promoted(2));
    }

    @Test
    void aRemovedMembersNodeLeavesTheGroupAndIsNotTakenForOneThatItWasSetUpWith() {
        var removed = new TreeMap<Long, String>();
        removed.put(2L, "n2");
        Roster left = Roster.restored(9, List.of(member(1, "n1", "h:1", false)), removed);
        assertThat(next(left, group(List.of("n1", "n2"), List.of())))
                .contains(new Alignment.Change(MemberChange.remove("n2")));
        assertThat(next(left, group(List.of("n1"), List.of()))).isEmpty();
    }

    @Test
    void aMemberThatServesElsewhereIsRecordedThere() {
        Roster before = roster(member(1, "n1", "h:1", false));
        var moved = new Heard("n1", "http://h:1", List.of("http://other"));
        assertThat(Alignment.next(before, group(List.of("n1"), List.of()), List.of(moved), url -> url))
                .contains(new Alignment.Start(Member.newBuilder()
                        .setID(1)
                        .setName("n1")
                        .addClientURLs("http://other")
                        .build()));
    }

    @Test
    void aNumberThatAMemberHasIsNoOthers() {
        Roster roster = roster(member(1, "n1", "h:1", false));
        assertThat(RosterChanges.add(roster, member(1, "", "h:2", true), true))
                .isEqualTo(new RosterChanges.Refused(EtcdError.MEMBER_EXISTS));
    }
}
