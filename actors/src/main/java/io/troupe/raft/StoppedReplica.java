package io.troupe.raft;

import io.troupe.replication.ReplicatedService;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.SnapshotStorage.Stored;
import io.troupe.replication.StateMachine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What a replica that does not run has on its disk: for a group that has lost its majority for good. Every entry of the log
 * counts as if it were committed. The disk of one server does not tell which of the last ones were; to leave one out that was
 * would lose what a client has been told is done.
 */
public final class StoppedReplica {

    /** The end of a log. Of two, the later term, then the higher index has all that is committed in either (§5.4.1). */
    public record End(long index, long term) {}

    private final String group;
    private final RecoveredLog disk = new RecoveredLog();

    public StoppedReplica(String group) {
        this.group = group;
    }

    /** Whose events the journal has of a replica. */
    public static String persistenceId(String group, String node) {
        return "raft-" + group + "@" + node;
    }

    /**
     * Takes one event of the journal after the other.
     *
     * @throws IOException when events before it are missing
     */
    public void recover(Object event) throws IOException {
        try {
            disk.apply((LogEvent) event);
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * Brings a new state machine to the end of the log.
     *
     * @throws IOException when there is nothing, or the snapshot that the log follows on is missing or damaged
     */
    public End applyTo(StateMachine machine, SnapshotStorage storage) throws IOException {
        LogView log = disk.log();
        if (log.lastIndex() == 0) {
            throw new IOException("There is nothing here: this replica of the group " + group
                    + " has heard of no entry of its log yet. Take another member's");
        }
        var service = new ReplicatedService(machine);
        LogPosition base = disk.snapshot().map(SnapshotMetadata::last).orElse(LogPosition.ORIGIN);
        if (base.index() > 0) {
            try (InputStream in = new BufferedInputStream(storage.open(snapshot(base, storage)))) {
                service.restore(in);
            }
        }
        if (log.base().index() > base.index()) {
            throw new IOException("The log of the group " + group + " begins after " + log.base()
                    + ", and what came before it is missing after " + base + ": its events are not complete");
        }
        for (long index = base.index() + 1; index <= log.lastIndex(); index++) {
            Entry entry = log.get(index);
            if (entry.payload() instanceof Entry.Elided) {
                throw new IOException("This replica of the group " + group + " is a witness, and has no state. Take"
                        + " another member's");
            }
            service.apply(index, entry.payload());
        }
        return new End(log.lastIndex(), log.last().term());
    }

    private Stored snapshot(LogPosition base, SnapshotStorage storage) throws IOException {
        return storage.find(group, base.index(), base.term())
                .orElseThrow(() -> new IOException("The log of the group " + group + " begins after index "
                        + base.index() + " of term " + base.term() + ", and the snapshot of that place is missing or"
                        + " damaged. Put its file back from a backup, or take another member's"));
    }
}
