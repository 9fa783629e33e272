package io.troupe.persistence.replicated;

import io.troupe.persistence.log.LogRecord;
import io.troupe.persistence.replicated.Operation.Append;
import io.troupe.persistence.replicated.Operation.Claim;
import io.troupe.persistence.replicated.Operation.DeleteEvents;
import io.troupe.persistence.replicated.Operation.DeleteSnapshots;
import io.troupe.persistence.replicated.Operation.SavePart;
import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicated state: every persistent actor's events and snapshots, and who may write them. On the heap are {@link
 * EventStream} and {@link SnapshotSeries}, about 300 bytes and the name for each persistence id, and the index of the
 * {@link Store}, which has the bytes.
 *
 * <p>When the store cannot be written, {@link #apply} throws, as it must: the replica goes down, and is made anew from the
 * group's log when its node starts again. When it cannot be read, whoever asked is told, and all others go on.
 */
final class JournalMachine implements StateMachine {

    private static final Logger LOG = LoggerFactory.getLogger(JournalMachine.class);

    private static final String EVENTS = "E/";
    private static final String SNAPSHOTS = "S/";

    /** What the store takes as the name of a stream, less the prefix. */
    static final int PERSISTENCE_ID_BYTES_MAX = LogRecord.STREAM_BYTES_MAX - 2;

    private final Store store;
    private final Map<String, EventStream> events = new LinkedHashMap<>();
    private final Map<String, SnapshotSeries> snapshots = new LinkedHashMap<>();

    /** Of the command being applied: appended together at its end. */
    private final List<LogRecord> records = new ArrayList<>();

    /** @param store of this machine alone, and empty */
    JournalMachine(Store store) {
        this.store = store;
    }

    static String eventsOf(String persistenceId) {
        return EVENTS + persistenceId;
    }

    static String snapshotsOf(String persistenceId) {
        return SNAPSHOTS + persistenceId;
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        List<Operation> operations;
        try {
            operations = Wired.operations(command);
        } catch (IOException e) {
            return Wired.result(List.of(new Outcome.Refused("entry " + index + " is no command: " + e.getMessage())));
        }
        try {
            List<Outcome> outcomes = new ArrayList<>(operations.size());
            for (Operation operation : operations) {
                outcomes.add(apply(operation));
            }
            appendRecords();
            return Wired.result(outcomes);
        } catch (IOException e) {
            throw new UncheckedIOException("The store of the replicated journal cannot be written", e);
        }
    }

    private Outcome apply(Operation operation) throws IOException {
        String persistenceId = operation.persistenceId();
        int bytes = persistenceId.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > PERSISTENCE_ID_BYTES_MAX) {
            return new Outcome.Refused("a persistence id has at most " + PERSISTENCE_ID_BYTES_MAX
                    + " bytes of UTF-8, this one has " + bytes);
        } else if (operation instanceof Claim) {
            EventStream claimed = eventsAt(persistenceId).claimed();
            events.put(persistenceId, claimed);
            return new Outcome.Claimed(claimed.epoch(), claimed.highest());
        } else if (operation instanceof Append append) {
            return append(append);
        } else if (operation instanceof DeleteEvents delete) {
            return deleteEvents(delete);
        } else if (operation instanceof SavePart part) {
            return savePart(part);
        }
        return deleteSnapshots((DeleteSnapshots) operation);
    }

    private EventStream eventsAt(String persistenceId) {
        return events.getOrDefault(persistenceId, EventStream.NEW);
    }

    private SnapshotSeries snapshotsAt(String persistenceId) {
        return snapshots.getOrDefault(persistenceId, SnapshotSeries.NEW);
    }

    private Outcome append(Append append) {
        EventStream stream = eventsAt(append.persistenceId());
        Optional<Outcome> objection = stream.objectionTo(append);
        if (objection.isPresent()) {
            return objection.get();
        }
        events.put(append.persistenceId(), stream.appended(append));
        records.add(
                LogRecord.events(eventsOf(append.persistenceId()), append.first(), append.last(), append.payload()));
        return new Outcome.Done();
    }

    private void appendRecords() throws IOException {
        store.append(List.copyOf(records));
        records.clear();
    }

    private Outcome deleteEvents(DeleteEvents delete) throws IOException {
        EventStream before = eventsAt(delete.persistenceId());
        Optional<Outcome> objection = before.objectionTo(delete);
        if (objection.isPresent()) {
            return objection.get();
        }
        EventStream after = before.deleted(delete.upTo());
        if (after.deletedTo() > before.deletedTo()) {
            events.put(delete.persistenceId(), after);
            appendRecords();
            store.delete(eventsOf(delete.persistenceId()), after.deletedTo());
        }
        return new Outcome.Done();
    }

    private Outcome savePart(SavePart part) throws IOException {
        SnapshotSeries before = snapshotsAt(part.persistenceId());
        if (!before.takes(part)) {
            return new Outcome.Refused("another save of " + part.persistenceId() + " has begun since");
        }
        records.add(LogRecord.events(
                snapshotsOf(part.persistenceId()), before.nextPart(), before.nextPart(), part.bytes()));
        replace(part.persistenceId(), before, before.with(part));
        return new Outcome.Done();
    }

    private Outcome deleteSnapshots(DeleteSnapshots delete) throws IOException {
        Optional<Outcome> objection = eventsAt(delete.persistenceId()).objectionTo(delete);
        if (objection.isPresent()) {
            return objection.get();
        }
        SnapshotSeries before = snapshotsAt(delete.persistenceId());
        SnapshotSeries after = before.without(delete.selection());
        if (!after.equals(before)) {
            replace(delete.persistenceId(), before, after);
        }
        return new Outcome.Done();
    }

    private void replace(String persistenceId, SnapshotSeries before, SnapshotSeries after) throws IOException {
        snapshots.put(persistenceId, after);
        if (after.lowestPart() > before.lowestPart()) {
            appendRecords();
            store.delete(snapshotsOf(persistenceId), after.lowestPart() - 1);
        }
    }

    @Override
    public ByteString query(ByteString query) {
        Question question;
        try {
            question = Wired.parse(query, Question::readFrom);
        } catch (IOException e) {
            return ByteString.emptyByteString(); // No answer is so short: whoever asked says that there is none.
        }
        try {
            return answer(question);
        } catch (IOException e) {
            LOG.error(
                    "What is kept of the replicated journal on this node cannot be read, and {} is told so. It is made anew"
                            + " when the node starts again",
                    question,
                    e);
            return ByteString.emptyByteString();
        }
    }

    private ByteString answer(Question question) throws IOException {
        if (question instanceof Question.Events range) {
            return page(range).bytes();
        } else if (question instanceof Question.LatestSnapshot latest) {
            return Question.Found.bytes(snapshotsAt(latest.persistenceId()).latest(latest.selection()));
        }
        return part((Question.SnapshotPart) question);
    }

    private Question.Page page(Question.Events range) throws IOException {
        EventStream stream = eventsAt(range.persistenceId());
        long from = Math.max(range.from(), stream.deletedTo() + 1);
        long to = Math.min(range.to(), stream.highest());
        List<byte[]> writes = new ArrayList<>();
        long[] next = {from};
        long[] bytes = {0};
        if (from <= to) {
            store.read(store.generation(), eventsOf(range.persistenceId()), from, to, (first, last, payload) -> {
                byte[] write = new byte[payload.remaining()];
                payload.get(write);
                writes.add(write);
                next[0] = last + 1;
                bytes[0] += write.length;
                return bytes[0] < range.bytesMax();
            });
        }
        boolean isLast = next[0] > to || writes.isEmpty();
        return new Question.Page(writes, from, next[0], isLast, stream.epoch());
    }

    private ByteString part(Question.SnapshotPart wanted) throws IOException {
        ByteString[] found = {ByteString.emptyByteString()};
        store.read(
                store.generation(),
                snapshotsOf(wanted.persistenceId()),
                wanted.number(),
                wanted.number(),
                (first, last, payload) -> {
                    found[0] = ByteString.fromByteBuffer(payload);
                    return false;
                });
        return found[0];
    }

    @Override
    public State freeze() {
        return new FrozenJournal(
                store, store.generation(), new LinkedHashMap<>(events), new LinkedHashMap<>(snapshots));
    }

    @Override
    public void restore(InputStream state) throws IOException {
        store.clear();
        events.clear();
        snapshots.clear();
        new FrozenJournal.Reader(store, events, snapshots).read(new DataInputStream(state));
    }
}
