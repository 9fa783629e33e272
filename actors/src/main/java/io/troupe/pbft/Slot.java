package io.troupe.pbft;

import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

    /** The requests of the batch that pre-prepared, until they are executed. */
    private Optional<Proposal> proposal = Optional.empty();

    /** What view changes tell of and is not here; of each replica at most one. */
    private final TreeSet<Digest> wanted = new TreeSet<>();

    /** Batches that are in no fact yet: accepted, or fetched because they were awaited, wanted, or committed. */
    private final TreeMap<Digest, ByteString> bodies = new TreeMap<>();

    /** When they were asked for last. */
    private final TreeMap<Digest, Long> askedAt = new TreeMap<>();

    Slot(long sequence) {
        this.sequence = sequence;
    }

    /** A view begins: nothing has happened here in it yet. */
    void beginView() {
        prePrepared = Optional.empty();
        prepared = false;
        awaited = Optional.empty();
        wanted.clear();
        askedAt.clear();
    }

    void prePrepare(Digest digest) {
        prePrepared = Optional.of(digest);
        awaited = Optional.empty();
    }

    void prePrepare(Proposal proposed) {
        prePrepare(proposed.digest());
        proposal = Optional.of(proposed);
        keepBody(proposed.digest(), proposed.batch());
    }

    /** Whether this replica could tell at any time that it may pre-prepare what it did. */
    boolean isProvable() {
        return proposal.map(Proposal::isProvable).orElse(true);
    }

    /** The batch with this digest, when it was read here. */
    Optional<Proposal> proposal(Digest digest) {
        return proposal.filter(read -> read.digest().equals(digest));
    }

    /** It was needed for execution last. */
    void forgetProposal() {
        proposal = Optional.empty();
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

    void want(Digest digest) {
        wanted.add(digest);
    }

    /** Whether the batch with this digest is of use here. */
    boolean wants(Digest digest) {
        return wanted.contains(digest)
                || awaited.filter(digest::equals).isPresent()
                || committed.filter(digest::equals).isPresent();
    }

    /** Whether the batch was not asked for in this tick; it is now. */
    boolean isToBeAskedFor(Digest digest, long tick) {
        Long before = askedAt.put(digest, tick);
        return before == null || before < tick;
    }

    void keepBody(Digest digest, ByteString batch) {
        bodies.put(digest, batch);
    }

    /** Of the batches that are kept here. */
    long bytesKept() {
        return bodies.values().stream().mapToLong(ByteString::length).sum();
    }

    Optional<ByteString> body(Digest digest) {
        return Optional.ofNullable(bodies.get(digest));
    }

    /** @return whether it is the sender's first of its view, and none of a later one is known */
    boolean onPrepare(String from, Vote vote) {
        Vote before = prepares.get(from);
        prepares.merge(from, vote, Slot::later);
        return before == null || vote.view() > before.view();
    }

    void onCommit(String from, Vote vote) {
        commits.merge(from, vote, Slot::later);
    }

    private static Vote later(Vote old, Vote vote) {
        return vote.view() > old.view() ? vote : old;
    }

    /**
     * prepared(m, v, n, i): pre-prepared here, and a quorum has said so (§4.2): the primary by its pre-prepare, which is
     * counted as a prepare here.
     */
    boolean isPrepared(long view, Membership members) {
        if (prePrepared.isEmpty()) {
            return false;
        }
        Vote vote = new Vote(view, prePrepared.get());
        return prepares.values().stream().filter(vote::equals).count() >= members.quorum();
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

    /** Who has said a prepare. */
    Set<String> voters() {
        return prepares.keySet();
    }

    /** Whether {@code node} has said a prepare in this view. */
    boolean isVotedOn(String node, long view) {
        return prepareOf(node).filter(vote -> vote.view() == view).isPresent();
    }

    Optional<Vote> prepareOf(String node) {
        return Optional.ofNullable(prepares.get(node));
    }

    Optional<Vote> commitOf(String node) {
        return Optional.ofNullable(commits.get(node));
    }
}
