package io.troupe.etcd.sim;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.troupe.etcd.mvcc.Change;
import io.troupe.sim.checker.log.Finding;
import io.troupe.sim.checker.log.SessionGuarantees;
import io.troupe.sim.checker.log.StreamLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What happened in a run, seen from outside: each revision as some replica first applied it, and what clients were told.
 * Because every answer names its revision, whether the history is linearizable is a matter of looking: a revision must
 * be what the replicas applied there, and never older than one that anybody was told before the operation began.
 */
final class RunRecord {

    /** A lease as its clients know it. */
    static final class Lease {
        final long id;
        final long ttlSeconds;
        /** When the last grant or renewal that was answered had been sent. */
        Duration renewalSent;

        Optional<Duration> ended = Optional.empty();
        boolean revoked;
        /** The latest term with a leader when its grant was answered. */
        final long term;

        Lease(long id, long ttlSeconds, Duration granted, long term) {
            this.term = term;
            this.id = id;
            this.ttlSeconds = ttlSeconds;
            this.renewalSent = granted;
        }
    }

    private final Supplier<Duration> now;
    private final double clockRateMax;
    private final TreeMap<Long, List<Event>> revisions = new TreeMap<>();
    private final TreeMap<Long, Lease> leases = new TreeMap<>();
    private final TreeMap<Long, Duration> ended = new TreeMap<>();
    private long known = 1;
    private long compacted;
    private int answered;
    private final List<String> violations = new ArrayList<>();
    private long alarms;
    private final TreeSet<Long> alarmsEnding = new TreeSet<>();
    private final TreeSet<Long> alarmsInForce = new TreeSet<>();
    private boolean resting;
    private final TreeMap<String, Object> shown = new TreeMap<>();
    private final Consumer<String> reached;
    private final List<Follower> followers = new ArrayList<>();
    private final SessionGuarantees sessions = new SessionGuarantees();
    private int told;
    private long term;

    /**
     * @param clockRateMax the fastest clock of any node, in seconds a second
     * @param reached told what the run has come to
     */
    RunRecord(Supplier<Duration> now, double clockRateMax, Consumer<String> reached) {
        this.reached = reached;
        this.now = now;
        this.clockRateMax = clockRateMax;
    }

    /**
     * Kept rather than thrown: whoever checks is an actor, whose failure would be its own affair.
     *
     * @param otherwise what is wrong when it does not hold; to say so takes longer than to look
     */
    void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            violations.add(now.get() + ": " + otherwise.get());
        }
    }

    List<String> violations() {
        return violations;
    }

    void reached(String what) {
        reached.accept(what);
    }

    void follows(Follower follower) {
        followers.add(follower);
    }

    /** Some node leads in this term. */
    void leads(long inTerm) {
        term = Math.max(term, inTerm);
    }

    // -- from the replicas

    void applied(long revision, List<Change> changes) {
        List<Event> events =
                changes.stream().map(change -> change.toEvent(false)).toList();
        List<Event> before = revisions.putIfAbsent(revision, events);
        check(
                before == null || before.equals(events),
                () -> "two replicas differ in revision " + revision + ": " + before + " and " + events);
    }

    /** The lease is gone from some replica, for the first time or again. */
    void leaseEnded(long id) {
        boolean first = ended.putIfAbsent(id, now.get()) == null;
        Lease lease = leases.get(id);
        if (first && lease != null) {
            end(lease, now.get());
        }
    }

    private void end(Lease lease, Duration at) {
        lease.ended = Optional.of(at);
        if (!lease.revoked && term > lease.term) {
            reached(Reached.LEASE_OUTLIVES_LEADER);
        }
        var lasted = at.minus(lease.renewalSent);
        double atLeast = lease.ttlSeconds / clockRateMax;
        check(
                lease.revoked || lasted.toNanos() >= atLeast * 1e9,
                () -> "lease " + lease.id + " of " + lease.ttlSeconds + " s ended " + lasted
                        + " after its last renewal was sent");
    }

    // -- about alarms

    /** Of a member that no alarm was raised for before. */
    long raisingAlarm() {
        return ++alarms;
    }

    void alarmRaised(long member) {
        if (!alarmsEnding.contains(member)) {
            alarmsInForce.add(member);
        }
    }

    /** From here on it may be over. */
    void endingAlarm(long member) {
        alarmsEnding.add(member);
        alarmsInForce.remove(member);
    }

    /** Raising them was answered, and nobody has begun to end them. */
    List<Long> alarmsInForce() {
        return List.copyOf(alarmsInForce);
    }

    // -- from the clients

    Duration now() {
        return now.get();
    }

    /** The revision that was the latest anybody knew of when an operation begins. */
    long known() {
        return known;
    }

    long compacted() {
        return compacted;
    }

    void compactedTo(long revision) {
        compacted = Math.max(compacted, revision);
        if (followers.stream().anyMatch(follower -> follower.next() < revision)) {
            reached(Reached.COMPACTION_OVERTAKES);
        }
    }

    int answered() {
        return answered;
    }

    private void told(long revision, long knownBefore) {
        check(revision >= knownBefore, () -> "told revision " + revision + " after " + knownBefore + " was known");
        known = Math.max(known, revision);
        answered++;
    }

    void wrote(String session, ByteString key, ByteString value, long revision, long knownBefore) {
        sessions.wrote(told++, session, key, revision);
        check(revision > knownBefore, () -> "wrote at " + revision + " after " + knownBefore + " was known");
        told(revision, knownBefore);
        check(
                revisions.getOrDefault(revision, List.of()).stream()
                        .anyMatch(event -> event.getKv().getKey().equals(key)
                                && event.getKv().getValue().equals(value)),
                () -> "acknowledged at revision " + revision + " is not what was applied there: "
                        + revisions.get(revision));
    }

    void read(String session, ByteString key, Optional<KeyValue> value, long revision, long knownBefore) {
        value.ifPresent(shown -> sessions.read(told++, session, key, shown.getModRevision()));
        told(revision, knownBefore);
        check(
                valueAt(key, revision).equals(value),
                () -> "read " + value + " at revision " + revision + "; there it was " + valueAt(key, revision));
    }

    Optional<KeyValue> valueAt(ByteString key, long revision) {
        for (List<Event> events :
                revisions.headMap(revision, true).descendingMap().values()) {
            for (int i = events.size() - 1; i >= 0; i--) {
                if (events.get(i).getKv().getKey().equals(key)) {
                    return events.get(i).getType() == Event.EventType.DELETE
                            ? Optional.empty()
                            : Optional.of(events.get(i).getKv());
                }
            }
        }
        return Optional.empty();
    }

    /** The answer may come after the lease has ended already. */
    void granted(long id, long ttlSeconds, Duration sent) {
        var lease = new Lease(id, ttlSeconds, sent, term);
        leases.put(id, lease);
        if (ended.containsKey(id)) {
            end(lease, ended.get(id));
        }
    }

    /** A client asks that the lease end before its time. */
    void revoking(long id) {
        leases.get(id).revoked = true;
    }

    void renewed(long id, Duration sent) {
        Lease lease = leases.get(id);
        check(
                lease.ended.isEmpty() || lease.ended.get().compareTo(sent) >= 0,
                () -> "lease " + id + " was renewed though it ended before that was asked");
        if (term > lease.term) {
            reached(Reached.RENEWED_OVER_LEADERS);
        }
        if (lease.renewalSent.compareTo(sent) < 0) {
            lease.renewalSent = sent;
        }
    }

    // -- at the end

    /** Clients are to rest from now on, but for looking at what their node shows. */
    void rest() {
        resting = true;
    }

    boolean isResting() {
        return resting;
    }

    /** A node showed this after it came to rest; what the last look found counts. */
    void shows(String node, Object state) {
        shown.put(node, state);
    }

    /** What the nodes show: as many as differ. */
    List<Object> atRest() {
        return shown.values().stream().distinct().toList();
    }

    Collection<Lease> leases() {
        return leases.values();
    }

    /** The lease ended long ago, on every node that is not cut off. */
    boolean isOver(long id) {
        Lease lease = leases.get(id);
        return lease != null
                && lease.ended.isPresent()
                && lease.ended.get().plusSeconds(10).compareTo(now.get()) < 0;
    }

    /**
     * What the testkit's judges of sessions and streams have to say: each client and each watch is a session whose reads
     * and writes are of versions that grow, and all watches together are consumers of one stream of changes.
     */
    List<Finding> findings() {
        followers.forEach(follower -> follower.seen()
                .forEach(event -> sessions.read(
                        told++,
                        "follower " + follower.number(),
                        event.getKv().getKey(),
                        event.getKv().getModRevision())));
        List<Finding> findings = new ArrayList<>(sessions.findings());
        var stream = new StreamLog(followers.stream().anyMatch(follower -> follower.skippedBelow() == 0));
        int number = 0;
        long compactedForAll =
                followers.stream().mapToLong(Follower::skippedBelow).min().orElse(0);
        for (Event event : events()) {
            var outcome = event.getKv().getModRevision() < compactedForAll
                    ? StreamLog.Outcome.UNKNOWN // Compacted before anybody saw it, and everybody was told so.
                    : StreamLog.Outcome.ACKNOWLEDGED;
            stream.sent(number, "changes", event, outcome, 2L * number, 2L * number + 1);
            number++;
        }
        for (Follower follower : followers) {
            for (Event event : follower.seen()) {
                stream.received(number++, follower.number(), "changes", event);
            }
        }
        findings.addAll(stream.findings());
        return findings;
    }

    List<Event> events() {
        return revisions.values().stream().flatMap(List::stream).toList();
    }

    long lastRevision() {
        return revisions.isEmpty() ? 1 : revisions.lastKey();
    }
}
