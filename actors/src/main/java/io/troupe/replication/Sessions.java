package io.troupe.replication;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * The replicas' half of exactly-once (Raft thesis §6.3): per session the results of commands that the client
 * may repeat. Part of the replicated state, so it changes by applied commands alone and is evicted by their
 * order, never by a clock; its bounds are the same on all replicas for the same reason.
 */
public final class Sessions {

    /** The least recently used session goes when there is one more. Part of the replicated state's definition. */
    public static final int SESSIONS_MAX = 10_000;

    /** Unacknowledged results kept per session; the lowest serial's goes first. As {@link #SESSIONS_MAX}. */
    public static final int RESULTS_MAX = 4_096;

    /**
     * Bytes of the results that are kept for all sessions of one client that has its own; those of the session that was not
     * used for longest go first. As {@link #SESSIONS_MAX}.
     */
    public static final long OWNER_BYTES_MAX = 64 << 20;

    /** What applying a command of a session comes to. */
    public sealed interface Verdict permits Fresh, Repeated, Expired {}

    /** Apply it, then {@link #remember} its result. */
    public record Fresh() implements Verdict {}

    /** It was applied before, at {@code index}. */
    public record Repeated(long index, ByteString result) implements Verdict {}

    /** It must not be applied: whether it was before is no longer known. */
    public record Expired(String detail) implements Verdict {}

    /** Whose a session is that any client may use. */
    public static final String ANYBODY = "";

    private static final class Session {
        final String owner;
        final TreeMap<Long, Repeated> results = new TreeMap<>();
        /** Serials below have been answered, or their results were dropped. */
        long floor = 1;
        /** Of the results. */
        long bytes;

        Session(String owner) {
            this.owner = owner;
        }

        Session copy() {
            Session copy = new Session(owner);
            copy.results.putAll(results);
            copy.floor = floor;
            copy.bytes = bytes;
            return copy;
        }

        void put(long serial, Repeated repeated) {
            results.put(serial, repeated);
            bytes += repeated.result().length();
        }

        /** @return bytes of the results that are dropped */
        long raiseFloor(long serial) {
            long before = bytes;
            floor = Math.max(floor, serial);
            while (!results.isEmpty() && results.firstKey() < floor) {
                bytes -= results.pollFirstEntry().getValue().result().length();
            }
            return before - bytes;
        }
    }

    private final int sessionsMax;
    private final int resultsMax;
    private final long ownerBytesMax;
    /** By last use, the least recent first. */
    private final LinkedHashMap<Long, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
    /** Of results, by client: those of its own sessions. */
    private final TreeMap<String, Long> bytesOf = new TreeMap<>();

    public Sessions() {
        this(SESSIONS_MAX, RESULTS_MAX, OWNER_BYTES_MAX);
    }

    Sessions(int sessionsMax, int resultsMax, long ownerBytesMax) {
        this.sessionsMax = sessionsMax;
        this.resultsMax = resultsMax;
        this.ownerBytesMax = ownerBytesMax;
    }

    /**
     * @param id unique in the group; engines use the log index of the command that opens the session
     * @param owner the only client that may use it, or {@link #ANYBODY}
     */
    public void open(long id, String owner) {
        sessions.put(id, new Session(owner));
        if (sessions.size() > sessionsMax) {
            evict();
        }
    }

    /** Of the client that has the most: so that one who opens and opens does not take those of others. */
    private void evict() {
        TreeMap<String, Integer> counts = new TreeMap<>();
        sessions.values().forEach(session -> counts.merge(session.owner, 1, Integer::sum));
        String most =
                Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
        Iterator<Session> leastRecentFirst = sessions.values().iterator();
        Session first = leastRecentFirst.next();
        while (!first.owner.equals(most)) {
            first = leastRecentFirst.next();
        }
        leastRecentFirst.remove();
        count(first, -first.bytes);
    }

    private void count(Session session, long bytes) {
        if (bytes != 0 && !session.owner.equals(ANYBODY)) {
            bytesOf.merge(session.owner, bytes, Long::sum);
        }
    }

    /** @param by which client it is, or {@link #ANYBODY} where engines do not tell clients apart */
    public Verdict admit(long id, String by, long serial, long acknowledgedBelow) {
        Session session = sessions.get(id);
        if (session == null) {
            return new Expired("session " + id + " is not open; at most " + sessionsMax + " are kept");
        }
        if (!session.owner.equals(ANYBODY) && !session.owner.equals(by)) {
            return new Expired("session " + id + " is another client's");
        }
        raiseFloor(session, Math.min(acknowledgedBelow, serial));
        Repeated repeated = session.results.get(serial);
        if (repeated != null) {
            return repeated;
        }
        if (serial < session.floor) {
            return new Expired("the result of serial " + serial + " of session " + id
                    + " is no longer kept: serials below " + session.floor + " were acknowledged or dropped");
        }
        return new Fresh();
    }

    /** Records the result of a command that was {@link Fresh}. */
    public void remember(long id, long serial, long index, ByteString result) {
        Session session = sessions.get(id);
        if (session == null) {
            throw new IllegalStateException("Result for session " + id + ", which was not admitted");
        }
        session.put(serial, new Repeated(index, result));
        count(session, result.length());
        if (session.results.size() > resultsMax) {
            dropFirstOf(session);
        }
        while (bytesOf.getOrDefault(session.owner, 0L) > ownerBytesMax) {
            dropFirstOf(leastRecentWithResults(session.owner));
        }
    }

    private void dropFirstOf(Session session) {
        raiseFloor(session, session.results.firstKey() + 1);
    }

    private void raiseFloor(Session session, long serial) {
        count(session, -session.raiseFloor(serial));
    }

    private Session leastRecentWithResults(String owner) {
        return sessions.values().stream()
                .filter(session -> session.owner.equals(owner) && !session.results.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    public int size() {
        return sessions.size();
    }

    /** A copy that later changes do not touch; shares the results. */
    public Sessions copy() {
        Sessions copy = new Sessions(sessionsMax, resultsMax, ownerBytesMax);
        sessions.forEach((id, session) -> copy.sessions.put(id, session.copy()));
        copy.bytesOf.putAll(bytesOf);
        return copy;
    }

    /** Whether any is one client's alone. */
    public boolean haveOwners() {
        return sessions.values().stream().anyMatch(session -> !session.owner.equals(ANYBODY));
    }

    /** @param withOwners else all are {@link #ANYBODY}'s when they are read */
    public void writeTo(DataOutputStream out, boolean withOwners) throws IOException {
        out.writeInt(sessions.size());
        for (Map.Entry<Long, Session> entry : sessions.entrySet()) {
            Session session = entry.getValue();
            out.writeLong(entry.getKey());
            if (withOwners) {
                out.writeUTF(session.owner);
            }
            out.writeLong(session.floor);
            out.writeInt(session.results.size());
            for (Map.Entry<Long, Repeated> result : session.results.entrySet()) {
                out.writeLong(result.getKey());
                out.writeLong(result.getValue().index());
                byte[] bytes = result.getValue().result().toArray();
                out.writeInt(bytes.length);
                out.write(bytes);
            }
        }
    }

    /** Replaces everything by what {@link #writeTo} wrote. */
    public void readFrom(DataInputStream in, boolean withOwners) throws IOException {
        sessions.clear();
        bytesOf.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            long id = in.readLong();
            Session session = new Session(withOwners ? in.readUTF() : ANYBODY);
            session.floor = in.readLong();
            int results = in.readInt();
            for (int j = 0; j < results; j++) {
                long serial = in.readLong();
                long index = in.readLong();
                byte[] bytes = in.readNBytes(in.readInt());
                session.put(serial, new Repeated(index, ByteString.fromArrayUnsafe(bytes)));
            }
            sessions.put(id, session);
            count(session, session.bytes);
        }
    }
}
