package io.troupe.etcd.sim;

import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.lease.LeaseFeed;
import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.mvcc.Change;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.mvcc.LeaseFacts;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.etcd.watch.LargeResponses;
import io.troupe.etcd.watch.StoreFeed;
import io.troupe.etcd.watch.WatchHub;
import io.troupe.etcd.watch.WatchSession;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.sim.NodeContext;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/** The root of one node: what {@code EtcdGuardian} has but for the gateway, with a client of its own in its place. */
final class EtcdNode {

    static final String GROUP = "etcd";
    static final EtcdSettings.Watch WATCH = new EtcdSettings.Watch(100, 5, 1 << 20, 1 << 20, Duration.ofMinutes(10));
    static final EtcdSettings.Lease LEASE = new EtcdSettings.Lease(Duration.ofMillis(250), 100, 2);
    private static final int RESPONSE_BYTES_MAX = 1 << 20;

    private EtcdNode() {}

    sealed interface Command permits Follow, Hosted, Led {}

    /** A follower reaches the store through this node from now on. */
    record Follow(Follower follower, int connection) implements Command {}

    private record Hosted(ActorRef<Replica.Request> replica) implements Command {}

    private record Led(Replica.Status status) implements Command {}

    static Behavior<Command> create(NodeContext node, EtcdCluster cluster) {
        return Behaviors.setup(context -> {
            var watches = WatchHub.spawn(context, WATCH);
            var leaseFeed = new LeaseFeed();
            ActorRef<Lessor.Command> lessor =
                    context.spawn(Lessor.create(LEASE, leaseFeed, node.nanoClock()), "lessor");
            leaseFeed.attach(lessor.narrow());
            ActorRef<LeaseDesk.Command> desk = context.spawn(LeaseDesk.create(GROUP, cluster.names()), "leases");
            context.getSystem()
                    .receptionist()
                    .tell(Receptionist.register(LeaseDesk.key(GROUP, node.name()), lessor.narrow()));
            List.of(watches.hub(), lessor, desk).forEach(context::watch);
            var host = context.spawn(
                    GroupHost.create(node.name(), List.of(cluster.engine(node)), node.random("raft")), "host");
            host.tell(new Groups.Host(
                    GROUP,
                    cluster.names(),
                    (group, name) -> new EtcdStateMachine(new Followers(watches.feed(), leaseFeed, cluster.record())),
                    context.messageAdapter(
                            Groups.HostReply.class, reply -> new Hosted(((Groups.Hosted) reply).replica()))));
            return Behaviors.receive(Command.class)
                    .onMessage(Hosted.class, hosted -> {
                        var replica = hosted.replica();
                        context.watch(replica); // Its end ends the node: nobody handles the signal.
                        ActorRef<SessionClient.Command> session = context.spawn(
                                SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("session")),
                                "session");
                        watches.hub().tell(new WatchHub.UseClient(session));
                        replica.tell(new Replica.Observe(context.messageAdapter(Replica.Status.class, Led::new)));
                        cluster.serving(node.name(), status -> {
                            desk.tell(new LeaseDesk.LeaderChanged(status));
                            lessor.tell(new Lessor.ReplicaChanged(status, session));
                        });
                        context.spawn(
                                StoreClient.create(
                                        node.name(),
                                        node.name() + "/" + node.life(),
                                        session,
                                        desk,
                                        node.random("client"),
                                        cluster.record()),
                                "client");
                        return Behaviors.same();
                    })
                    .onMessage(Led.class, led -> {
                        cluster.statusOf(node.name(), led.status());
                        return Behaviors.same();
                    })
                    .onMessage(Follow.class, follow -> {
                        var stream = follow.follower().connect(follow.connection(), node.name());
                        var session = context.spawn(
                                WatchSession.create(
                                        follow.follower().streamId(follow.connection()),
                                        stream,
                                        watches.hub(),
                                        revision -> io.etcd.jetcd.api.ResponseHeader.newBuilder()
                                                .setRevision(revision)
                                                .build(),
                                        RESPONSE_BYTES_MAX,
                                        new LargeResponses(RESPONSE_BYTES_MAX),
                                        request -> java.util.Optional.empty()),
                                "stream-" + follow.follower().streamId(follow.connection()));
                        stream.serve(session);
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    /** Tells the node's watches and lessor what its state machine did, and the record of the run. */
    private record Followers(StoreFeed watches, LeaseFeed leases, RunRecord record) implements StoreListener {
        @Override
        public void onChanges(long revision, List<Change> changes) {
            record.applied(revision, changes);
            watches.changed(revision, changes);
        }

        @Override
        public void onLeaseGranted(long id, long ttlSeconds, long grantedAt) {
            leases.granted(id, ttlSeconds, grantedAt);
        }

        @Override
        public void onLeaseRevoked(long id) {
            record.leaseEnded(id);
            leases.revoked(id);
        }

        @Override
        public void onRestored(long revision, List<LeaseFacts> restored) {
            record.reached(Reached.RESTORED);
            watches.restored(revision);
            leases.restored(restored);
        }
    }
}
