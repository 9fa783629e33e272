package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Carrier;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.Piggybacked;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Commits that this replica has said and that nobody waits for: clients have been answered tentatively ({@link
 * TentativeExecution}). They go with its vote for the next batch, so that while writes go on the commit phase costs no messages of
 * its own. To the group they are late, and no more than a tick.
 */
final class HeldCommits {

    /** Batches that are so many ticks apart at most follow each other: after one of these the next may be expected. */
    private static final int FOLLOWS_TICKS = 1;

    private final Core core;
    private final List<Commit> held = new ArrayList<>();
    private long lastSaid = Long.MIN_VALUE / 2;

    HeldCommits(Core core) {
        this.core = core;
    }

    /** @return whether it waits for the next vote: one may be expected soon */
    boolean hold(Commit commit) {
        boolean follows = core.now() - lastSaid <= FOLLOWS_TICKS;
        lastSaid = core.now();
        if (follows) {
            held.add(commit);
        }
        return follows;
    }

    /** The vote, and those that it takes along. */
    PbftMessage with(Carrier vote) {
        return held.isEmpty() ? vote : new Piggybacked(take(), vote);
    }

    /** Somebody waits for them after all, or no vote came. */
    void tell(Collection<String> readers) {
        if (!held.isEmpty()) {
            core.multicast(new Commits(take()), readers);
        }
    }

    private List<Commit> take() {
        List<Commit> taken = List.copyOf(held);
        held.clear();
        return taken;
    }
}
