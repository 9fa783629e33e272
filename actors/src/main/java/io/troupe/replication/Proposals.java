package io.troupe.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Clients of one leadership: waiting for their entry to be committed, then handed to the applier with it. */
public final class Proposals {

    private final int countMax;
    private final long bytesMax;
    private final Deque<Applier.Waiting> uncommitted = new ArrayDeque<>();
    private final Deque<Applier.Waiting> unapplied = new ArrayDeque<>();
    private long bytes;

    /** Of them together, uncommitted or not yet applied. */
    public Proposals(int countMax, long bytesMax) {
        this.countMax = countMax;
        this.bytesMax = bytesMax;
    }

    /** A leader with nothing pending takes any entry that is not too large. */
    public boolean hasRoomFor(long sizeBytes) {
        int count = uncommitted.size() + unapplied.size();
        return count == 0 || (count < countMax && bytes + sizeBytes <= bytesMax);
    }

    public void add(Applier.Waiting client) {
        uncommitted.add(client);
        bytes += client.sizeBytes();
    }

    public List<Applier.Waiting> committedThrough(long index) {
        List<Applier.Waiting> committed = new ArrayList<>();
        while (!uncommitted.isEmpty() && uncommitted.getFirst().index() <= index) {
            committed.add(uncommitted.remove());
        }
        unapplied.addAll(committed);
        return committed;
    }

    /** Clients of what is not committed yet are answered by this replica, whichever passed on what they asked for. */
    public void answerDirectly() {
        List<Applier.Waiting> direct =
                uncommitted.stream().map(Applier.Waiting::direct).toList();
        uncommitted.clear();
        uncommitted.addAll(direct);
    }

    public void appliedThrough(long index) {
        while (!unapplied.isEmpty() && unapplied.getFirst().index() <= index) {
            bytes -= unapplied.remove().sizeBytes();
        }
    }

    /** Leadership ended: whether these are committed is for the next leader to decide. */
    public void abandon(String detail) {
        uncommitted.forEach(client -> client.abandon(detail));
        uncommitted.clear();
    }
}
