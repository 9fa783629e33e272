package io.troupe.pbft;

import java.util.TreeMap;

/** §4.3: what correct replicas say of the state behind one sequence number is the same, in all their lives. */
final class SameCheckpoints implements Inspector {

    private final TreeMap<Long, Digest> said = new TreeMap<>();

    @Override
    public void afterStep(Core core) {
        core.ledger.checkpoints().forEach(checkpoint -> {
            Digest other = said.putIfAbsent(checkpoint.sequence(), checkpoint.digest());
            if (other != null && !other.equals(checkpoint.digest())) {
                throw new AssertionError(core.node + " has a checkpoint at " + checkpoint.sequence() + " that is "
                        + checkpoint.digest() + ", and a correct replica had " + other);
            }
        });
    }
}
