package io.troupe.pbft;

import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The replicas of a group and the arithmetic of its quorums (§3, §4): of n = 3f+1 replicas f may be faulty. With other
 * numbers f is the most that n allows, and a quorum is what any two of have a correct replica in common.
 *
 * @param replicas stable node ids, each once, in the order in which they are primaries
 */
record Membership(List<String> replicas) {

    Membership {
        replicas = replicas.stream().sorted().toList();
        if (replicas.isEmpty() || replicas.stream().distinct().count() < replicas.size()) {
            throw new IllegalArgumentException(
                    "The replicas are " + replicas + "; they must be one or more, each once");
        }
    }

    int size() {
        return replicas.size();
    }

    /** f: how many replicas may be faulty. */
    int faults() {
        return (size() - 1) / 3;
    }

    /** 2f+1 of 3f+1: any two quorums have a correct replica in common, and one can be had without the faulty. */
    int quorum() {
        return (size() + faults()) / 2 + 1;
    }

    /** f+1: one of them at least is correct. */
    int weakQuorum() {
        return faults() + 1;
    }

    /** p = v mod |R| (§4). */
    String primary(long view) {
        return replicas.get((int) (view % size()));
    }

    /** The quorum that votes while all is well: the view's primary and those after it. */
    List<String> preferred(long view) {
        return IntStream.range(0, quorum())
                .mapToObj(place -> primary(view + place))
                .toList();
    }

    /** All but these. */
    List<String> others(Collection<String> nodes) {
        return replicas.stream().filter(node -> !nodes.contains(node)).toList();
    }

    boolean contains(String node) {
        return replicas.contains(node);
    }
}
