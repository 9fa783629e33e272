package io.troupe.replication;

import io.troupe.wire.Wire;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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
            permits OpenSession, OpenShared, Propose, Query, Observe, TransferLeadership, Reconfigure, ListMembers {}

    /**
     * Opens a client session through the log (Raft thesis §6.3). Answered by {@link SessionOpened} or
     * {@link Rejected}.
     */
    public record OpenSession(ActorRef<Reply> replyTo) implements Request {}

    /**
     * As {@link OpenSession}, for a client that is on no replica's node and proposes through several of them. Where nodes may
     * lie (PBFT), a session is its node's own, and no other can use up its serials; in this one any can.
     */
    public record OpenShared(ActorRef<Reply> replyTo) implements Request {}

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
     * Has leadership go to another replica (Raft thesis §3.10), which is brought up to date first. Meanwhile the leader takes
     * no proposals; when the other has not taken over within an election timeout, it leads on and takes them again.
     *
     * @param target stable node id of a voter, or empty for the one that is most up to date. The leader itself needs no
     *     transfer, and the answer is that it leads
     * @param onlyHere only this replica is asked, and refuses with {@link Reason#NOT_LEADER} when it does not lead; else it
     *     passes the request to the leader
     * @param replyTo told {@link LeadershipTransferred} when the target, or with none named another than before, leads; else
     *     {@link Rejected}: {@link Reason#UNSUPPORTED} when the target is no voter, {@link Reason#NOT_TAKEN_OVER} when it did not
     *     take over, {@link Reason#OVERLOADED} when another transfer is under way, {@link Reason#OUTCOME_UNKNOWN} when nobody is
     *     known to lead after it
     */
    public record TransferLeadership(Optional<String> target, boolean onlyHere, ActorRef<Reply> replyTo)
            implements Request {
        public TransferLeadership(Optional<String> target, ActorRef<Reply> replyTo) {
            this(target, false, replyTo);
        }
    }

    /**
     * Changes who belongs to the group, all at once or not at all (Raft §6; thesis §4). One change is under way at a time.
     *
     * @param changes at least one, at most one a node
     * @param replyTo told {@link Reconfigured} when the new membership is committed and alone in force; {@link
     *     ReconfigureRefused}, when nothing was changed; or {@link Rejected}
     */
    public record Reconfigure(List<MemberChange> changes, ActorRef<Reply> replyTo) implements Request {
        public Reconfigure {
            changes = List.copyOf(changes);
        }
    }

    /**
     * What becomes of one member.
     *
     * @param node stable node id
     */
    public record MemberChange(Kind kind, String node) {

        public enum Kind {
            /** The node, no member yet, receives the log and has no vote. */
            ADD_LEARNER,
            /** The node, no member yet, votes at once, although it has nothing: a group can wait for it meanwhile. */
            ADD_VOTER,
            /** The node, a learner that has caught up, votes. */
            PROMOTE,
            /** The node, learner or voter, belongs to the group no more. */
            REMOVE,
            /**
             * The node, no member yet, votes at once and for good, and keeps index and term of each entry, but no command
             * and no state: it costs little, never leads, and its node must host the group as a witness.
             */
            ADD_WITNESS
        }

        public static MemberChange addLearner(String node) {
            return new MemberChange(Kind.ADD_LEARNER, node);
        }

        public static MemberChange addVoter(String node) {
            return new MemberChange(Kind.ADD_VOTER, node);
        }

        public static MemberChange addWitness(String node) {
            return new MemberChange(Kind.ADD_WITNESS, node);
        }

        public static MemberChange promote(String node) {
            return new MemberChange(Kind.PROMOTE, node);
        }

        public static MemberChange remove(String node) {
            return new MemberChange(Kind.REMOVE, node);
        }
    }

    /** Asks this replica who belongs to the group, as far as it knows. Answered by {@link MembersListed}. */
    public record ListMembers(ActorRef<Reply> replyTo) implements Request {}

    /** Proposals outside any session are applied at least once when retried. */
    public static final long NO_SESSION = 0;

    public sealed interface Reply extends Wire
            permits SessionOpened,
                    Applied,
                    Answered,
                    LeadershipTransferred,
                    Reconfigured,
                    ReconfigureRefused,
                    MembersListed,
                    Rejected {}

    public record SessionOpened(long session) implements Reply {}

    /** The command is committed and applied; {@code result} is what {@link StateMachine#apply} returned. */
    public record Applied(long session, long serial, long index, ByteString result) implements Reply {}

    /**
     * @param id the query's id
     * @param appliedIndex the log index whose state was read
     */
    public record Answered(long id, long appliedIndex, ByteString result) implements Reply {}

    /** @param leader node id of who leads now */
    public record LeadershipTransferred(String leader) implements Reply {}

    /**
     * Who belongs to a group, by stable node id; no node is voter and learner.
     *
     * @param witnesses those of the voters that keep no state
     */
    public record Members(SortedSet<String> voters, SortedSet<String> learners, SortedSet<String> witnesses) {
        public Members(SortedSet<String> voters, SortedSet<String> learners) {
            this(voters, learners, new TreeSet<>());
        }

        public Members {
            witnesses = Collections.unmodifiableSortedSet(new TreeSet<>(witnesses));
            voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
            learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
        }

        /** Whether the node is one of them, with a vote or without. */
        public boolean has(String node) {
            return voters.contains(node) || learners.contains(node);
        }
    }

    /** The membership asked for is committed. */
    public record Reconfigured(Members members) implements Reply {}

    /** Nothing was changed. */
    public record ReconfigureRefused(Refusal refusal, String detail) implements Reply {}

    /** Why a membership stays as it is. */
    public enum Refusal {
        /** Another change is not committed yet, or the leader's term has not committed anything yet. Retry. */
        CHANGE_UNDER_WAY(true),
        /** The learner to be promoted is behind. Retry when it has caught up. */
        NOT_CAUGHT_UP(true),
        /** The node to be added belongs to the group already. */
        ALREADY_MEMBER(false),
        /** The node to be removed does not belong to the group. */
        NOT_A_MEMBER(false),
        /** The node to be promoted is no learner. */
        NOT_A_LEARNER(false),
        /** Nobody would be left that votes and keeps the state. */
        NO_VOTER_LEFT(false),
        /** There are no changes, or two of one node. */
        AMBIGUOUS(false),
        /** The group's engine has no members of that kind. */
        UNSUPPORTED(false);

        private final boolean retryable;

        Refusal(boolean retryable) {
            this.retryable = retryable;
        }

        public boolean isRetryable() {
            return retryable;
        }
    }

    /**
     * @param settled the membership is committed, and no change is under way, as far as this replica knows
     * @param members the latest it has heard of, committed or not
     */
    public record MembersListed(Members members, boolean settled) implements Reply {}

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
        STOPPING(true),
        /** Only this replica was asked, and it does not lead. */
        NOT_LEADER(false),
        /** Who was to take over leadership did not; nothing else has changed. Retry. */
        NOT_TAKEN_OVER(true);

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
        DOWN,
        /** Votes, and keeps no state. */
        WITNESS
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
