package io.troupe.raft;

import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.replication.ForwardedReads;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorRef;

/** A follower asks its leader for an index to read at (§8; thesis §6.4), and reads when it has applied that. */
record FollowerReads(RaftServer server) implements ForwardedReads.Server {

    static ForwardedReads at(RaftServer server) {
        return new ForwardedReads(
                new FollowerReads(server),
                server.self,
                server.settings.maxPendingReads(),
                server.settings.electionTicks());
    }

    @Override
    public OptionalLong askLeader(List<Replica.Query> queries) {
        Optional<ActorRef<RaftMessage>> leader = server.leader().flatMap(server::peer);
        if (leader.isEmpty()) {
            return OptionalLong.empty();
        }
        long id = server.nextReadId();
        boolean lease = queries.stream().allMatch(query -> query.consistency() == ReadConsistency.LEASE);
        leader.get().tell(new ReadIndex(server.node, id, lease, server.self.narrow()));
        return OptionalLong.of(id);
    }

    @Override
    public void answerAt(long index, List<Replica.Query> queries) {
        server.ask(index, queries);
    }

    @Override
    public int waitingForIndex() {
        return server.readsAtApplier();
    }

    @Override
    public String noLeader() {
        return "group " + server.group + " has no leader that " + server.node + " can reach";
    }
}
