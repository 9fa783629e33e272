package io.troupe.raft;

import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Refusal;
import java.util.List;
import java.util.TreeSet;

/**
 * From one configuration to the next. When at most one voter comes or goes, any majority of the old and any of the new
 * have a server in common, and the next configuration follows at once (thesis §4.1); else a joint one comes
 * in between (§6; thesis §4.3).
 */
final class ConfigurationChange {

    private ConfigurationChange() {}

    sealed interface Result permits Next, Refused {}

    /** What is appended now; when it is joint, {@link Configuration#withoutOutgoing} follows. */
    record Next(Configuration configuration) implements Result {}

    record Refused(Refusal refusal, String detail) implements Result {}

    /** @param now not joint */
    static Result apply(Configuration now, List<MemberChange> changes) {
        if (changes.isEmpty()
                || changes.stream().map(MemberChange::node).distinct().count() < changes.size()) {
            return new Refused(
                    Refusal.AMBIGUOUS, "the changes are " + changes + "; there must be one a node, at least");
        }
        TreeSet<String> voters = new TreeSet<>(now.voters());
        TreeSet<String> learners = new TreeSet<>(now.learners());
        TreeSet<String> witnesses = new TreeSet<>(now.witnesses());
        for (MemberChange change : changes) {
            String node = change.node();
            boolean done =
                    switch (change.kind()) {
                        case ADD_LEARNER -> !now.isMember(node) && learners.add(node);
                        case ADD_VOTER -> !now.isMember(node) && voters.add(node);
                        case ADD_WITNESS -> !now.isMember(node) && voters.add(node) && witnesses.add(node);
                        case PROMOTE -> learners.remove(node) && voters.add(node);
                        case REMOVE -> learners.remove(node) || voters.remove(node);
                    };
            if (!done) {
                return refused(now, change);
            }
        }
        if (witnesses.containsAll(voters)) { // Also when there are none.
            return new Refused(
                    Refusal.NO_VOTER_LEFT,
                    "of the voters " + now.voters() + " at least one must stay that is no witness; witnesses are "
                            + now.witnesses());
        }
        boolean simple = differences(now, voters) <= 1;
        Configuration joint = new Configuration(voters, now.voters(), learners, witnesses);
        return new Next(simple ? joint.withoutOutgoing() : joint);
    }

    private static Refused refused(Configuration now, MemberChange change) {
        Refusal refusal =
                switch (change.kind()) {
                    case ADD_LEARNER, ADD_VOTER, ADD_WITNESS -> Refusal.ALREADY_MEMBER;
                    case PROMOTE -> Refusal.NOT_A_LEARNER;
                    case REMOVE -> Refusal.NOT_A_MEMBER;
                };
        return new Refused(
                refusal,
                "cannot " + change.kind() + " " + change.node() + ": voters are " + now.voters() + ", learners are "
                        + now.learners());
    }

    private static int differences(Configuration now, TreeSet<String> voters) {
        TreeSet<String> different = new TreeSet<>(voters);
        different.addAll(now.voters());
        different.removeIf(node -> voters.contains(node) && now.voters().contains(node));
        return different.size();
    }
}
