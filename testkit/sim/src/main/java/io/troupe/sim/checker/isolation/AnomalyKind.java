package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.IsolationLevel.READ_COMMITTED;
import static io.troupe.sim.checker.isolation.IsolationLevel.READ_UNCOMMITTED;
import static io.troupe.sim.checker.isolation.IsolationLevel.REPEATABLE_READ;
import static io.troupe.sim.checker.isolation.IsolationLevel.SNAPSHOT_ISOLATION;
import static io.troupe.sim.checker.isolation.IsolationLevel.STRICT_SERIALIZABLE;
import static io.troupe.sim.checker.isolation.IsolationLevel.STRONG_SESSION_SERIALIZABLE;

import java.util.EnumSet;
import java.util.Set;

/** What can be wrong, worst first, by the names of Adya and Elle; and the weakest levels that forbid it. */
public enum AnomalyKind {
    DUPLICATE_ELEMENTS("duplicate-elements", "a read shows the same element twice", READ_UNCOMMITTED),
    INCOMPATIBLE_ORDER("incompatible-order", "reads show a key's elements in orders that contradict", READ_COMMITTED),
    CYCLIC_VERSIONS("cyclic-versions", "the versions of a key come before themselves", READ_UNCOMMITTED),
    GARBAGE_READ("garbage-read", "a read shows what nobody wrote", READ_UNCOMMITTED),
    G0("G0", "write cycle: only writes overwriting each other", READ_UNCOMMITTED),
    DIRTY_UPDATE("dirty-update", "a committed write was built upon an aborted one", READ_COMMITTED),
    G1A("G1a", "aborted read: a transaction that aborted was read", READ_COMMITTED),
    G1B("G1b", "intermediate read: not the last write of a transaction was read", READ_COMMITTED),
    G1C("G1c", "circular information flow: a cycle of writes and reads", READ_COMMITTED),
    INTERNAL("internal", "a transaction contradicts its own reads and writes", REPEATABLE_READ, SNAPSHOT_ISOLATION),
    FUTURE_READ("future-read", "a transaction reads what it only writes later", READ_COMMITTED),
    LOST_UPDATE("lost-update", "several read the same version, and wrote upon it", REPEATABLE_READ, SNAPSHOT_ISOLATION),
    G_SINGLE("G-single", "read skew: a cycle with one anti-dependency", REPEATABLE_READ, SNAPSHOT_ISOLATION),
    G_NONADJACENT(
            "G-nonadjacent",
            "a cycle with several anti-dependencies, none next to another",
            REPEATABLE_READ,
            SNAPSHOT_ISOLATION),
    G2_ITEM("G2-item", "a cycle with anti-dependencies side by side, such as write skew", REPEATABLE_READ),
    G0_PROCESS("G0-process", "a write cycle, with the order of a session", STRONG_SESSION_SERIALIZABLE),
    G1C_PROCESS("G1c-process", "circular information flow, with the order of a session", STRONG_SESSION_SERIALIZABLE),
    G_SINGLE_PROCESS("G-single-process", "read skew, with the order of a session", STRONG_SESSION_SERIALIZABLE),
    G_NONADJACENT_PROCESS(
            "G-nonadjacent-process",
            "several anti-dependencies apart, with the order of a session",
            STRONG_SESSION_SERIALIZABLE),
    G2_ITEM_PROCESS("G2-item-process", "anti-dependencies, with the order of a session", STRONG_SESSION_SERIALIZABLE),
    CYCLIC_VERSIONS_REALTIME(
            "cyclic-versions-realtime", "a key went back to a version it had left before", STRICT_SERIALIZABLE),
    G0_REALTIME("G0-realtime", "a write cycle, with the order of real time", STRICT_SERIALIZABLE),
    G1C_REALTIME("G1c-realtime", "circular information flow, with the order of real time", STRICT_SERIALIZABLE),
    G_SINGLE_REALTIME("G-single-realtime", "a stale read: read skew in real time", STRICT_SERIALIZABLE),
    G_NONADJACENT_REALTIME(
            "G-nonadjacent-realtime", "several anti-dependencies apart, in real time", STRICT_SERIALIZABLE),
    G2_ITEM_REALTIME("G2-item-realtime", "anti-dependencies, with the order of real time", STRICT_SERIALIZABLE);

    private final String name;
    private final String meaning;
    private final Set<IsolationLevel> violated;

    AnomalyKind(String name, String meaning, IsolationLevel... weakestThatForbid) {
        this.name = name;
        this.meaning = meaning;
        this.violated = EnumSet.noneOf(IsolationLevel.class);
        for (var level : weakestThatForbid) {
            violated.addAll(level.andStronger());
        }
    }

    public String meaning() {
        return meaning;
    }

    /** Every level that forbids this. */
    public Set<IsolationLevel> violated() {
        return EnumSet.copyOf(violated);
    }

    /** As Elle calls it. */
    @Override
    public String toString() {
        return name;
    }
}
