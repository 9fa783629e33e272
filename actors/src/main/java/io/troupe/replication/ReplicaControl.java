package io.troupe.replication;

import org.apache.pekko.actor.typed.ActorRef;

/** What a group host says to the replicas it hosts, whatever their engine. */
public sealed interface ReplicaControl extends Replica.Message
        permits ReplicaControl.GetStatus, ReplicaControl.Abstain {

    /** Asks for the present status. */
    record GetStatus(ActorRef<Replica.Status> replyTo) implements ReplicaControl {}

    /** The node is leaving: stand for no election any more. */
    enum Abstain implements ReplicaControl {
        ABSTAIN
    }
}
