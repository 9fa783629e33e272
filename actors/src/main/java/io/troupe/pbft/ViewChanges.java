package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Who wants which view (§4.4). Of each replica its latest word counts. */
final class ViewChanges {

    private record Said(ViewChange content, Signed proof) {}

    private final Membership members;
    private final TreeMap<String, Said> latest = new TreeMap<>();

    ViewChanges(Membership members) {
        this.members = members;
    }

    /** @return whether this was news */
    boolean add(String from, ViewChange content, Signed proof) {
        Said before = latest.get(from);
        if (before != null && before.content().view() >= content.view()) {
            return false;
        }
        latest.put(from, new Said(content, proof));
        return true;
    }

    private Map<String, Said> forView(long view) {
        TreeMap<String, Said> wanting = new TreeMap<>(latest);
        wanting.values().removeIf(said -> said.content().view() != view);
        return wanting;
    }

    /** Whether a quorum has left the views before this one: some of them for a later one, which they say instead. */
    boolean hasQuorumFor(long view) {
        return latest.values().stream()
                        .filter(said -> said.content().view() >= view)
                        .count()
                >= members.quorum();
    }

    /**
     * The smallest view above {@code view} that f+1 have gone to or beyond: a correct one is among them, so this replica
     * goes along and does not wait for its own timer.
     */
    OptionalLong toJoin(long view) {
        List<Long> above = latest.values().stream()
                .map(said -> said.content().view())
                .filter(wanted -> wanted > view)
                .sorted()
                .toList();
        return above.size() >= members.weakQuorum() ? OptionalLong.of(above.get(0)) : OptionalLong.empty();
    }

    /** What {@code node} said last, as it said it. */
    Optional<Signed> proof(String node) {
        return Optional.ofNullable(latest.get(node)).map(Said::proof);
    }

    /** All that was said last. */
    List<ViewChange> contents() {
        return latest.values().stream().map(Said::content).toList();
    }

    /** The new-view of {@code view}, once its view changes tell enough. */
    Optional<NewViewDecision> decide(long view, long window) {
        Collection<ViewChange> contents =
                forView(view).values().stream().map(Said::content).toList();
        return contents.size() < members.quorum() ? Optional.empty() : NewViewDecision.of(members, contents, window);
    }

    List<Signed> proofs(long view) {
        return forView(view).values().stream().map(Said::proof).toList();
    }

    void forgetThrough(long view) {
        latest.values().removeIf(said -> said.content().view() <= view);
    }
}
