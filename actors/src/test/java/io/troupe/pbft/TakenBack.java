package io.troupe.pbft;

import io.troupe.pbft.TentativeExecution.Batch;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What replicas executed tentatively, and what of it they took back (§5.1): that runs come to both. */
final class TakenBack implements Inspector {

    private final Map<Core, Batch> tentative = new HashMap<>();
    private int executed;
    private int takenBack;

    @Override
    public void afterStep(Core core) {
        Optional<Batch> now = core.tentative.batch();
        Batch before = tentative.get(core);
        if (before != null && !now.equals(Optional.of(before))) {
            tentative.remove(core);
            boolean hasCommitted = core.executed() >= before.sequence()
                    || core.slotIfAny(before.sequence())
                            .flatMap(Slot::committed)
                            .filter(before.digest()::equals)
                            .isPresent();
            takenBack += hasCommitted ? 0 : 1;
        }
        now.filter(batch -> !batch.equals(before)).ifPresent(batch -> {
            tentative.put(core, batch);
            executed++;
        });
    }

    /** Batches, at all replicas. */
    int executed() {
        return executed;
    }

    int takenBack() {
        return takenBack;
    }
}
