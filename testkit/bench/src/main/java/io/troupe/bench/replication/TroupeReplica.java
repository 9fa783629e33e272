package io.troupe.bench.replication;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.bench.load.Operation;
import io.troupe.persistence.journal.Journals;
import io.troupe.persistence.journal.OpenJournal;
import io.troupe.persistence.snapshots.FileSnapshotStorage;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica.Answered;
import io.troupe.replication.Replica.Applied;
import io.troupe.replication.Replica.Observe;
import io.troupe.replication.Replica.Propose;
import io.troupe.replication.Replica.Query;
import io.troupe.replication.Replica.Rejected;
import io.troupe.replication.Replica.Reply;
import io.troupe.replication.Replica.Request;
import io.troupe.replication.Replica.Role;
import io.troupe.replication.Replica.Status;
import io.troupe.replication.SnapshotStorage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.util.ByteString;

/** A replica of one of our engines, in an actor system with a node's settings and nothing else. */
final class TroupeReplica implements Engine.Replica {

    private static final String SYSTEM = "troupe";
    private static final String GROUP = "bench";
    private static final Duration HOSTING_PATIENCE = Duration.ofMinutes(1);

    private final ActorSystem<Groups.Command> system;
    private final OpenJournal journal;
    private final ActorRef<Request> replica;
    private final ActorRef<Reply> replies;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Operation.Ended> underWay = new ConcurrentHashMap<>();
    private volatile boolean leads;

    /** Makes the engine of one replica. */
    @FunctionalInterface
    interface Maker {
        io.troupe.replication.Engine make(Config config, SnapshotStorage storage);
    }

    static Engine.Replica start(Engine.Place place, Maker maker) throws Exception {
        Config config = config(place);
        var storage = new FileSnapshotStorage(place.folder().resolve("group-snapshots"));
        ActorSystem<Groups.Command> system = ActorSystem.create(
                GroupHost.create(place.name(), List.of(maker.make(config, storage)), new SplittableRandom()),
                SYSTEM,
                config);
        OpenJournal journal = Journals.get(system).open("troupe.persistence.journal");
        join(Cluster.get(system), place);
        Groups.HostReply hosted = AskPattern.<Groups.Command, Groups.HostReply>ask(
                        system,
                        replyTo -> new Groups.Host(GROUP, place.names(), (group, node) -> new TallyMachine(), replyTo),
                        HOSTING_PATIENCE,
                        system.scheduler())
                .toCompletableFuture()
                .get(HOSTING_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return new TroupeReplica(system, journal, ((Groups.Hosted) hosted).replica());
    }

    /** The first begins, and the others need not wait until it has looked for an older one. */
    private static void join(Cluster cluster, Engine.Place place) {
        Address first =
                Address.apply("pekko", SYSTEM, "127.0.0.1", place.ports().get(0));
        cluster.manager().tell(place.index() == 0 ? Join.create(first) : new JoinSeedNodes(List.of(first)));
    }

    /** All of a group end at once: nobody is there to take leave of. */
    private static Config config(Engine.Place place) {
        Map<String, Object> own = Map.of(
                "pekko.coordinated-shutdown.run-by-actor-system-terminate", false,
                "pekko.remote.artery.canonical.hostname", "127.0.0.1",
                "pekko.remote.artery.canonical.port", place.port(),
                "troupe.persistence.journal.dir",
                        place.folder().resolve("journal").toString(),
                "troupe.persistence.snapshot-store.dir",
                        place.folder().resolve("snapshots").toString());
        return ConfigFactory.parseMap(own)
                .withFallback(ConfigFactory.parseResources("troupe-node.conf"))
                .withFallback(ConfigFactory.load())
                .resolve();
    }

    private TroupeReplica(ActorSystem<Groups.Command> system, OpenJournal journal, ActorRef<Request> replica) {
        this.system = system;
        this.journal = journal;
        this.replica = replica;
        this.replies = system.systemActorOf(
                Behaviors.receiveMessage((Reply reply) -> {
                    onReply(reply);
                    return Behaviors.same();
                }),
                "bench-replies",
                org.apache.pekko.actor.typed.Props.empty());
        ActorRef<Status> statuses = system.systemActorOf(
                Behaviors.receiveMessage((Status status) -> {
                    leads = status.role() == Role.LEADER;
                    return Behaviors.same();
                }),
                "bench-status",
                org.apache.pekko.actor.typed.Props.empty());
        replica.tell(new Observe(statuses));
    }

    private void onReply(Reply reply) {
        if (reply instanceof Applied applied) {
            end(applied.serial(), true);
        } else if (reply instanceof Answered answered) {
            end(answered.id(), true);
        } else if (reply instanceof Rejected rejected) {
            end(rejected.serial(), false);
        }
    }

    private void end(long id, boolean ok) {
        Operation.Ended ended = underWay.remove(id);
        if (ended != null) {
            ended.with(ok);
        }
    }

    @Override
    public boolean leads() {
        return leads;
    }

    @Override
    public Operation put(byte[] command) {
        ByteString bytes = ByteString.fromArrayUnsafe(command);
        return (random, ended) -> {
            long id = ids.incrementAndGet();
            underWay.put(id, ended);
            replica.tell(new Propose(io.troupe.replication.Replica.NO_SESSION, id, 0, bytes, replies));
        };
    }

    @Override
    public Operation read() {
        return (random, ended) -> {
            long id = ids.incrementAndGet();
            underWay.put(id, ended);
            replica.tell(new Query(id, ByteString.emptyByteString(), ReadConsistency.LINEARIZABLE, replies));
        };
    }

    @Override
    public long syncs() {
        return journal.counters().syncs();
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
