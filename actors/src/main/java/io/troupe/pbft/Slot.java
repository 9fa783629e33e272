package io.troupe.pbft;

import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * What a replica has heard about one sequence number. Of each sender the vote of the latest view counts, so that a faulty
 * one fills no memory.
 *
 * <p>Transitions in a view: open → pre-prepared → prepared; in any: open → committed, which is for ever.
 */
final class Slot {

    /** What a prepare or a commit says. */
    record Vote(long view, Digest digest) {}

    final long sequence;
    private final TreeMap<String, Vote> prepares = new TreeMap<>();
    private final TreeMap<String, Vote> commits = new TreeMap<>();
    private Optional<Digest> prePrepared = Optional.empty();
    private boolean prepared;
    private Optional<Digest> committed = Optional.empty();
    /** What is chosen for the view and cannot be pre-prepared before its batch is here. */
    private Optional<Digest> awaited = Optional.empty();

    /** Batches fetched from others, which are in no fact yet; at most one for each that is awaited or committed. */
    private final TreeMap<Digest, ByteString> bodies = new TreeMap<>();

    Slot(long sequence) {
        this.sequence = sequence;
    }

    /** A view begins: nothing has happened here in it yet. */
    void beginView() {
        prePrepared = Optional.empty();
        prepared = false;
        awaited = Optional.empty();
    }

    void prePrepare(Digest digest) {
        prePrepared = Optional.of(digest);
        awaited = Optional.empty();
    }

    /** In the present view. */
    Optional<Digest> prePrepared() {
        return prePrepared;
    }

    void await(Digest digest) {
        awaited = Optional.of(digest);
    }

    Optional<Digest> awaited() {
        return awaited;
    }

    /** Whether the batch with this digest is of use here. */
    boolean wants(Digest digest) {
        return awaited.filter(digest::equals).isPresent()
                || committed.filter(digest::equals).isPresent();
    }

    void keepBody(Digest digest, ByteString batch) {
        bodies.put(digest, batch);
    }

    Optional<ByteString> body(Digest digest) {
        return Optional.ofNullable(bodies.get(digest));
    }

    void onPrepare(String from, Vote vote) {
        prepares.merge(from, vote, Slot::later);
    }

    void onCommit(String from, Vote vote) {
        commits.merge(from, vote, Slot::later);
    }

    private static Vote later(Vote old, Vote vote) {
        return vote.view() > old.view() ? vote : old;
    }

    /**
     * prepared(m, v, n, i): pre-prepared here, and with the primary's pre-prepare a quorum has said so (§4.2).
     *
     * @param primary whose prepare does not count, for its pre-prepare does
     */
    boolean isPrepared(long view, String primary, Membership members) {
        if (prePrepared.isEmpty()) {
            return false;
        }
        Vote vote = new Vote(view, prePrepared.get());
        long backups = prepares.entrySet().stream()
                .filter(prepare ->
                        !prepare.getKey().equals(primary) && prepare.getValue().equals(vote))
                .count();
        return backups >= members.quorum() - 1;
    }

    /** Whether that is known already, and what follows under way. */
    boolean isMarkedPrepared() {
        return prepared;
    }

    void markPrepared() {
        prepared = true;
    }

    /**
     * What a quorum has said commits to, in one view: f+1 correct replicas have prepared it, so committed(m, v, n) is
     * true (§4.2), whether or not it prepared here.
     */
    Optional<Digest> newlyCommitted(Membership members) {
        if (committed.isEmpty()) {
            committed = commits.values().stream()
                    .filter(vote ->
                            commits.values().stream().filter(vote::equals).count() >= members.quorum())
                    .findFirst()
                    .map(Vote::digest);
            return committed;
        }
        return Optional.empty();
    }

    Optional<Digest> committed() {
        return committed;
    }

    Optional<Vote> prepareOf(String node) {
        return Optional.ofNullable(prepares.get(node));
    }

    Optional<Vote> commitOf(String node) {
        return Optional.ofNullable(commits.get(node));
    }
}
