package io.troupe.sim.checker.isolation;

import java.util.ArrayList;
import java.util.List;

/** A history under construction: transactions begin and end one event after the other. */
final class Transactions {

    private final List<Txn> all = new ArrayList<>();
    private long clock;
    private int strangers = 1_000_000;

    List<Txn> all() {
        return List.copyOf(all);
    }

    long tick() {
        return clock++;
    }

    static Txn.Write write(Object key, Object value) {
        return new Txn.Write(key, value);
    }

    static Txn.Read read(Object key, Object value) {
        return new Txn.Read(key, value);
    }

    void add(int process, Txn.Status status, long invokedAt, long completedAt, List<Txn.MicroOp> ops) {
        all.add(new Txn(all.size(), process, status, ops, invokedAt, completedAt, "process " + process + " " + ops));
    }

    /** Transactions that all ran at once, each by a process of its own. */
    @SafeVarargs
    final Transactions atOnce(List<Txn.MicroOp>... transactions) {
        long began = clock;
        clock += transactions.length;
        for (int i = 0; i < transactions.length; i++) {
            add(strangers++, Txn.Status.COMMITTED, began + i, tick(), transactions[i]);
        }
        return this;
    }

    /** One that ran at once with those before it, and aborted. */
    Transactions aborted(List<Txn.MicroOp> transaction) {
        long began = tick();
        add(strangers++, Txn.Status.ABORTED, began, tick(), transaction);
        return this;
    }

    /** Transactions one after the other, each by a process of its own. */
    @SafeVarargs
    final Transactions inTurn(List<Txn.MicroOp>... transactions) {
        for (var transaction : transactions) {
            long began = tick();
            add(strangers++, Txn.Status.COMMITTED, began, tick(), transaction);
        }
        return this;
    }

    /** Transactions that one process did in turn. */
    @SafeVarargs
    final Transactions inSession(List<Txn.MicroOp>... transactions) {
        int process = strangers++;
        for (var transaction : transactions) {
            long began = tick();
            add(process, Txn.Status.COMMITTED, began, tick(), transaction);
        }
        return this;
    }
}
