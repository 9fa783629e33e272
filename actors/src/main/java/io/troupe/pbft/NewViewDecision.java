package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * With what a new view begins, worked out from view-change messages alone, so that every replica comes to the same (TOCS
 * 2002, view changes: the decision procedure).
 *
 * <p>A batch that committed anywhere was prepared by a quorum, so a correct replica of every quorum tells of it in P
 * (A1 lets nothing else through), and what is chosen pre-prepared at a correct replica at least (A2), which has it.
 *
 * @param checkpoint sequence number from which the view goes on; 0 is the beginning
 * @param checkpointDigest empty for the beginning
 * @param chosen for each sequence number from {@code checkpoint + 1} on without a gap, the batch that is pre-prepared in
 *     the view; empty for the null request
 */
record NewViewDecision(long checkpoint, Optional<Digest> checkpointDigest, SortedMap<Long, Optional<Digest>> chosen) {

    NewViewDecision {
        chosen = Collections.unmodifiableSortedMap(new TreeMap<>(chosen));
    }

    /** The highest sequence number that is given. */
    long last() {
        return chosen.isEmpty() ? checkpoint : chosen.lastKey();
    }

    /** Whether that batch is pre-prepared there. */
    boolean chooses(long sequence, Digest batch, Digest nullDigest) {
        return chosen.containsKey(sequence)
                && chosen.get(sequence).orElse(nullDigest).equals(batch);
    }

    /**
     * @param viewChanges by sender; well formed, all for the same view
     * @param window L: sequence numbers above a stable checkpoint that are open
     * @return empty when these do not tell enough: more are needed
     */
    static Optional<NewViewDecision> of(Membership members, Collection<ViewChange> viewChanges, long window) {
        Optional<Checkpoint> start = start(members, viewChanges);
        if (start.isEmpty()) {
            return Optional.empty();
        }
        long checkpoint = start.get().sequence();
        List<Claim> claims = viewChanges.stream().map(Claim::new).toList();
        long last = claims.stream()
                .flatMap(claim -> claim.prepared.keySet().stream())
                .mapToLong(Long::longValue)
                .filter(sequence -> sequence <= checkpoint + window)
                .max()
                .orElse(checkpoint);
        TreeMap<Long, Optional<Digest>> chosen = new TreeMap<>();
        for (long sequence = checkpoint + 1; sequence <= last; sequence++) {
            Optional<Digest> batch = batchAt(sequence, members, claims);
            if (batch.isEmpty() && !isFree(sequence, members, claims)) {
                return Optional.empty();
            }
            chosen.put(sequence, batch);
        }
        while (!chosen.isEmpty() && chosen.lastEntry().getValue().isEmpty()) {
            chosen.pollLastEntry(); // Nothing to fill: the view's own batches begin there.
        }
        Optional<Digest> digest =
                checkpoint == 0 ? Optional.empty() : Optional.of(start.get().digest());
        return Optional.of(new NewViewDecision(checkpoint, digest, chosen));
    }

    /** The latest checkpoint that a quorum has not gone beyond, and that a correct replica holds. */
    private static Optional<Checkpoint> start(Membership members, Collection<ViewChange> viewChanges) {
        TreeSet<Checkpoint> claimed =
                new TreeSet<>(Comparator.comparing(Checkpoint::sequence).thenComparing(Checkpoint::digest));
        viewChanges.forEach(claim -> claimed.addAll(held(claim)));
        return claimed.descendingSet().stream()
                .filter(checkpoint -> count(viewChanges, claim -> claim.stable() <= checkpoint.sequence())
                                >= members.quorum()
                        && count(viewChanges, claim -> held(claim).contains(checkpoint)) >= members.weakQuorum())
                .findFirst();
    }

    private static final Checkpoint BEGINNING = new Checkpoint(0, new Digest(""));

    /** Whoever has no stable checkpoint holds the beginning. */
    private static List<Checkpoint> held(ViewChange claim) {
        if (claim.stable() > 0) {
            return claim.checkpoints();
        }
        List<Checkpoint> all = new ArrayList<>(claim.checkpoints());
        all.add(BEGINNING);
        return all;
    }

    /** What one replica tells, by sequence number: of a window full of them, each is asked for. */
    static final class Claim {
        final long stable;
        final Map<Long, Certified> prepared = new HashMap<>();
        final Map<Long, List<Certified>> prePrepared = new HashMap<>();

        Claim(ViewChange told) {
            stable = told.stable();
            told.prepared().forEach(one -> prepared.put(one.sequence(), one));
            told.prePrepared().forEach(one -> prePrepared
                    .computeIfAbsent(one.sequence(), first -> new ArrayList<>())
                    .add(one));
        }

        /** A1: it tells of nothing at this sequence number that prepared later, nor of another in the same view. */
        boolean allows(Certified candidate) {
            Certified own = prepared.get(candidate.sequence());
            return stable < candidate.sequence()
                    && (own == null
                            || own.view() < candidate.view()
                            || (own.view() == candidate.view() && own.digest().equals(candidate.digest())));
        }

        /** A2: the batch pre-prepared there, in that view or later. */
        boolean vouchesFor(Certified candidate) {
            return prePrepared.getOrDefault(candidate.sequence(), List.of()).stream()
                    .anyMatch(own ->
                            own.view() >= candidate.view() && own.digest().equals(candidate.digest()));
        }
    }

    /** Condition A: what may have committed here. */
    private static Optional<Digest> batchAt(long sequence, Membership members, List<Claim> claims) {
        return claims.stream()
                .flatMap(claim -> Optional.ofNullable(claim.prepared.get(sequence)).stream())
                .filter(prepared -> count(claims, claim -> claim.allows(prepared)) >= members.quorum() // A1
                        && count(claims, claim -> claim.vouchesFor(prepared)) >= members.weakQuorum()) // A2
                .max(Comparator.comparing(Certified::view).thenComparing(Certified::digest))
                .map(Certified::digest);
    }

    /** Condition B: nothing can have committed here. */
    private static boolean isFree(long sequence, Membership members, List<Claim> claims) {
        return count(claims, claim -> claim.stable < sequence && !claim.prepared.containsKey(sequence))
                >= members.quorum();
    }

    private static <C> int count(Collection<C> claims, Predicate<C> condition) {
        return (int) claims.stream().filter(condition).count();
    }

    /**
     * What a correct replica may say: sequence numbers in its window, one batch prepared at each, earlier views. A checkpoint
     * that it has fetched may be beyond its window.
     */
    static boolean isWellFormed(ViewChange claim, long window) {
        long low = claim.stable();
        TreeSet<Long> prepared = new TreeSet<>();
        return claim.prepared().stream().allMatch(one -> isInOrder(one, claim, window) && prepared.add(one.sequence()))
                && claim.prePrepared().stream().allMatch(one -> isInOrder(one, claim, window))
                && claim.checkpoints().stream().allMatch(one -> one.sequence() >= low)
                && claim.checkpoints().size() <= window + 1;
    }

    private static boolean isInOrder(Certified one, ViewChange claim, long window) {
        return one.sequence() > claim.stable()
                && one.sequence() <= claim.stable() + window
                && one.view() < claim.view()
                && one.view() >= 0;
    }
}
