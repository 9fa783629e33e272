package io.troupe.pbft;

import io.troupe.wire.Wire;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * What a replica must not forget: it is durable before anything is said that rests on it, so that a replica which was
 * killed and started again is slow in the eyes of the others, and not faulty. Prepares rest on none ({@link VotingRight}).
 */
sealed interface Fact extends Wire {

    /** The highest sequence number that this is about; 0 when it is about none. */
    long sequence();

    /** The replica runs for the first time, and has answered nobody yet. */
    record Started() implements Fact {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /**
     * The replica's disk was lost, and it may have said anything about sequence numbers through this one ({@link Recovery}).
     *
     * @param through {@link #ALL} until it is known
     */
    record Forgot(long through) implements Fact {
        static final long ALL = Long.MAX_VALUE;

        @Override
        public long sequence() {
            return 0;
        }
    }

    /**
     * A pre-prepare was sent or accepted, or vouched for later ({@link Vouching}).
     *
     * @param batch empty when it was kept with an earlier fact
     */
    record PrePrepared(long view, long sequence, Digest digest, Optional<ByteString> batch) implements Fact {}

    /** A batch is prepared here. */
    record Prepared(long view, long sequence, Digest digest) implements Fact {}

    /** The replica has left the views before this one. */
    record ViewLeft(long view) implements Fact {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /** A new view is in force. */
    record ViewEntered(PbftMessage.NewView proof) implements Fact {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /**
     * The state behind this sequence number is in the storage, executed here or fetched: the replica says so to the others,
     * and has it for whoever asks.
     */
    record CheckpointTaken(long sequence, PbftMessage.StateHeader header) implements Fact {

        /** How the others are told. */
        PbftMessage.Checkpoint checkpoint() {
            return new PbftMessage.Checkpoint(sequence, header.digest(sequence));
        }
    }

    /**
     * A checkpoint is stable: what is at or below it is no longer needed. Carries what else must outlive older facts.
     *
     * @param digest of the checkpoint, which names its state
     * @param header as the digest covers it
     * @param active whether {@code view} is in force; else the replica waits for it
     * @param proof of the view in force last; empty in view 0
     */
    record Stable(
            long sequence,
            Digest digest,
            PbftMessage.StateHeader header,
            long view,
            boolean active,
            Optional<PbftMessage.NewView> proof)
            implements Fact {}

    /** What one write to the journal holds. */
    record Written(List<Fact> facts) implements Wire {
        public Written {
            facts = List.copyOf(facts);
        }
    }
}
