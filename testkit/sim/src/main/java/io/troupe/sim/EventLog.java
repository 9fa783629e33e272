package io.troupe.sim;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.persistence.PersistentRepr;

/**
 * The events of one persistence id on a {@link Disk}. What was written at once is there as a whole or not at all: a crash
 * may tear the last write, and whoever reads the log next cuts off what is left of it. Damage to a write that was whole
 * is never taken for a torn one.
 */
final class EventLog {

    record Stored(PersistentRepr envelope, StoredBytes payload) {
        long sequenceNr() {
            return envelope.sequenceNr();
        }
    }

    private final NavigableMap<Long, Stored> events = new TreeMap<>();
    private long highest;
    /** Of a shared store: what some writer has taken, on disk or under way. */
    private long highestPromised;

    /** The number of the last event of the last whole write, deleted or not. */
    long highest() {
        return highest;
    }

    NavigableMap<Long, Stored> events() {
        return events;
    }

    void append(List<Stored> batch) {
        for (var event : batch) {
            events.put(event.sequenceNr(), event);
            highest = Math.max(highest, event.sequenceNr());
        }
    }

    /** The write was under way at a crash: some events of it are there, and a part of the next. */
    void tear(List<Stored> batch, RandomGenerator random) {
        int whole = random.nextInt(batch.size());
        batch.subList(0, whole).forEach(event -> events.put(event.sequenceNr(), event));
        var next = batch.get(whole);
        events.put(next.sequenceNr(), new Stored(next.envelope(), next.payload().torn(random)));
    }

    /**
     * What a log does first when it is opened.
     *
     * @return how many events of a torn write were there
     */
    int cutTornWrite() {
        int cut = 0;
        while (!events.isEmpty() && events.lastKey() > highest) {
            events.pollLastEntry();
            cut++;
        }
        return cut;
    }

    void deleteTo(long sequenceNr) {
        events.headMap(sequenceNr, true).clear();
    }

    /** Flips one bit of an event. */
    void rot(long sequenceNr, RandomGenerator random) {
        events.computeIfPresent(
                sequenceNr,
                (number, event) -> new Stored(event.envelope(), event.payload().rotten(random)));
    }

    /** Takes all numbers up to {@code to}, unless another writer was first with {@code from}. */
    boolean promise(long from, long to) {
        if (from <= highestPromised) {
            return false;
        }
        highestPromised = to;
        return true;
    }
}
