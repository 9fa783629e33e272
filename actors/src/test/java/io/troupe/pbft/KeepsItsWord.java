package io.troupe.pbft;

import java.util.HashMap;
import java.util.Map;

/**
 * What a correct replica has said it does not say otherwise, in this life or the next: one batch a view and sequence
 * number pre-prepares, and one prepares (§4.2).
 */
final class KeepsItsWord implements SlotInspector {

    private record Place(String node, long view, long sequence) {}

    /** A life of a replica, which has a core of its own: what was accepted and not voted for may be forgotten with it. */
    private record Accepted(Core life, long view, long sequence) {}

    private final Map<Accepted, Digest> accepted = new HashMap<>();
    private final Map<Place, Digest> prepares = new HashMap<>();
    private final Map<Place, Digest> commits = new HashMap<>();

    @Override
    public void afterChange(Core core, Slot slot) {
        slot.prePrepared().ifPresent(digest -> acceptedAlone(core, slot, digest));
        slot.prepareOf(core.node).ifPresent(vote -> same(prepares, core, slot, vote));
        slot.commitOf(core.node).ifPresent(vote -> same(commits, core, slot, vote));
    }

    private void acceptedAlone(Core core, Slot slot, Digest digest) {
        Digest other = accepted.putIfAbsent(new Accepted(core, core.ledger.view(), slot.sequence), digest);
        if (other != null && !other.equals(digest)) {
            throw new AssertionError(core.node + " accepted " + other + " and then " + digest + " at " + slot.sequence
                    + " in view " + core.ledger.view());
        }
    }

    private static void same(Map<Place, Digest> said, Core core, Slot slot, Slot.Vote vote) {
        Place place = new Place(core.node, vote.view(), slot.sequence);
        Digest other = said.putIfAbsent(place, vote.digest());
        if (other != null && !other.equals(vote.digest())) {
            throw new AssertionError(place + " said " + other + " and then " + vote.digest());
        }
    }
}
