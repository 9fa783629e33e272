package io.troupe.sim;

/**
 * One of the things that may happen next when a {@link Steering} decides. The same choice means the same thing after any
 * order of the other nodes' steps, so a list of choices is a schedule that can be kept and run again.
 *
 * @param from the sender of a message; else empty
 * @param node where it happens
 * @param part DELIVER, LOSE and DUPLICATE: 0 for the oldest message under way between the two nodes, 1 for the oldest
 *     second copy; CRASH: how many of the writes not yet synced are found on the disk afterwards; else 0
 */
public record Choice(Kind kind, String from, String node, int part) {

    /** What can happen. */
    public enum Kind {
        /** The oldest message under way from one node to another arrives. */
        DELIVER,
        /** The next thing on a node's own clock: its next timer, or its disk is done. */
        LOCAL,
        /** A step that the test has scheduled by {@link Simulation#after}. */
        SCRIPTED,
        /** The oldest message under way is lost. */
        LOSE,
        /** A second copy of the oldest message is under way as well, and may arrive at any time. */
        DUPLICATE,
        CRASH,
        RESTART
    }

    public static Choice deliver(String from, String to) {
        return new Choice(Kind.DELIVER, from, to, 0);
    }

    public static Choice lose(String from, String to) {
        return new Choice(Kind.LOSE, from, to, 0);
    }

    public static Choice local(String node) {
        return new Choice(Kind.LOCAL, "", node, 0);
    }

    public static Choice crash(String node) {
        return new Choice(Kind.CRASH, "", node, 0);
    }

    public static Choice restart(String node) {
        return new Choice(Kind.RESTART, "", node, 0);
    }

    /** Something that somebody does to the system, which no fairness promises. */
    public boolean isFault() {
        return kind.compareTo(Kind.LOSE) >= 0;
    }

    @Override
    public String toString() {
        String which = part == 0 ? "" : "/" + part;
        return kind + " " + (from.isEmpty() ? "" : from + "->") + node + which;
    }
}
