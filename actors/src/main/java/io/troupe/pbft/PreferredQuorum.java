package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who votes. While all is well, only a preferred quorum does (the term is of Cowling et al., <em>HQ Replication</em>, OSDI
 * 2006): the primary and the 2f replicas after it. The f others are in reserve: they vote on nothing, and are told what was
 * pre-prepared and committed once a tick, all of it together. So a batch costs its group the work of 2f+1 replicas and not
 * of 3f+1.
 *
 * <p>Nothing is believed otherwise for it: to the group, a replica in reserve is one to which and from which some messages
 * are slow, by {@code reserve-patience} at most.
 *
 * <p>Transitions: alert, when all vote → calm, when a while has passed and the preferred replicas have all voted for what
 * was executed last; calm → alert when a batch does not commit in time, when a view begins, and, in reserve, when another
 * asks for votes by a prepare.
 */
final class PreferredQuorum {

    /** Commits told together; more go in the next message. */
    private static final int TOLD_TOGETHER_MAX = 256;
    /** Pre-prepares that are kept for it: their batches are in memory. */
    private static final int PRE_PREPARES_MAX = 32;

    private static final int ALERT_TICKS_MIN = 20;
    private static final int ALERT_TICKS_MAX = 64 * ALERT_TICKS_MIN;

    private final Core core;
    private List<String> preferred = List.of();
    /** The view whose they are. */
    private long preferredIn = -1;

    private boolean calm;
    private long alertTicks = ALERT_TICKS_MIN;
    private long alertUntil;
    private long calmSince;
    /** Executed through as of the last tick: commits for it that were on their way then are here. */
    private long settled;
    /** The first batch that has not committed, and since when it is that. */
    private long awaited;

    private long awaitedSince;
    /** The highest sequence number that each has prepared, and that each has committed to, in this view. */
    private final TreeMap<String, Long> prepared = new TreeMap<>();

    private final TreeMap<String, Long> committed = new TreeMap<>();

    private final HeldCommits held;

    private final List<Commit> untold = new ArrayList<>();
    private final List<PrePrepare> untoldPrePrepares = new ArrayList<>();

    PreferredQuorum(Core core) {
        this.core = core;
        this.held = new HeldCommits(core);
        wake();
    }

    /** Whether this replica need not vote. */
    boolean isInReserve() {
        return calm && !preferred().contains(core.node);
    }

    private List<String> preferred() {
        if (preferredIn != core.ledger.view()) {
            preferredIn = core.ledger.view();
            preferred = core.members.preferred(preferredIn);
        }
        return preferred;
    }

    // -- voting

    void say(PrePrepare prePrepare) {
        if (calm) {
            core.multicast(held.with(prePrepare), preferred());
            untoldPrePrepares.add(prePrepare);
            if (untoldPrePrepares.size() == PRE_PREPARES_MAX) {
                tell();
            }
        } else {
            core.multicast(prePrepare);
        }
    }

    void say(Prepare prepare, Slot slot) {
        onPrepare(core.node, prepare);
        core.multicast(held.with(prepare), readers(slot));
    }

    /** @param isAwaited else it may go with this replica's next vote */
    void say(Commit commit, Slot slot, boolean isAwaited) {
        onCommit(core.node, commit);
        held.said();
        boolean mayWait = calm && !isAwaited && preferred().containsAll(slot.voters());
        if (!mayWait || !held.hold(commit)) {
            tellHeld();
            core.multicast(commit, readers(slot));
        }
        if (calm) {
            untold.add(commit);
            if (untold.size() == TOLD_TOGETHER_MAX) {
                tell();
            }
        }
    }

    /** Commits that were to go with the next vote are waited for. */
    void tellHeld() {
        held.tell(preferred());
    }

    /** Whoever votes is told how this replica votes: at once, but for commits that are {@linkplain HeldCommits held}. */
    private Collection<String> readers(Slot slot) {
        Set<String> readers = new TreeSet<>(calm ? preferred() : core.members.replicas());
        readers.addAll(slot.voters());
        return readers;
    }

    /** Whether {@code node} is told at once how this replica votes, although it may not vote itself. */
    boolean hears(String node) {
        return !calm || preferred().contains(node);
    }

    private void tell() {
        untoldPrePrepares.forEach(prePrepare -> core.multicast(prePrepare, core.members.others(preferred())));
        untoldPrePrepares.clear();
        if (!untold.isEmpty()) {
            core.multicast(new Commits(untold), core.members.others(preferred()));
            untold.clear();
        }
    }

    /** A pre-prepare is one, too. */
    void onPrepare(String from, Prepare prepare) {
        if (prepare.view() == core.ledger.view()) {
            prepared.merge(from, prepare.sequence(), Math::max);
        }
    }

    void onCommit(String from, Commit commit) {
        if (commit.view() == core.ledger.view()) {
            committed.merge(from, commit.sequence(), Math::max);
        }
    }

    // -- calm and alert

    /** A view begins: who is well in it is not known. */
    void beginView() {
        prepared.clear();
        committed.clear();
        untoldPrePrepares.clear();
        wake();
    }

    /** @return whether votes are asked of this replica, which was in reserve */
    boolean onAsked() {
        boolean wakes = isInReserve();
        if (wakes) {
            wake();
        }
        return wakes;
    }

    private void wake() {
        held.tell(core.members.replicas());
        tell();
        calm = false;
        alertUntil = core.now() + alertTicks;
    }

    /**
     * @param waitsFor the batch that is executed next and has pre-prepared and not committed; 0 for none
     * @return whether this replica is alert from now on, and was calm: then all that is under way needs more votes
     */
    boolean onTick(long waitsFor) {
        held.onTick(preferred());
        tell();
        if (waitsFor != awaited) {
            awaited = waitsFor;
            awaitedSince = core.now();
        }
        boolean isLate =
                waitsFor != 0 && core.now() - awaitedSince > core.settings.ticks(core.settings.reservePatience());
        boolean wakes = calm && isLate;
        if (wakes) {
            boolean again = core.now() - calmSince < 4 * alertTicks;
            alertTicks = again ? Math.min(2 * alertTicks, ALERT_TICKS_MAX) : ALERT_TICKS_MIN;
            wake();
        } else if (!calm && !isLate && core.now() >= alertUntil && haveAllPreferredVoted()) {
            calm = true;
            calmSince = core.now();
        }
        settled = core.executed();
        return wakes;
    }

    /** One that is back from a crash commits, and prepares nothing for a while ({@link VotingRight}). */
    private boolean haveAllPreferredVoted() {
        long least = Math.max(settled, 1);
        return core.ledger.isActive()
                && preferred().stream()
                        .allMatch(node ->
                                prepared.getOrDefault(node, 0L) >= least && committed.getOrDefault(node, 0L) >= least);
    }
}
