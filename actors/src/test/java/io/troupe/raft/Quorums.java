package io.troupe.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The arithmetic of quorums once more, for those who judge {@link Configuration}'s. */
final class Quorums {

    private Quorums() {}

    static boolean isQuorum(Configuration configuration, Set<String> nodes) {
        return isMajority(configuration.voters(), nodes)
                && (configuration.outgoing().isEmpty() || isMajority(configuration.outgoing(), nodes));
    }

    private static boolean isMajority(SortedSet<String> voters, Set<String> nodes) {
        return voters.stream().filter(nodes::contains).count() > voters.size() / 2;
    }

    /** Whether some quorum of one has no server in common with some quorum of the other. */
    static boolean areDisjointSome(Configuration one, Configuration other) {
        TreeSet<String> all = new TreeSet<>(one.voters());
        all.addAll(one.outgoing());
        all.addAll(other.voters());
        all.addAll(other.outgoing());
        List<String> nodes = new ArrayList<>(all);
        for (int chosen = 0; chosen < 1 << nodes.size(); chosen++) {
            Set<String> some = new TreeSet<>();
            Set<String> rest = new TreeSet<>();
            for (int i = 0; i < nodes.size(); i++) {
                ((chosen >> i & 1) == 1 ? some : rest).add(nodes.get(i));
            }
            if (isQuorum(one, some) && isQuorum(other, rest)) {
                return true;
            }
        }
        return false;
    }
}
