package io.troupe.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The rounds in which a leader asks whether it still leads, and the lease they bring (thesis §6.4, §6.4.1). Every message to
 * a peer carries the number of the latest round, and the peer's answer echoes it; when a quorum has answered a round,
 * nobody else had been elected when that round began.
 *
 * <p>Nor will anybody be for a while: who answered supports no other candidate for the minimum election timeout. So from the
 * beginning of that round, not from its answers, the leader holds a lease. It is shorter than that timeout by a tick, for
 * timeouts are counted in ticks, and by the bound on clock drift ({@link RaftSettings#lease}); it is of the configuration
 * it was confirmed by; and it is given up with the first word that makes somebody else stand (§3.10).
 *
 * <p>The clock must go on while the process is stopped: a leader that was paused finds its lease expired.
 */
final class HeartbeatRounds {

    /** @param configurationIndex of the configuration in force when it began */
    record Round(long number, long begunNanos, long configurationIndex) {}

    private final RaftServer server;
    private final Deque<Round> unconfirmed = new ArrayDeque<>();
    private final Map<String, Long> answered = new HashMap<>();
    private Round confirmed = new Round(0, 0, -1);
    private long latest;
    private boolean renounced;

    HeartbeatRounds(RaftServer server) {
        this.server = server;
    }

    /** Begins a round; its messages are sent after this. */
    long begin() {
        unconfirmed.add(new Round(++latest, server.nanoTime(), server.configurationIndex()));
        confirm(); // By a group of one.
        return latest;
    }

    long latest() {
        return latest;
    }

    void onAnswered(String peer, long round) {
        if (round > answered.getOrDefault(peer, 0L)) {
            answered.put(peer, round);
            confirm();
        }
    }

    private void confirm() {
        long quorum = server.configuration().indexOnQuorum(this::answeredBy);
        while (!unconfirmed.isEmpty() && unconfirmed.getFirst().number() <= quorum) {
            confirmed = unconfirmed.remove();
        }
    }

    private long answeredBy(String node) {
        return node.equals(server.node) ? latest : answered.getOrDefault(node, 0L);
    }

    /** A quorum has answered {@code round}, or a later one. */
    boolean isConfirmed(long round) {
        return confirmed.number() >= round;
    }

    /** Nobody else can have been elected until now. To be asked after what it is to vouch for was read. */
    boolean isLeaseHeld() {
        boolean ofThisConfiguration = confirmed.configurationIndex() == server.configurationIndex();
        return ofThisConfiguration && !mayBeSucceeded() && leaseNanosLeft(server.nanoTime()) > 0;
    }

    private long leaseNanosLeft(long now) {
        return server.settings.lease().toNanos() - (now - confirmed.begunNanos());
    }

    private boolean mayBeSucceeded() {
        return renounced || server.transfer().isUnderWay();
    }

    /** Somebody was told to stand: its followers need not wait, nor will they if the word comes late. */
    void renounceLease() {
        renounced = true;
    }
}
