package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.pekko.util.ByteString;

/**
 * All that a replica's facts come to: which view it is in, its checkpoints (C), and for each sequence number above the
 * stable one what pre-prepared and prepared there, through all views (TOCS 2002, view changes: P and Q). Changes by facts alone.
 */
final class Ledger {

    /** One sequence number's part of P and Q, with the batches themselves. */
    private static final class Entry {
        Optional<Certified> prepared = Optional.empty();
        final TreeMap<Digest, Long> prePrepared = new TreeMap<>();
        final TreeMap<Digest, ByteString> batches = new TreeMap<>();
    }

    private boolean fresh = true;
    private long forgottenThrough;
    private long view;
    private boolean active = true;
    private Optional<NewView> proof = Optional.empty();
    private Optional<Fact.Stable> stable = Optional.empty();
    /** Above the stable one. */
    private final TreeMap<Long, Fact.CheckpointTaken> taken = new TreeMap<>();

    private final TreeMap<Long, Entry> entries = new TreeMap<>();

    void apply(Fact fact) {
        fresh = false;
        if (fact instanceof Fact.PrePrepared prePrepared) {
            Entry entry = entry(prePrepared.sequence());
            entry.prePrepared.merge(prePrepared.digest(), prePrepared.view(), Math::max);
            prePrepared.batch().ifPresent(batch -> entry.batches.put(prePrepared.digest(), batch));
        } else if (fact instanceof Fact.Prepared prepared) {
            entry(prepared.sequence()).prepared =
                    Optional.of(new Certified(prepared.sequence(), prepared.digest(), prepared.view()));
        } else if (fact instanceof Fact.Forgot forgot) {
            forgottenThrough = forgot.through();
        } else if (fact instanceof Fact.ViewLeft left) {
            view = left.view();
            active = false;
        } else if (fact instanceof Fact.ViewEntered entered) {
            view = entered.proof().view();
            active = true;
            proof = Optional.of(entered.proof());
        } else if (fact instanceof Fact.CheckpointTaken checkpoint) {
            taken.put(checkpoint.sequence(), checkpoint);
        } else if (fact instanceof Fact.Stable checkpoint) {
            stable = Optional.of(checkpoint);
            view = checkpoint.view();
            active = checkpoint.active();
            proof = checkpoint.proof();
            taken.headMap(checkpoint.sequence(), true).clear();
            entries.headMap(checkpoint.sequence(), true).clear();
        }
    }

    private Entry entry(long sequence) {
        return entries.computeIfAbsent(sequence, absent -> new Entry());
    }

    /** Whether nothing has ever happened here. */
    boolean isFresh() {
        return fresh;
    }

    /** What this replica said about sequence numbers through this one may be forgotten. */
    long forgottenThrough() {
        return forgottenThrough;
    }

    /** Whether anything that may be forgotten matters still. */
    boolean hasForgotten() {
        return forgottenThrough > stableSequence();
    }

    /** What a stable checkpoint does not carry, and must be recorded with it anew. */
    Optional<Fact> forgottenBeyond(long sequence) {
        return forgottenThrough > sequence ? Optional.of(new Fact.Forgot(forgottenThrough)) : Optional.empty();
    }

    long view() {
        return view;
    }

    /** Whether the view is in force here; else the replica waits for its new-view. */
    boolean isActive() {
        return active;
    }

    /** The new-view that the last view in force here began with. */
    Optional<NewView> proof() {
        return proof;
    }

    /** h (§4.2): sequence number of the last stable checkpoint. */
    long stableSequence() {
        return stable.map(Fact.Stable::sequence).orElse(0L);
    }

    Optional<Fact.Stable> stable() {
        return stable;
    }

    /** A stable checkpoint as of now. */
    Fact.Stable stableAt(Fact.CheckpointTaken taken) {
        Checkpoint checkpoint = taken.checkpoint();
        return new Fact.Stable(checkpoint.sequence(), checkpoint.digest(), taken.header(), view, active, proof);
    }

    /** Checkpoints above the stable one that this replica has taken, ascending. */
    List<Fact.CheckpointTaken> taken() {
        return List.copyOf(taken.values());
    }

    Optional<Fact.CheckpointTaken> taken(long sequence) {
        return Optional.ofNullable(taken.get(sequence));
    }

    /** The latest state that is here, stable or not; empty at the beginning. */
    Optional<Fact.CheckpointTaken> latestState() {
        return taken.isEmpty()
                ? stable.map(checkpoint -> new Fact.CheckpointTaken(checkpoint.sequence(), checkpoint.header()))
                : Optional.of(taken.lastEntry().getValue());
    }

    /** The sequence number behind which that is; 0 at the beginning. */
    long latestStateSequence() {
        return latestState().map(Fact.CheckpointTaken::sequence).orElse(0L);
    }

    /** C: the stable checkpoint and those above it, ascending. */
    List<Checkpoint> checkpoints() {
        List<Checkpoint> checkpoints = new ArrayList<>();
        stable.ifPresent(checkpoint -> checkpoints.add(new Checkpoint(checkpoint.sequence(), checkpoint.digest())));
        taken.values().forEach(checkpoint -> checkpoints.add(checkpoint.checkpoint()));
        return checkpoints;
    }

    Optional<ByteString> batch(long sequence, Digest digest) {
        Entry entry = entries.get(sequence);
        return entry == null ? Optional.empty() : Optional.ofNullable(entry.batches.get(digest));
    }

    Optional<Certified> prepared(long sequence) {
        Entry entry = entries.get(sequence);
        return entry == null ? Optional.empty() : entry.prepared;
    }

    /** The batch that pre-prepared here in this view. */
    Optional<Digest> prePreparedIn(long view, long sequence) {
        Entry entry = entries.get(sequence);
        return entry == null
                ? Optional.empty()
                : entry.prePrepared.entrySet().stream()
                        .filter(batch -> batch.getValue() == view)
                        .map(Map.Entry::getKey)
                        .findFirst();
    }

    /** Whether the batch pre-prepared here, in that view or later. */
    boolean vouchesFor(Certified claim) {
        Entry entry = entries.get(claim.sequence());
        return entry != null && entry.prePrepared.getOrDefault(claim.digest(), -1L) >= claim.view();
    }

    /** Sequence numbers above the stable checkpoint that facts are about, ascending. */
    List<Long> sequences() {
        return List.copyOf(entries.keySet());
    }

    /** @param isToBeTold what prepared and must still be told of */
    ViewChange viewChange(Predicate<Certified> isToBeTold) {
        List<Certified> prepared = new ArrayList<>();
        List<Certified> prePrepared = new ArrayList<>();
        entries.forEach((sequence, entry) -> {
            entry.prepared.filter(isToBeTold).ifPresent(prepared::add);
            entry.prePrepared.forEach((digest, inView) -> prePrepared.add(new Certified(sequence, digest, inView)));
        });
        return new ViewChange(view, stableSequence(), checkpoints(), prepared, prePrepared);
    }
}
