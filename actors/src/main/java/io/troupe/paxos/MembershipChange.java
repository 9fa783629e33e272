package io.troupe.paxos;

import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What membership comes of one, all changes at once or none. */
final class MembershipChange {

    sealed interface Result permits Next, Refused {}

    record Next(Membership membership) implements Result {}

    record Refused(Refusal refusal, String detail) implements Result {}

    private MembershipChange() {}

    /** @param token with which a node's votes come, as far as that is known */
    static Result apply(Membership now, List<MemberChange> changes, ToLongFunction<String> token) {
        long nodes = changes.stream().map(MemberChange::node).distinct().count();
        if (changes.isEmpty() || nodes < changes.size()) {
            return new Refused(Refusal.AMBIGUOUS, "there must be changes, and one for a node; they are " + changes);
        }
        for (MemberChange change : changes) {
            Optional<Refused> refused = judge(now, change);
            if (refused.isPresent()) {
                return refused.get();
            }
        }
        Membership next = now;
        for (MemberChange change : changes) {
            next = switch (change.kind()) {
                case ADD_LEARNER -> next.withLearner(change.node());
                case ADD_VOTER, PROMOTE -> next.with(change.node(), token.applyAsLong(change.node()));
                case ADD_WITNESS -> throw new IllegalStateException("Was refused: " + change);
                case REMOVE -> next.without(change.node());
            };
        }
        return checked(next);
    }

    private static Optional<Refused> judge(Membership now, MemberChange change) {
        String node = change.node();
        boolean isMember = now.members().contains(node);
        return switch (change.kind()) {
            case ADD_LEARNER, ADD_VOTER ->
                isMember
                        ? Optional.of(new Refused(Refusal.ALREADY_MEMBER, node + " belongs to the group already"))
                        : Optional.empty();
            case ADD_WITNESS ->
                Optional.of(new Refused(
                        Refusal.UNSUPPORTED,
                        node + " cannot be a witness: " + PaxosEngine.NAME + " has none; add it as a voter"));
            case PROMOTE ->
                now.learners().contains(node)
                        ? Optional.empty()
                        : Optional.of(new Refused(
                                Refusal.NOT_A_LEARNER, node + " is no learner; the learners are " + now.learners()));
            case REMOVE ->
                isMember
                        ? Optional.empty()
                        : Optional.of(new Refused(
                                Refusal.NOT_A_MEMBER,
                                node + " does not belong to the group; its members are "
                                        + now.members().stream().collect(Collectors.joining(", "))));
        };
    }

    private static Result checked(Membership next) {
        if (!next.isKnown()) {
            return new Refused(Refusal.NO_VOTER_LEFT, "nobody would be left to vote");
        }
        try {
            next.quorums();
            return new Next(next);
        } catch (IllegalArgumentException e) {
            return new Refused(Refusal.NO_VOTER_LEFT, String.valueOf(e.getMessage()));
        }
    }
}
