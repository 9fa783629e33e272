package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.ReplyStable;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * How far a replica that has forgotten everything can have come, by what the others say of themselves (TOCS 2002, recovery,
 * estimation). Its last stable checkpoint was a quorum's, and whatever view was in force for it a quorum had gone to. So of any
 * quorum of others one correct replica at least has come as far (two quorums of the others, less f-1 who may lie, meet: the
 * one who asks is one of the f), and the number that a quorum is not beyond bounds both.
 *
 * @param executed it had no stable checkpoint above this one
 * @param view no later one was in force for it
 * @param isFounding whether nothing was ever said here, by anybody
 */
record Estimate(long executed, long view, boolean isFounding) {

    /**
     * @param told by others, since this replica asked; one of each
     * @param window L: who says that it is further by more than that is believed when others are there, too
     * @return empty when these do not tell enough: more are needed, or they will say other things soon
     */
    static Optional<Estimate> of(Membership members, Collection<ReplyStable> told, long window) {
        OptionalLong executed = bound(members, told, ReplyStable::executed, window);
        OptionalLong view = bound(members, told, ReplyStable::view, 1);
        if (executed.isEmpty() || view.isEmpty()) {
            return Optional.empty();
        }
        boolean isFounding = told.stream().allMatch(one -> one.view() == 0 && one.executed() == 0 && one.used() == 0);
        return Optional.of(new Estimate(executed.getAsLong(), view.getAsLong(), isFounding));
    }

    /**
     * What a quorum is not beyond. When it is a liar's, f others are not further below than {@code slack}, one of them
     * correct.
     */
    private static OptionalLong bound(
            Membership members, Collection<ReplyStable> told, ToLongFunction<ReplyStable> what, long slack) {
        List<Long> sorted = told.stream().mapToLong(what).sorted().boxed().toList();
        if (sorted.size() < members.quorum()) {
            return OptionalLong.empty();
        }
        long bound = sorted.get(members.quorum() - 1);
        long near = sorted.stream().filter(one -> one >= bound - slack).count();
        return near > members.faults() ? OptionalLong.of(bound) : OptionalLong.empty();
    }
}
