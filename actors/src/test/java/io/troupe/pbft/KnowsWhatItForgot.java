package io.troupe.pbft;

import java.util.HashMap;
import java.util.Map;

/**
 * A replica that has lost its disk takes nothing for said that it may have said before (TOCS 2002, recovery: estimation), and
 * remembers how far that goes, in later lives too, until a stable checkpoint is beyond it.
 */
final class KnowsWhatItForgot implements Inspector, SlotInspector {

    /** The highest number that each has voted for, in all its lives. */
    private final Map<String, Long> voted = new HashMap<>();

    private final Map<String, Long> forgottenThrough = new HashMap<>();

    @Override
    public void afterStep(Core core) {
        long through = core.ledger.forgottenThrough();
        long before = forgottenThrough.getOrDefault(core.node, 0L);
        if (through != before && before == Fact.Forgot.ALL && voted.getOrDefault(core.node, 0L) > through) {
            throw new AssertionError(core.node + " has voted for " + voted.get(core.node)
                    + ", and takes what it forgot to end at " + through);
        } else if (through < before && before < Fact.Forgot.ALL && core.ledger.stableSequence() < before) {
            throw new AssertionError(core.node + " has forgotten what it said through " + before
                    + ", and does not know it any more at its stable checkpoint " + core.ledger.stableSequence());
        }
        forgottenThrough.put(core.node, through);
    }

    @Override
    public void afterChange(Core core, Slot slot) {
        if (slot.prepareOf(core.node).isPresent() || slot.commitOf(core.node).isPresent()) {
            voted.merge(core.node, slot.sequence, Math::max);
        }
    }
}
