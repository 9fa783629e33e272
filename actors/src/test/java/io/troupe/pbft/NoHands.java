package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.StateHeader;

/** Does nothing of what {@link StateTransfer} has done. */
final class NoHands implements StateTransfer.Hands {

    @Override
    public void fetch(Checkpoint target) {}

    @Override
    public void restore(long sequence, StateHeader header) {}

    @Override
    public void prune(long sequence) {}

    @Override
    public void windowMoved() {}
}
