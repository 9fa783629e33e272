package io.troupe.pbft;

import io.troupe.pbft.Slot.Vote;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows the slots of a replica to their inspectors, of hundreds those alone that say something else than after the step before: a
 * message changes one or two.
 */
final class ChangedSlots implements Inspector {

    /** What a slot says of its replica, by identity: none of it is changed in its place. */
    private static final class Said {
        private long view = -1;
        private Optional<Digest> prePrepared = Optional.empty();
        private boolean prepared;
        private Optional<Digest> committed = Optional.empty();
        private @Nullable Vote prepare;
        private @Nullable Vote commit;

        /** @return whether it said something else before */
        boolean isNews(Core core, Slot slot) {
            Vote prepareNow = slot.prepareOf(core.node).orElse(null);
            Vote commitNow = slot.commitOf(core.node).orElse(null);
            boolean isSame = view == core.ledger.view()
                    && prePrepared == slot.prePrepared()
                    && prepared == slot.isMarkedPrepared()
                    && committed == slot.committed()
                    && prepare == prepareNow
                    && commit == commitNow;
            view = core.ledger.view();
            prePrepared = slot.prePrepared();
            prepared = slot.isMarkedPrepared();
            committed = slot.committed();
            prepare = prepareNow;
            commit = commitNow;
            return !isSame;
        }
    }

    private final List<SlotInspector> inspectors;
    private final Map<Slot, Said> seen = new IdentityHashMap<>();

    ChangedSlots(SlotInspector... inspectors) {
        this.inspectors = List.of(inspectors);
    }

    @Override
    public void afterStep(Core core) {
        for (Slot slot : core.slots()) {
            if (seen.computeIfAbsent(slot, unseen -> new Said()).isNews(core, slot)) {
                inspectors.forEach(inspector -> inspector.afterChange(core, slot));
            }
        }
    }
}
