package io.troupe.replication.scheduling;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/** What a machine has scheduled and has not come back yet: part of the replicated state. */
final class Agenda {

    /** Of a machine that nobody tells the time: it believes every alarm clock. */
    private static final long NO_TIME = Long.MIN_VALUE;

    /**
     * @param delayMillis what the service asked for
     * @param dueMillis not before that time, if the machine knows time
     */
    record Entry(long number, ByteString request, long delayMillis, long dueMillis) {}

    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private long next = 1;
    private long nowMillis = NO_TIME;

    Entry add(ByteString request, Duration delay) {
        long delayMillis = delay.toMillis();
        if (delayMillis < 1) {
            throw new IllegalArgumentException("the delay is " + delay + "; it must be at least 1 ms");
        }
        long dueMillis = nowMillis == NO_TIME ? NO_TIME : nowMillis + delayMillis;
        var entry = new Entry(next++, request, delayMillis, dueMillis);
        entries.put(entry.number(), entry);
        return entry;
    }

    void remove(long number) {
        entries.remove(number);
    }

    /** The entry, which is then none any more; empty when it has come before, was called off, or is early. */
    Optional<Entry> take(long number) {
        Optional<Entry> entry = Optional.ofNullable(entries.get(number)).filter(this::isDue);
        entry.ifPresent(taken -> entries.remove(taken.number()));
        return entry;
    }

    private boolean isDue(Entry entry) {
        return nowMillis >= entry.dueMillis();
    }

    /** Time does not go back. */
    void advanceTo(long millis) {
        nowMillis = Math.max(nowMillis, millis);
    }

    /** In the order in which they were scheduled. */
    List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    Agenda copy() {
        var copy = new Agenda();
        copy.entries.putAll(entries);
        copy.next = next;
        copy.nowMillis = nowMillis;
        return copy;
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(next);
        out.writeLong(nowMillis);
        out.writeInt(entries.size());
        for (Entry entry : entries.values()) {
            out.writeLong(entry.number());
            out.writeLong(entry.delayMillis());
            out.writeLong(entry.dueMillis());
            out.writeInt(entry.request().length());
            out.write(entry.request().toArrayUnsafe());
        }
    }

    /** Replaces everything. */
    void readFrom(DataInputStream in) throws IOException {
        entries.clear();
        next = in.readLong();
        nowMillis = in.readLong();
        for (int count = in.readInt(); count > 0; count--) {
            long number = in.readLong();
            long delayMillis = in.readLong();
            long dueMillis = in.readLong();
            ByteString request = ByteString.fromArrayUnsafe(in.readNBytes(in.readInt()));
            entries.put(number, new Entry(number, request, delayMillis, dueMillis));
        }
    }
}
