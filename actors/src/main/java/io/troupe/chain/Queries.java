package io.troupe.chain;

import io.troupe.chain.ChainMessage.Confirm;
import io.troupe.chain.ChainMessage.Confirmed;
import io.troupe.replication.Applier;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Queries (§3). The tail, or the primary, is the first to know what is acknowledged, so the paper has it answer them, from its
 * own state. Here any server of the chain answers the queries of its own node, so that they are spread, when it has applied what
 * the tail takes for acknowledged: as servers ask the tail for the version of what they read in CRAQ (Terrace and Freedman,
 * <em>Object Storage on CRAQ</em>, USENIX 2009, §2.3), whatever it is that is read.
 *
 * <p>The paper's servers stop when they fail, so that one that answers is one that belongs. Here it asks all others: when they
 * have said, after the query came, that they are still in its epoch, nothing was acknowledged in a later one before; and what was
 * acknowledged in this one, or before, the tail has said with it. What comes while it asks goes with the next round, and so does
 * what is in the mailbox then. For a lease after a round the tail need not ask.
 */
final class Queries {

    private final ChainServer server;
    private final LongSupplier nanoClock;
    private List<Replica.Query> collecting = new ArrayList<>();
    private List<Replica.Query> asked = new ArrayList<>();
    private final TreeSet<String> unconfirmed = new TreeSet<>();
    private long round;
    private long begunNanos;
    private long heldFromNanos;
    private long heldEpoch;
    private long epoch;
    private long stableElsewhere;
    private int atApplier;
    private boolean isRoundDue;

    Queries(ChainServer server, LongSupplier nanoClock) {
        this.server = server;
        this.nanoClock = nanoClock;
    }

    void add(Replica.Query query) {
        if (!server.isMember()) {
            Rejections.reject(query, Replica.Reason.NO_LEADER, server.node + " is not in the chain now");
        } else if (collecting.size() + asked.size() + atApplier >= server.settings.maxPendingReads()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
        } else if (query.consistency() == ReadConsistency.LEASE && holdsLease()) {
            serve(List.of(query), 0);
        } else {
            collecting.add(query);
            isRoundDue = unconfirmed.isEmpty(); // Else the next round begins when this one ends.
        }
    }

    boolean holdsLease() {
        return server.isAnswering()
                && server.upstream.floor().isPresent()
                && heldEpoch == server.epoch()
                && nanoClock.getAsLong() - heldFromNanos
                        < server.settings.leaseAtHolder().toNanos();
    }

    /** What was in the mailbox has come. */
    void begin() {
        if (!collecting.isEmpty()) {
            beginRound();
        }
    }

    private void beginRound() {
        boolean knowsItsFloor = !server.isAnswering() || server.upstream.floor().isPresent();
        if (!unconfirmed.isEmpty() || !knowsItsFloor) {
            return;
        }
        asked = collecting;
        collecting = new ArrayList<>();
        begunNanos = nanoClock.getAsLong();
        epoch = server.epoch();
        stableElsewhere = 0;
        round++;
        unconfirmed.addAll(server.others()); // Who joins, too: it may form a later chain without any of the others.
        ask();
        endRoundIfConfirmed();
    }

    private void ask() {
        unconfirmed.forEach(name -> server.peers.tell(name, new Confirm(epoch, server.node, round)));
    }

    /**
     * Who has heard of a later epoch does not confirm this one. A new tail confirms when it has come as far as the one before
     * it, which may have answered clients.
     */
    void onConfirm(Confirm confirm) {
        if (!server.epochs.isActiveIn(confirm.epoch()) || !hasComeToItsFloor()) {
            return;
        }
        if (confirm.from().equals(server.settings.arrangement().answering(server.configuration()))) {
            server.lease.grant(confirm.from());
        }
        server.peers.tell(
                confirm.from(), new Confirmed(confirm.epoch(), server.node, confirm.round(), server.stable()));
    }

    private boolean hasComeToItsFloor() {
        return !server.isAnswering()
                || server.upstream
                        .floor()
                        .filter(index -> index <= server.stable())
                        .isPresent();
    }

    void onConfirmed(Confirmed confirmed) {
        if (confirmed.epoch() == epoch && confirmed.round() == round && unconfirmed.remove(confirmed.from())) {
            stableElsewhere = Math.max(stableElsewhere, confirmed.stable());
            endRoundIfConfirmed();
        }
    }

    private void endRoundIfConfirmed() {
        if (!unconfirmed.isEmpty() || !server.isMember() || epoch != server.epoch()) {
            return;
        }
        server.learnStable(stableElsewhere);
        heldFromNanos = begunNanos;
        heldEpoch = epoch;
        List<Replica.Query> confirmed = asked;
        asked = new ArrayList<>();
        serve(confirmed, stableElsewhere);
        isRoundDue = !collecting.isEmpty();
    }

    /** When the state has come as far as what was acknowledged. */
    private void serve(List<Replica.Query> queries, long elsewhere) {
        if (!queries.isEmpty()) {
            atApplier += queries.size();
            long floor = server.isAnswering() ? server.upstream.floor().orElseThrow() : 0;
            server.ask(new Applier.Ask(Math.max(Math.max(server.stable(), elsewhere), floor), queries));
        }
    }

    void onApplied(int answered) {
        atApplier -= Math.min(atApplier, answered);
    }

    /**
     * There may be another epoch, or it may be out of the chain.
     *
     * @return whether there is something to ask, and what is in the mailbox may go along
     */
    boolean afterStep() {
        boolean ended = !server.isMember() || (epoch != server.epoch() && !unconfirmed.isEmpty());
        if (ended && !(unconfirmed.isEmpty() && asked.isEmpty() && collecting.isEmpty())) {
            unconfirmed.clear();
            List<Replica.Query> all = asked;
            all.addAll(collecting);
            asked = new ArrayList<>();
            collecting = new ArrayList<>();
            all.forEach(query -> Rejections.reject(
                    query, Replica.Reason.NO_LEADER, "the chain of group " + server.group + " has changed"));
        }
        boolean due = isRoundDue;
        isRoundDue = false;
        return due;
    }

    /** Asks again, for messages are lost; or keeps the lease. */
    void onTick() {
        if (!server.isMember()) {
            return;
        }
        if (!unconfirmed.isEmpty()) {
            ask();
        } else if (server.isAnswering() || !collecting.isEmpty()) {
            beginRound();
        }
    }
}
