package io.troupe.replication.voting;

/**
 * What the replicas of a service may do wrong, and how many of them (Schneider 1990, §1 and §2: a <em>t fault-tolerant</em>
 * state machine): how many there must be for that, and how many must say the same for it to be believed.
 *
 * @param t how many may be faulty at a time
 */
public record Faults(Kind kind, int t) {

    public enum Kind {
        /** A faulty replica says nothing any more, and that can be noticed; what it has said was right. */
        FAIL_STOP,
        /** A faulty replica does and says anything. */
        BYZANTINE
    }

    public Faults {
        if (t < 0) {
            throw new IllegalArgumentException("t is " + t + "; it must be 0 or more faulty replicas");
        }
    }

    public static Faults failStop(int t) {
        return new Faults(Kind.FAIL_STOP, t);
    }

    public static Faults byzantine(int t) {
        return new Faults(Kind.BYZANTINE, t);
    }

    /** Of an ensemble that bears these faults: t+1, or 2t+1 (§2). */
    public int replicasMin() {
        return kind == Kind.FAIL_STOP ? t + 1 : 2 * t + 1;
    }

    /** Answers that must be alike: the first will do, or t+1, so that one is of a replica that is not faulty. */
    public int alikeMin() {
        return kind == Kind.FAIL_STOP ? 1 : t + 1;
    }

    /** @throws IllegalArgumentException when so many replicas do not bear these faults */
    public void requireBorneBy(int replicas) {
        if (replicas < replicasMin()) {
            throw new IllegalArgumentException(replicas + " replicas do not bear " + t + " that are faulty, " + kind
                    + "; there must be at least " + replicasMin() + " (Schneider 1990, §2)");
        }
    }
}
