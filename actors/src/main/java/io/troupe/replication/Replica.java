package io.troupe.replication;

import io.troupe.wire.Wire;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What a client of a replicated service says to its nearest replica, whatever engine runs below:
 * any replica takes any request, and passes it to the leader where the engine has one.
 */
public final class Replica {

    private Replica() {}

    /** Whatever a replica's actor may receive: {@link Request}s, and the engine's own protocol. */
    public interface Message {}

    /** Everything an engine's replica understands from outside. */
    public sealed interface Request extends Wire, Message
            permits OpenSession, Propose, Query, Observe, TransferLeadership {}

    /**
     * Opens a client session through the log (Raft thesis §6.3). Answered by {@link SessionOpened} or
     * {@link Rejected}.
     */
    public record OpenSession(ActorRef<Reply> replyTo) implements Request {}

    /**
     * Orders and applies {@code command} exactly once per (session, serial), however often it is
     * proposed. A session may have many proposals under way.
     *
     * @param session from {@link SessionOpened}, or {@link #NO_SESSION} for at-least-once
     * @param serial chosen by the client, unique within the session, increasing from 1
     * @param acknowledgedBelow every serial below this one has been answered: its result may be forgotten
     * @param replyTo gets {@link Applied} or {@link Rejected}
     */
    public record Propose(
            long session, long serial, long acknowledgedBelow, ByteString command, ActorRef<Reply> replyTo)
            implements Request {}

    /**
     * Reads at this replica with the given consistency. Answered by {@link Answered}, or by {@link Rejected}
     * with {@link #NO_SESSION} and the query's id as its serial.
     *
     * @param id chosen by the client to tell answers apart; 0 when it has one query at a time
     */
    public record Query(long id, ByteString query, ReadConsistency consistency, ActorRef<Reply> replyTo)
            implements Request {
        public Query(ByteString query, ReadConsistency consistency, ActorRef<Reply> replyTo) {
            this(0, query, consistency, replyTo);
        }
    }

    /** Subscribes to this replica's {@link Status}: once at once, then at each change of leader, term or role. */
    public record Observe(ActorRef<Status> observer) implements Request {}

    /**
     * Asks the replica, if it leads, to hand leadership to another (Raft thesis §3.10).
     *
     * @param target node id, or empty for the most caught-up peer
     * @param replyTo told {@link LeadershipTransferred} when this replica no longer leads, else {@link Rejected}
     */
    public record TransferLeadership(Optional<String> target, ActorRef<Reply> replyTo) implements Request {}

    /** Proposals outside any session are applied at least once when retried. */
    public static final long NO_SESSION = 0;

    public sealed interface Reply extends Wire
            permits SessionOpened, Applied, Answered, LeadershipTransferred, Rejected {}

    public record SessionOpened(long session) implements Reply {}

    /** The command is committed and applied; {@code result} is what {@link StateMachine#apply} returned. */
    public record Applied(long session, long serial, long index, ByteString result) implements Reply {}

    /**
     * @param id the query's id
     * @param appliedIndex the log index whose state was read
     */
    public record Answered(long id, long appliedIndex, ByteString result) implements Reply {}

    /** @param leader the new leader's node id, when known */
    public record LeadershipTransferred(Optional<String> leader) implements Reply {}

    /** The request was not carried out, or its outcome is not known; see {@link Reason}. */
    public record Rejected(long session, long serial, Reason reason, String detail) implements Reply {}

    public enum Reason {
        /** No leader is known now; nothing was proposed. Retry. */
        NO_LEADER(true),
        /** A queue is full; nothing was proposed. Retry later. */
        OVERLOADED(true),
        /** Leadership changed while the proposal was under way: it may or may not be applied. Retry within the session. */
        OUTCOME_UNKNOWN(true),
        /** The command exceeds the group's entry limit. */
        TOO_LARGE(false),
        /** The session is unknown or was evicted: earlier outcomes can no longer be told apart. */
        SESSION_EXPIRED(false),
        /** The replica does not do this (an engine without leaders asked to transfer, an unknown target …). */
        UNSUPPORTED(false),
        /** The replica is stopping. */
        STOPPING(true);

        private final boolean retryable;

        Reason(boolean retryable) {
            this.retryable = retryable;
        }

        public boolean isRetryable() {
            return retryable;
        }
    }

    public enum Role {
        LEADER,
        CANDIDATE,
        FOLLOWER,
        LEARNER,
        /** The replica on this node failed and was stopped; the node must be restarted to bring it back. */
        DOWN
    }

    /**
     * What a replica knows of itself and its group.
     *
     * @param leader node id of the leader, when known
     * @param term term, ballot round, or view
     */
    public record Status(
            String group,
            String node,
            Role role,
            Optional<String> leader,
            long term,
            long commitIndex,
            long appliedIndex,
            long snapshotIndex)
            implements Wire {}
}
