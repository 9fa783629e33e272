package io.troupe.replication;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/** What orders the commands of a group and brings them to its replicas: Raft, Multi-Paxos, … */
public interface Engine {

    /** As configurations name it, such as {@code "raft"}. */
    String name();

    /** The longest that a replica waits in silence before it acts, at least; paces what the host asks of replicas. */
    Duration electionTimeout();

    /** Whether a voter may keep index and term of each entry alone ({@link Groups.Host}). */
    default boolean hasWitnesses() {
        return false;
    }

    /** One replica. It is stopped when it fails, and never restarted in place. */
    Behavior<Replica.Message> replica(Seat seat);

    /**
     * Where a replica lives.
     *
     * @param members see {@link Groups.Host}
     * @param witnesses see {@link Groups.Host}
     * @param random of this replica alone
     * @param hosted told when the replica has recovered
     */
    record Seat(
            String group,
            String node,
            List<String> members,
            Set<String> witnesses,
            StateMachine.Factory factory,
            RandomGenerator random,
            ActorRef<PeerDirectory.Command> directory,
            ActorRef<Groups.Hosted> hosted) {

        /** In a group without witnesses. */
        public Seat(
                String group,
                String node,
                List<String> members,
                StateMachine.Factory factory,
                RandomGenerator random,
                ActorRef<PeerDirectory.Command> directory,
                ActorRef<Groups.Hosted> hosted) {
            this(group, node, members, Set.of(), factory, random, directory, hosted);
        }
    }
}
