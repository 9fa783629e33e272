package io.troupe.paxos;

import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a replica has on its disk (The Part-Time Parliament, §2.1: "indelible ink"): its pledge and its votes. */
final class Ledger implements WriteAheadLog.Contents<LedgerEvent> {

    /**
     * What was durable at the start.
     *
     * @param snapshot empty when nothing was ever written here
     */
    record Recovered(Pledge pledge, Optional<SnapshotMetadata> snapshot, VoteLog log) implements Replica.Message {}

    private Pledge pledge = Pledge.NONE;
    private Optional<SnapshotMetadata> snapshot = Optional.empty();
    private VoteLog log = new VoteLog(0);
    private final List<Votes> recoveredVotes = new ArrayList<>();

    @Override
    public Class<LedgerEvent> eventType() {
        return LedgerEvent.class;
    }

    /** Votes are read back when the base is known: what came before a later base was deleted, or only in part. */
    @Override
    public void recover(LedgerEvent event) {
        pledge = event.pledge();
        if (event instanceof LedgerEvent.Written written) {
            recoveredVotes.addAll(written.votes());
        } else if (event instanceof LedgerEvent.Rebased rebased) {
            snapshot = Optional.of(rebased.snapshot());
            log = new VoteLog(rebased.snapshot().index());
            recoveredVotes.removeIf(
                    votes -> votes.decrees().last() <= rebased.snapshot().index());
        }
    }

    @Override
    public Recovered recovered() {
        recoveredVotes.forEach(log::put);
        recoveredVotes.clear();
        Recovered recovered = new Recovered(pledge, snapshot, log);
        log = new VoteLog(0);
        return recovered;
    }

    /** In bytes of decrees. */
    @Override
    public long size(LedgerEvent event) {
        if (!(event instanceof LedgerEvent.Written written)) {
            return ALONE;
        }
        long bytes = 0;
        for (Votes votes : written.votes()) {
            bytes += votes.decrees().sizeBytes();
        }
        return bytes;
    }

    @Override
    public LedgerEvent joined(List<LedgerEvent> events) {
        List<Votes> votes = new ArrayList<>();
        for (LedgerEvent event : events) {
            votes.addAll(((LedgerEvent.Written) event).votes());
        }
        return new LedgerEvent.Written(events.get(events.size() - 1).pledge(), votes);
    }

    @Override
    public long highestIndex(LedgerEvent event) {
        if (event instanceof LedgerEvent.Rebased rebased) {
            return rebased.snapshot().index();
        }
        long highest = 0;
        for (Votes votes : ((LedgerEvent.Written) event).votes()) {
            highest = Math.max(highest, votes.decrees().last());
        }
        return highest;
    }

    @Override
    public long coveredThrough(LedgerEvent event) {
        return event instanceof LedgerEvent.Rebased rebased ? rebased.snapshot().index() : NOTHING;
    }
}
