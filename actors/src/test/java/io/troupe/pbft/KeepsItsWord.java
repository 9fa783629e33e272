package io.troupe.pbft;

import java.util.HashMap;
import java.util.Map;

/**
 * What a correct replica has said it does not say otherwise, in this life or the next: one batch a view and sequence
 * number pre-prepares, and one prepares (§4.2).
 */
final class KeepsItsWord implements Inspector {

    private record Place(String node, long view, long sequence) {}

    private final Map<Place, Digest> prepares = new HashMap<>();
    private final Map<Place, Digest> commits = new HashMap<>();

    @Override
    public void afterStep(Core core) {
        for (Slot slot : core.slots()) {
            slot.prepareOf(core.node).ifPresent(vote -> same(prepares, core, slot, vote));
            slot.commitOf(core.node).ifPresent(vote -> same(commits, core, slot, vote));
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
