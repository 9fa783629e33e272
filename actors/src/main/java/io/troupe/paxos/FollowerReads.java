package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.ReadAt;
import io.troupe.replication.ForwardedReads;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A follower asks the leader for an instance to read at, and reads when it has applied that.
 *
 * @param underLease whether the leader may answer under its lease, without asking anybody
 */
record FollowerReads(PaxosServer server, boolean underLease) implements ForwardedReads.Server {

    static ForwardedReads linearizable(PaxosServer server) {
        return reads(server, false);
    }

    static ForwardedReads underLease(PaxosServer server) {
        return reads(server, true);
    }

    private static ForwardedReads reads(PaxosServer server, boolean underLease) {
        return new ForwardedReads(
                new FollowerReads(server, underLease),
                server.self,
                server.settings.maxPendingReads(),
                server.settings.electionTicks());
    }

    @Override
    public OptionalLong askLeader(List<Replica.Query> queries) {
        Optional<ActorRef<PaxosMessage>> leader = server.leader().flatMap(server::peer);
        if (leader.isEmpty()) {
            return OptionalLong.empty();
        }
        long id = server.nextReadId();
        leader.get().tell(new ReadAt(id, underLease, server.self.narrow()));
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
