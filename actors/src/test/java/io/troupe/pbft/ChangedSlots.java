package io.troupe.pbft;

import io.troupe.pbft.Slot.Vote;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shows the slots of a replica to their inspectors, of hundreds those alone that say something else than after the step before: a
 * message changes one or two.
 */
final class ChangedSlots implements Inspector {

    /** What a slot says of its replica. */
    private record Said(
            long view,
            Optional<Digest> prePrepared,
            boolean prepared,
            Optional<Digest> committed,
            Optional<Vote> prepare,
            Optional<Vote> commit) {

        static Said by(Core core, Slot slot) {
            return new Said(
                    core.ledger.view(),
                    slot.prePrepared(),
                    slot.isMarkedPrepared(),
                    slot.committed(),
                    slot.prepareOf(core.node),
                    slot.commitOf(core.node));
        }
    }

    private final List<SlotInspector> inspectors;
    private final Map<Slot, Said> seen = new HashMap<>();

    ChangedSlots(SlotInspector... inspectors) {
        this.inspectors = List.of(inspectors);
    }

    @Override
    public void afterStep(Core core) {
        for (Slot slot : core.slots()) {
            Said now = Said.by(core, slot);
            if (!now.equals(seen.put(slot, now))) {
                inspectors.forEach(inspector -> inspector.afterChange(core, slot));
            }
        }
    }
}
