package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Proofs that states are right (§4.3): who said that it has which checkpoint. Of each sender only the latest few are kept.
 */
final class Checkpoints {

    private static final int KEPT_PER_SENDER = 4;

    private final Membership members;
    private final TreeMap<String, TreeMap<Long, Digest>> said = new TreeMap<>();

    Checkpoints(Membership members) {
        this.members = members;
    }

    void onCheckpoint(String from, Checkpoint checkpoint) {
        TreeMap<Long, Digest> ofSender = said.computeIfAbsent(from, absent -> new TreeMap<>());
        ofSender.put(checkpoint.sequence(), checkpoint.digest());
        if (ofSender.size() > KEPT_PER_SENDER) {
            ofSender.pollFirstEntry();
        }
    }

    private int count(Checkpoint checkpoint) {
        return (int) said.values().stream()
                .filter(ofSender -> checkpoint.digest().equals(ofSender.get(checkpoint.sequence())))
                .count();
    }

    /** "A quorum certificate with a checkpoint is a stable certificate." */
    boolean isStable(Checkpoint checkpoint) {
        return count(checkpoint) >= members.quorum();
    }

    /** The latest above {@code sequence} that f+1 hold: one of them is correct, so the state is right, and to be had. */
    Optional<Checkpoint> latestProved(long sequence) {
        return latestProved(sequence, checkpoint -> true);
    }

    /** As that, among {@code those}. */
    Optional<Checkpoint> latestProved(long sequence, Predicate<Checkpoint> those) {
        Optional<Checkpoint> latest = Optional.empty();
        for (TreeMap<Long, Digest> ofSender : said.values()) {
            for (Map.Entry<Long, Digest> one : ofSender.tailMap(sequence, false).entrySet()) {
                Checkpoint checkpoint = new Checkpoint(one.getKey(), one.getValue());
                if (count(checkpoint) >= members.weakQuorum()
                        && those.test(checkpoint)
                        && latest.map(Checkpoint::sequence).orElse(sequence) < checkpoint.sequence()) {
                    latest = Optional.of(checkpoint);
                }
            }
        }
        return latest;
    }

    void forgetBelow(long sequence) {
        said.values().forEach(ofSender -> ofSender.headMap(sequence).clear());
    }
}
