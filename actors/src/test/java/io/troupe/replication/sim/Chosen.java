package io.troupe.replication.sim;

import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Members;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What a number that was drawn ahead of time stands for, among the nodes that there are when its time comes. */
public final class Chosen {

    private Chosen() {}

    /** A change of one of them; none where there are no nodes. */
    public static List<MemberChange> one(List<String> nodes, int chosen, Function<String, MemberChange> change) {
        return nodes.isEmpty() ? List.of() : List.of(change.apply(nodes.get(chosen % nodes.size())));
    }

    /** What makes {@code voters} those of the names that vote, and the others no members. */
    public static List<MemberChange> changes(List<String> names, Members now, Collection<String> voters) {
        List<MemberChange> changes = new ArrayList<>();
        for (String name : names) {
            if (!voters.contains(name) && now.has(name)) {
                changes.add(MemberChange.remove(name));
            } else if (voters.contains(name) && now.learners().contains(name)) {
                changes.add(MemberChange.promote(name));
            } else if (voters.contains(name) && !now.has(name)) {
                changes.add(MemberChange.addVoter(name));
            }
        }
        return changes;
    }

    /** @param chosen a bit for each name */
    public static List<String> subset(List<String> names, int chosen) {
        return IntStream.range(0, names.size())
                .filter(i -> (chosen >> i & 1) == 1)
                .mapToObj(names::get)
                .toList();
    }
}
