package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Carrier;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.Piggybacked;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Commits that this replica has said and that no client waits for, because it was answered tentatively ({@link
 * TentativeExecution}). They go with the replica's vote for the next batch, so that while batches follow each other the commit phase
 * costs few messages of its own. To the group such a commit is late, and by no more than {@value #HELD_TICKS_MAX} ticks.
 *
 * <p>Whether a vote will follow is told by what did before: when so many of its votes have followed a commit within a tick. Each time
 * that commits were held in vain, because none came, or somebody waited after all, twice as many are asked for, up to a bound; each
 * time that as many were taken along, half as many.
 */
final class HeldCommits {

    private static final int HELD_TICKS_MAX = 2;
    private static final int FOLLOWED_MAX = 256;

    private final Core core;
    private final int followedMin;
    private final List<Commit> held = new ArrayList<>();
    private long saidAt;
    /** When the first of them was. */
    private long heldAt;
    /** Votes in succession that followed a commit, and how many of them there must be. */
    private int followed;

    private int needed;
    /** Of those that were held, in succession. */
    private int taken;

    HeldCommits(Core core) {
        this.core = core;
        this.followedMin = core.settings.piggybackedCommitsAfter();
        this.needed = followedMin;
    }

    /** @return whether it waits for the next vote */
    boolean hold(Commit commit) {
        boolean isHeld = followed >= needed;
        if (isHeld) {
            heldAt = held.isEmpty() ? core.now() : heldAt;
            held.add(commit);
        }
        return isHeld;
    }

    /** A commit was said, held or not. */
    void said() {
        saidAt = core.now();
    }

    /** The vote, and those that it takes along. */
    PbftMessage with(Carrier vote) {
        boolean follows = core.now() - saidAt <= 1;
        followed = follows ? Math.min(followed + 1, FOLLOWED_MAX) : 0;
        if (held.isEmpty()) {
            return vote;
        }
        if (++taken >= needed) {
            taken = 0;
            needed = Math.max(followedMin, needed / 2);
        }
        return new Piggybacked(take(), vote);
    }

    /** No vote came. */
    void onTick(Collection<String> readers) {
        if (core.now() - heldAt >= HELD_TICKS_MAX) {
            tell(readers);
        }
    }

    /** Somebody waits for them after all. */
    void tell(Collection<String> readers) {
        if (!held.isEmpty()) {
            followed = 0;
            taken = 0;
            needed = Math.min(2 * needed, FOLLOWED_MAX);
            core.multicast(new Commits(take()), readers);
        }
    }

    private List<Commit> take() {
        List<Commit> all = List.copyOf(held);
        held.clear();
        return all;
    }
}
