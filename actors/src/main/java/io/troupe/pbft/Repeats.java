package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.Slot.Vote;
import java.util.Optional;

/** What this replica has said about a slot, said again to one who may have missed it. */
final class Repeats {

    private final Core core;

    Repeats(Core core) {
        this.core = core;
    }

    /** And what it misses itself. */
    void sayAll(Slot slot, String to) {
        if (core.leads()) {
            presentVote(slot)
                    .flatMap(vote -> core.batch(slot.sequence, vote.digest()))
                    .ifPresent(batch -> core.send(to, new PrePrepare(core.ledger.view(), slot.sequence, batch)));
        }
        sayVotes(slot, to);
        slot.awaited().ifPresent(chosen -> core.fetch(slot, chosen));
    }

    void sayVotes(Slot slot, String to) {
        presentVote(slot).ifPresent(vote -> core.send(to, new Prepare(vote.view(), slot.sequence, vote.digest())));
        slot.commitOf(core.node)
                .ifPresent(vote -> core.send(to, new Commit(vote.view(), slot.sequence, vote.digest())));
    }

    /** This replica's prepare, when it is of the view in force. */
    private Optional<Vote> presentVote(Slot slot) {
        return slot.prepareOf(core.node).filter(vote -> core.isActiveIn(vote.view()));
    }
}
