package io.troupe.pbft;

import io.troupe.replication.Operation;
import io.troupe.replication.Replica;
import io.troupe.wire.Wire;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * What clients and replicas say to each other, named as in the paper; letters in comments are the paper's. It travels
 * {@link Sealed} or {@link Signed}, and who said it stands there.
 */
sealed interface PbftMessage extends Wire {

    // -- clients (§4.1)

    /**
     * ⟨REQUEST, o, t, c⟩, and c is who sealed it. A node's clients are one client of the paper: what they ask while its
     * requests are under way is the next request, of several operations, which are executed in their order.
     *
     * @param id what tells this request of the client from its others: the paper's timestamp t
     * @param operations one or more
     */
    record Request(RequestId id, List<Command> operations) implements PbftMessage {
        public Request {
            operations = List.copyOf(operations);
        }
    }

    /** As requests were when each had one operation: batches in journals of then hold them. Never said. */
    record SingleRequest(RequestId id, Command operation) implements PbftMessage {}

    /**
     * One request of one client.
     *
     * @param client node whose clients it comes from
     * @param life of that client's actor: numbers begin anew with each
     * @param number from 1
     */
    record RequestId(String client, long life, long number) implements Wire, Comparable<RequestId> {
        @Override
        public int compareTo(RequestId other) {
            int byClient = client.compareTo(other.client);
            int byLife = Long.compare(life, other.life);
            return byClient != 0 ? byClient : byLife != 0 ? byLife : Long.compare(number, other.number);
        }
    }

    /** o: what is asked for. */
    sealed interface Command extends Wire, Operation {}

    record OpenSession() implements Command, Operation.OpenSession {}

    /** A session that requests of all clients may use: see {@link Replica.OpenShared}. */
    record OpenShared() implements Command, Operation.OpenSession {}

    record Execute(long session, long serial, long acknowledgedBelow, ByteString command)
            implements Command, Operation.Command {}

    /** The null request of a replica that recovers: changes nothing, and takes a sequence number ({@link Recovery}). */
    record Nothing() implements Command {}

    /** A read that is ordered like a command, for a client that could not have it more cheaply. */
    record OrderedRead(ByteString query) implements Command {}

    /**
     * ⟨REPLY, v, t, c, i, r⟩.
     *
     * @param digest of the results
     * @param results the bytes of {@link Results}, from the replica that is to send them whole; the others send the digest
     *     alone (§5.1)
     */
    record Reply(long view, RequestId id, Digest digest, Optional<ByteString> results) implements PbftMessage {}

    /**
     * A reply that is marked as tentative (§5.1): the request is in a batch that has prepared in the reply's view, and may not have
     * committed. See {@link TentativeExecution}.
     */
    record TentativeReply(Reply reply) implements PbftMessage {}

    /** What the operations or queries of one request came to, in their order. */
    record Results(List<Replica.Reply> replies) implements Wire {
        public Results {
            replies = List.copyOf(replies);
        }
    }

    /** Reads that are answered without being ordered (§5.1), all from one state. */
    record ReadOnly(RequestId id, List<ByteString> queries) implements PbftMessage {
        public ReadOnly {
            queries = List.copyOf(queries);
        }
    }

    /**
     * @param index of the last operation that the state read reflects; {@link #REFUSED} from who must not answer now
     * @param results as in {@link Reply}
     */
    record ReadReply(long view, RequestId id, long index, Digest digest, Optional<ByteString> results)
            implements PbftMessage {
        static final long REFUSED = -1;
    }

    // -- the three phases (§4.2)

    /** ⟨PRE-PREPARE, v, n, d⟩ with m: a batch of requests, whose digest is d. */
    record PrePrepare(long view, long sequence, ByteString batch) implements Carrier {}

    /** ⟨PREPARE, v, n, d, i⟩. */
    record Prepare(long view, long sequence, Digest digest) implements Carrier {}

    /** ⟨COMMIT, v, n, d, i⟩. */
    record Commit(long view, long sequence, Digest digest) implements PbftMessage {}

    /** Commits told together: to who is in reserve, and those that waited for a {@link Carrier} in vain. */
    record Commits(List<Commit> commits) implements PbftMessage {
        public Commits {
            commits = List.copyOf(commits);
        }
    }

    /** What commits to earlier batches travel with. */
    sealed interface Carrier extends PbftMessage {}

    /** Commits that no client waits for, and the vote for a later batch that takes them along ({@link HeldCommits}). */
    record Piggybacked(List<Commit> commits, Carrier carrier) implements PbftMessage {
        public Piggybacked {
            commits = List.copyOf(commits);
        }
    }

    // -- key exchange (TOCS 2002)

    /**
     * ⟨NEW-KEY, i, k, t⟩: from now on who speaks to the sender is to seal under this key. Signed.
     *
     * @param counter t: from 1, and greater than that of any before
     * @param key as its {@link Keys} announce it
     */
    record NewKey(long counter, ByteString key) implements PbftMessage {}

    // -- garbage collection (§4.3)

    /** ⟨CHECKPOINT, n, d, i⟩. */
    record Checkpoint(long sequence, Digest digest) implements PbftMessage {}

    // -- view changes (§4.4; decided as in TOCS 2002, from claims and not from certificates)

    /**
     * ⟨VIEW-CHANGE, v, h, C, P, Q, i⟩.
     *
     * @param view that is to come
     * @param stable h: sequence number of the last stable checkpoint
     * @param checkpoints C: those that the replica holds
     * @param prepared P: for each sequence number above h, what prepared there last
     * @param prePrepared Q: and, for each batch that pre-prepared there, the last view in which it did
     */
    record ViewChange(
            long view, long stable, List<Checkpoint> checkpoints, List<Certified> prepared, List<Certified> prePrepared)
            implements PbftMessage {
        public ViewChange {
            checkpoints = List.copyOf(checkpoints);
            prepared = List.copyOf(prepared);
            prePrepared = List.copyOf(prePrepared);
        }
    }

    /** A batch that got a sequence number in a view. */
    record Certified(long sequence, Digest digest, long view) implements Wire {}

    /**
     * ⟨NEW-VIEW, v, V⟩: what is pre-prepared in v follows from V, and everybody works it out.
     *
     * @param viewChanges a quorum of {@link ViewChange}s for this view
     */
    record NewView(long view, List<Signed> viewChanges) implements PbftMessage {
        public NewView {
            viewChanges = List.copyOf(viewChanges);
        }
    }

    // -- catching up

    /** Where a replica is, said now and then, so that others say again what it has missed (thesis, message retransmission). */
    record Standing(long view, boolean active, long stable, long executed) implements PbftMessage {}

    /**
     * ⟨QUERY-STABLE, i⟩ (TOCS 2002, recovery): a replica that has lost its disk asks the others how far they are.
     *
     * @param nonce which the answers have, too: old ones are no answers
     */
    record QueryStable(long nonce) implements PbftMessage {}

    /**
     * ⟨REPLY-STABLE, c, p, i⟩.
     *
     * @param view that the replica is in, or has left for
     * @param executed it has the state behind this sequence number
     * @param used the highest sequence number of which it knows anything
     */
    record ReplyStable(long nonce, long view, long executed, long used) implements PbftMessage {}

    /** Who has this batch? */
    record FetchBatch(long sequence, Digest digest) implements PbftMessage {}

    /** Whoever has it may say so: its digest proves it. */
    record BatchBody(long sequence, ByteString batch) implements PbftMessage {}

    /** Asks for the children of one node of a checkpoint's {@link DigestTree} (thesis, state transfer). */
    record FetchNode(long sequence, int level, int index) implements PbftMessage {}

    /**
     * @param header what the checkpoint's digest covers beside the tree's root, when the root was asked for
     * @param children digests, from the left
     */
    record NodeDigests(long sequence, int level, int index, Optional<StateHeader> header, List<Digest> children)
            implements PbftMessage {
        public NodeDigests {
            children = List.copyOf(children);
        }
    }

    /** Asks for pages of a checkpoint's state. */
    record FetchPages(long sequence, List<Integer> pages) implements PbftMessage {
        public FetchPages {
            pages = List.copyOf(pages);
        }
    }

    record Page(long sequence, int page, ByteString content) implements PbftMessage {}

    /** The checkpoint asked for is not here, or not any more. */
    record NoSuchState(long sequence) implements PbftMessage {}

    /**
     * What a checkpoint's digest covers.
     *
     * @param operations executed up to it
     * @param length of the state, in bytes
     * @param root of the tree of its pages
     */
    record StateHeader(long operations, long length, Digest root) implements Wire {
        Digest digest(long sequence) {
            return Digest.of(ByteString.fromString(sequence + " " + operations + " " + length + " " + root.hex()));
        }
    }
}
