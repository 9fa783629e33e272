package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Certified;
import java.util.Optional;
import java.util.TreeMap;

/** How a view began, which tells what can have prepared up to it and in it. */
record ViewStart(long view, NewViewDecision decision) {

    /** View 0 begins with nothing. */
    static final ViewStart FIRST = new ViewStart(0, new NewViewDecision(0, Optional.empty(), new TreeMap<>()));

    /**
     * Whether a correct replica may pre-prepare that batch in this view: the view began with it, or it is above all that the
     * view began with.
     */
    boolean allows(Certified batch, Digest nullDigest) {
        long sequence = batch.sequence();
        if (sequence <= decision.checkpoint() || batch.view() > view) {
            return false;
        }
        return sequence <= decision.last()
                ? decision.chosen()
                        .getOrDefault(sequence, Optional.empty())
                        .orElse(nullDigest)
                        .equals(batch.digest())
                : batch.view() == view;
    }

    /**
     * Whether what prepared in this view or before must still be told of: had it committed before this view, the view would
     * have begun with it.
     */
    boolean keeps(Certified prepared, Digest nullDigest) {
        return prepared.sequence() <= decision.checkpoint() || allows(prepared, nullDigest);
    }
}
