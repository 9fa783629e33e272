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
 * Queries at the server that answers them: the tail, or the primary (§3.1). The paper's servers stop when they fail, so that
 * one that answers is one that belongs. Here it asks first: when all others of its epoch have said, after the query came, that
 * they are still in it, nothing was acknowledged in a later one before. What comes while it asks goes with the next round.
 * For a lease after a round it need not ask.
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
    private int atApplier;

    Queries(ChainServer server, LongSupplier nanoClock) {
        this.server = server;
        this.nanoClock = nanoClock;
    }

    void add(Replica.Query query) {
        if (!server.isAnswering()) {
            Rejections.reject(query, Replica.Reason.NO_LEADER, server.node + " does not answer queries now");
        } else if (collecting.size() + asked.size() + atApplier >= server.settings.maxPendingReads()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
        } else if (query.consistency() == ReadConsistency.LEASE && holdsLease()) {
            serve(List.of(query));
        } else {
            collecting.add(query);
            beginRound();
        }
    }

    boolean holdsLease() {
        return server.isAnswering()
                && server.upstream.floor().isPresent()
                && heldEpoch == server.epoch()
                && nanoClock.getAsLong() - heldFromNanos
                        < server.settings.leaseAtHolder().toNanos();
    }

    private void beginRound() {
        if (!unconfirmed.isEmpty() || server.upstream.floor().isEmpty()) {
            return;
        }
        asked = collecting;
        collecting = new ArrayList<>();
        begunNanos = nanoClock.getAsLong();
        epoch = server.epoch();
        round++;
        unconfirmed.addAll(server.others()); // Who joins, too: it may form a later chain without any of the others.
        ask();
        endRoundIfConfirmed();
    }

    private void ask() {
        unconfirmed.forEach(name -> server.peers.tell(name, new Confirm(epoch, server.node, round)));
    }

    void onConfirmed(Confirmed confirmed) {
        if (confirmed.epoch() == epoch && confirmed.round() == round && unconfirmed.remove(confirmed.from())) {
            endRoundIfConfirmed();
        }
    }

    private void endRoundIfConfirmed() {
        if (!unconfirmed.isEmpty() || !server.isAnswering() || epoch != server.epoch()) {
            return;
        }
        heldFromNanos = begunNanos;
        heldEpoch = epoch;
        List<Replica.Query> confirmed = asked;
        asked = new ArrayList<>();
        serve(confirmed);
        if (!collecting.isEmpty()) {
            beginRound();
        }
    }

    /** When the state has come as far as what was acknowledged. */
    private void serve(List<Replica.Query> queries) {
        if (!queries.isEmpty()) {
            atApplier += queries.size();
            server.ask(new Applier.Ask(
                    Math.max(server.stable(), server.upstream.floor().orElseThrow()), queries));
        }
    }

    void onApplied(int answered) {
        atApplier -= Math.min(atApplier, answered);
    }

    /** Another epoch, or another's turn. */
    void afterStep() {
        boolean ended = !server.isAnswering() || (epoch != server.epoch() && !unconfirmed.isEmpty());
        if (ended && !(unconfirmed.isEmpty() && asked.isEmpty() && collecting.isEmpty())) {
            unconfirmed.clear();
            List<Replica.Query> all = asked;
            all.addAll(collecting);
            asked = new ArrayList<>();
            collecting = new ArrayList<>();
            all.forEach(query -> Rejections.reject(
                    query, Replica.Reason.NO_LEADER, "the chain of group " + server.group + " has changed"));
        }
    }

    /** Asks again, for messages are lost; or keeps the lease. */
    void onTick() {
        if (!server.isAnswering()) {
            return;
        }
        if (unconfirmed.isEmpty()) {
            beginRound();
        } else {
            ask();
        }
    }
}
