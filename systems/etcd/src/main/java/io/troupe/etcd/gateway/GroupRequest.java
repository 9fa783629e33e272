package io.troupe.etcd.gateway;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.Caller;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.replication.ReadConsistency;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * What a call asks of the consensus group.
 *
 * @param consistency of a read; empty for a command to be applied
 * @param withoutLeader what the client is told when no leader was found in time
 */
record GroupRequest(ByteString payload, Optional<ReadConsistency> consistency, EtcdError withoutLeader) {

    static GroupRequest command(ByteString command) {
        return new GroupRequest(command, Optional.empty(), EtcdError.NO_LEADER_IN_TIME);
    }

    static GroupRequest read(ByteString query, ReadConsistency consistency) {
        return new GroupRequest(query, Optional.of(consistency), EtcdError.TIMEOUT);
    }

    /** A read that takes a place in etcd's log: without a leader it comes to what a command comes to. */
    static GroupRequest readInOrder(ByteString query, ReadConsistency consistency) {
        return new GroupRequest(query, Optional.of(consistency), EtcdError.NO_LEADER_IN_TIME);
    }

    /** Nobody's requests go as they are. */
    GroupRequest inNameOf(Caller caller) {
        ByteString named = consistency.isPresent() ? Queries.as(caller, payload) : Commands.as(caller, payload);
        return new GroupRequest(named, consistency, withoutLeader);
    }
}
