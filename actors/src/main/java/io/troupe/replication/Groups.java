package io.troupe.replication;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a system says to the node's group host, the parent of every replica on that node: which
 * consensus groups it wants hosted here. Local to a node; the host finds the same group's replicas on
 * other nodes by stable node id through the receptionist.
 */
public final class Groups {

    private Groups() {}

    /** Whatever an engine's host may receive: {@link Command}s, and what its children tell it. */
    public interface Message {}

    public sealed interface Command extends Message permits Host, ListStatus, HandOver {}

    /**
     * Hosts this node's replica of {@code group}, recovering it from the node's disk when it was hosted
     * before. Idempotent per group.
     *
     * @param group name, unique in the cluster; the same on every member
     * @param members stable node ids of the initial voters; ignored once the group was hosted here. On a node that is not
     *     among them, the replica begins with nothing and only learns, from when {@link Replica.Reconfigure} adds it
     * @param witnesses nodes that keep no state of this group, only index and term of each entry, and vote: some of the
     *     members, but not all, or this node itself when it is to be added as one ({@link
     *     Replica.MemberChange.Kind#ADD_WITNESS})
     * @param factory not asked at a witness
     * @param engine name of the engine that orders the group's commands, the same on every member and at every start;
     *     empty for the node's default
     * @param replyTo told {@link Hosted} when the replica has recovered, or {@link NotHosted} when it could not, or
     *     is down
     */
    public record Host(
            String group,
            List<String> members,
            Set<String> witnesses,
            StateMachine.Factory factory,
            Optional<String> engine,
            ActorRef<HostReply> replyTo)
            implements Command {
        public Host {
            if (!members.isEmpty() && witnesses.containsAll(members)) {
                throw new IllegalArgumentException("All members of group " + group + ", which are " + members
                        + ", are to be witnesses; at least one must keep the state");
            }
        }

        public Host(
                String group,
                List<String> members,
                StateMachine.Factory factory,
                Optional<String> engine,
                ActorRef<HostReply> replyTo) {
            this(group, members, Set.of(), factory, engine, replyTo);
        }

        public Host(String group, List<String> members, StateMachine.Factory factory, ActorRef<HostReply> replyTo) {
            this(group, members, factory, Optional.empty(), replyTo);
        }
    }

    public sealed interface HostReply permits Hosted, NotHosted {}

    public record Hosted(String group, ActorRef<Replica.Request> replica) implements HostReply {}

    /**
     * The replica on this node is {@link Replica.Role#DOWN}, and stays so until the node is started again.
     *
     * @param detail what to do about it
     */
    public record NotHosted(String group, String detail) implements HostReply {}

    /** Asks for the present status of every group hosted on this node. */
    public record ListStatus(ActorRef<Statuses> replyTo) implements Command {}

    public record Statuses(List<Replica.Status> groups) {}

    /**
     * Hands leadership of every group led here to another node and stops taking it, as a node does before it
     * leaves. Groups that find nobody to take over within their election timeout keep their leader; the
     * answer comes all the same.
     */
    public record HandOver(ActorRef<Done> replyTo) implements Command {}
}
