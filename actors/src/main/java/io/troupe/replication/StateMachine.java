package io.troupe.replication;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.pekko.util.ByteString;

/**
 * The service that is replicated (Schneider, <em>Implementing Fault-Tolerant Services Using the
 * State Machine Approach</em>, ACM Computing Surveys 1990, §1): its output is determined by the
 * sequence of commands it is given and by nothing else. No clock, no random source, no iteration
 * over unordered collections; time and randomness enter as commands, or, over PBFT, as values that the replicas agree on
 * ({@code io.troupe.pbft.NonDeterminism}).
 *
 * <p>The contract is the same over every engine (Raft, Multi-Paxos, PBFT). Calls come one at a time, each seeing what the one
 * before has done, though not always on the same thread; only {@link State#writeTo} may run beside later calls.
 */
public interface StateMachine {

    /**
     * Applies a committed command and returns its result. Called once per log index, in order.
     * Indexes may be skipped (no-ops, session upkeep). Bad input is a result, never an exception: an
     * exception here stops the replica, because the replicas could no longer be told to agree.
     *
     * @param index log index of the command, strictly increasing, from 1
     */
    ByteString apply(long index, ByteString command);

    /**
     * Whether {@link #apply} will take well under a millisecond for this command, whatever the state. Then a replica does it in
     * passing; what may take longer is done on a thread of its own ({@code apply-dispatcher}), so that a leader is heard meanwhile
     * and elections come to an end. That costs two changes of thread, which are most of what a short command takes. PBFT does not
     * ask: all of its machine's work is its executor's.
     */
    default boolean appliesQuickly(ByteString command) {
        return false;
    }

    /** As {@link #appliesQuickly}, of {@link #query}. */
    default boolean answersQuickly(ByteString query) {
        return false;
    }

    /**
     * Whether a command shows nowhere but in its result, in what {@link #query} answers, and in the state, so that {@link #restore}
     * undoes it. Then an engine may apply what is about to be committed, answer neither queries nor with a state meanwhile, and
     * wind the machine back when it is not (PBFT's tentative execution). Not so where others are told while commands are
     * applied, as devices or watchers are.
     */
    default boolean isRevocable() {
        return false;
    }

    /**
     * The group has other members from {@code index} on, or the same as before. It comes in order among the commands, and is the
     * same at every replica. Of no use to most services; those of a founding group are not told.
     */
    default void onMembers(long index, Replica.Members members) {}

    /** Answers a read of the current state without changing it; bad input is an answer too. */
    ByteString query(ByteString query);

    /**
     * The state as of now, frozen in bounded time (copy-on-write or persistent structures); it is
     * written to storage later while {@link #apply} goes on.
     */
    State freeze();

    /** Replaces the state by one that {@link State#writeTo} wrote, on this or another replica. */
    void restore(InputStream state) throws IOException;

    /** A frozen state. */
    interface State {
        /** Writes the state; may run on another thread while the machine applies later commands. */
        void writeTo(OutputStream out) throws IOException;

        /** This state with something before it, as for a machine around another one. */
        default State behind(Part part) {
            return out -> {
                var data = new DataOutputStream(out);
                part.writeTo(data);
                data.flush();
                writeTo(out);
            };
        }
    }

    /** What a machine adds to the state of the one that it is around: frozen, too. */
    @FunctionalInterface
    interface Part {
        /** As {@link State#writeTo}. */
        void writeTo(DataOutputStream out) throws IOException;
    }

    /** Makes the state machine of one replica. */
    @FunctionalInterface
    interface Factory {
        /**
         * @param group the consensus group this replica belongs to
         * @param node the stable id of the node that hosts it
         */
        StateMachine create(String group, String node);
    }
}
