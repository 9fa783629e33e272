package io.troupe.persistence.replicated;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.files.DiskFiles;
import io.troupe.persistence.files.LogFiles;
import io.troupe.persistence.journal.Journals;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.log.SegmentedLog;
import io.troupe.persistence.snapshots.FileSnapshotStorage;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Await;
import scala.concurrent.duration.Duration;
import scala.jdk.javaapi.FutureConverters;

/**
 * This node's part of the replicated journal: a replica of the group, and the client through which both plugins reach it.
 *
 * <p>Where the replica comes from says {@code troupe.persistence.replicated.host}. With {@code provided}, whoever hosts the
 * node's groups calls {@link #provide}. With {@code own}, this extension hosts it, from when it is loaded on: with the
 * actor system where one of the plugins is the default ({@link AtStart}) or where {@code pekko.extensions} names {@link
 * Id}, else at the first use. Pekko lets so many persistent actors recover at once, and the replica's log is one of them:
 * it must have its turn before those that wait for it, so loading waits until the replica has recovered.
 */
public final class ReplicatedPersistence implements Extension {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedPersistence.class);
    private static final Id ID = new Id();

    /** For {@code pekko.extensions = ["io.troupe.persistence.replicated.ReplicatedPersistence$Id"]}. */
    public static final class Id extends AbstractExtensionId<ReplicatedPersistence> implements ExtensionIdProvider {
        @Override
        public ReplicatedPersistence createExtension(ExtendedActorSystem system) {
            return new ReplicatedPersistence(system);
        }

        @Override
        public Id lookup() {
            return ID;
        }
    }

    /** Loaded with every actor system by {@code reference.conf}. */
    public static final class AtStart extends AbstractExtensionId<AtStart.Loaded> implements ExtensionIdProvider {

        private static final AtStart INSTANCE = new AtStart();

        /** Nothing but that it was loaded. */
        public record Loaded() implements Extension {}

        @Override
        public Loaded createExtension(ExtendedActorSystem system) {
            Config persistence = system.settings().config().getConfig("pekko.persistence");
            boolean isDefault = persistence.getString("journal.plugin").equals(ReplicatedSettings.JOURNAL_PLUGIN)
                    || persistence.getString("snapshot-store.plugin").equals(ReplicatedSettings.SNAPSHOT_PLUGIN);
            if (isDefault) {
                load(system);
            }
            return new Loaded();
        }

        private static void load(ExtendedActorSystem system) {
            try {
                ReplicatedPersistence.get(system);
            } catch (IllegalArgumentException e) {
                LOG.error("The replicated journal does not start, and whoever uses it is told why: {}", e.getMessage());
            }
        }

        @Override
        public AtStart lookup() {
            return INSTANCE;
        }
    }

    private final ExtendedActorSystem system;
    private final ReplicatedSettings settings;
    private final ActorRef<JournalClient.Command> client;
    private final List<Store> stores = new ArrayList<>();

    /** By persistence id, its last recovery here. */
    private final Map<String, Recovery> recoveries = new ConcurrentHashMap<>();

    /** By persistence id, the epoch in which a recovery here has loaded its snapshot, until it goes on to the events. */
    private final Map<String, Long> loadedIn = new ConcurrentHashMap<>();

    /**
     * A recovery that has come to its events.
     *
     * @param epoch that it has begun
     * @param undisturbed the epoch there is as long as nobody else recovers, since it loaded its snapshot, if it did
     */
    private record Recovery(long epoch, long undisturbed) {

        static final Recovery NONE = new Recovery(0, 0);

        Recovery latest(Recovery other) {
            return other.epoch > epoch ? other : this;
        }
    }

    private ReplicatedPersistence(ExtendedActorSystem system) {
        this.system = system;
        this.settings = ReplicatedSettings.of(system.settings().config());
        this.client = Adapter.toTyped(system)
                .systemActorOf(JournalClient.create(settings), "troupe-replicated-journal", Props.empty());
        system.registerOnTermination(this::closeStores);
        if (settings.hosting() == ReplicatedSettings.Hosting.OWN) {
            hostOwn();
        }
    }

    /**
     * @throws IllegalArgumentException when {@code troupe.persistence.replicated} is wrong, saying what would be right
     */
    public static ReplicatedPersistence get(ClassicActorSystemProvider system) {
        return ID.get(system);
    }

    /**
     * Finds out what is wrong before an actor system is started.
     *
     * @param root its configuration
     * @throws IllegalArgumentException when {@code troupe.persistence.replicated} is wrong, saying what would be right
     */
    public static void requireRight(Config root) {
        ReplicatedSettings.of(root);
    }

    ReplicatedSettings settings() {
        return settings;
    }

    /**
     * Has the group hosted by {@code host}. With {@code host = provided} alone, and once.
     *
     * @param members stable ids of the nodes that have a replica, this one among them
     * @param directory for a copy of the state, of this node and this group alone; what is in it is deleted
     */
    public void provide(ActorRef<Groups.Command> host, List<String> members, Path directory) {
        provide(host, members, machine(() -> new DiskFiles(directory), Store::onItsOwnThread));
    }

    /** As the other, with the state in {@code files} and nothing compacted; for simulations. */
    public void provide(ActorRef<Groups.Command> host, List<String> members, LogFiles files) {
        provide(host, members, machine(() -> files, log -> GroupCommit.Upkeeping.NONE));
    }

    private void provide(ActorRef<Groups.Command> host, List<String> members, StateMachine.Factory machine) {
        if (settings.hosting() != ReplicatedSettings.Hosting.PROVIDED) {
            throw new IllegalStateException("A replica is provided, but " + ReplicatedSettings.PATH
                    + ".host = own says that the plugin hosts one itself; set it to provided");
        }
        client.tell(new JournalClient.UseGroups(host, members, machine, new CompletableFuture<>()));
    }

    private void hostOwn() {
        Path directory = settings.directory().toAbsolutePath().normalize();
        LOG.info(
                "Hosting the replica {} of group {} (members {}) in {}",
                settings.node(),
                settings.group(),
                settings.members(),
                directory);
        try {
            // The log is opened now, and so locked, before anything else in the directory is touched.
            Journals.get(system).open(ReplicatedSettings.LOG_PLUGIN);
            var storage = new FileSnapshotStorage(directory.resolve("group-snapshots"));
            ActorRef<Groups.Command> host = Adapter.toTyped(system)
                    .systemActorOf(
                            GroupHost.create(
                                    settings.node(),
                                    List.of(new RaftEngine(raftSettings(), storage, System::nanoTime)),
                                    new SecureRandom()),
                            "troupe-replicated-groups",
                            Props.empty());
            var hosted = new CompletableFuture<Done>();
            client.tell(new JournalClient.UseGroups(
                    host,
                    settings.members(),
                    machine(() -> new DiskFiles(directory.resolve("state")), Store::onItsOwnThread),
                    hosted));
            await(hosted);
        } catch (IOException | RuntimeException e) {
            LOG.error("The replicated journal does not start: {}", e.getMessage(), e);
            client.tell(new JournalClient.Failed("The replicated journal does not start: " + e.getMessage()));
        }
    }

    private void await(CompletableFuture<Done> hosted) {
        try {
            Await.ready(
                    FutureConverters.asScala(hosted),
                    Duration.fromNanos(settings.timeout().toNanos()));
        } catch (TimeoutException e) {
            LOG.warn(
                    "The replica of group {} has not recovered within {} ms; who uses it waits, or fails",
                    settings.group(),
                    settings.timeout().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RaftSettings raftSettings() {
        Config log = ConfigFactory.parseMap(
                Map.of("troupe.raft.journal", ReplicatedSettings.LOG_PLUGIN), "the replicated journal");
        return RaftSettings.from(log.withFallback(system.settings().config()));
    }

    @FunctionalInterface
    private interface Opening {
        LogFiles open() throws IOException;
    }

    private StateMachine.Factory machine(Opening files, Function<SegmentedLog, GroupCommit.Upkeeping> upkeeping) {
        return (group, node) -> {
            try {
                Store store = new Store(files.open(), upkeeping);
                synchronized (stores) {
                    stores.add(store);
                }
                return new JournalMachine(store);
            } catch (IOException e) {
                throw new UncheckedIOException("The state of the replicated journal cannot be kept", e);
            }
        };
    }

    private void closeStores() {
        synchronized (stores) {
            for (Store store : stores) {
                try {
                    store.close();
                } catch (IOException e) {
                    LOG.warn("Closing a copy of the replicated journal's state failed; it is made anew at a start", e);
                }
            }
            stores.clear();
        }
    }

    CompletableFuture<Outcome> commit(Operation operation) {
        return commit(List.of(operation)).thenApply(outcomes -> outcomes.get(0));
    }

    /** All of them, or none. */
    CompletableFuture<List<Outcome>> commit(List<? extends Operation> operations) {
        var outcomes = new CompletableFuture<List<Outcome>>();
        client.tell(new JournalClient.Commit(List.copyOf(operations), outcomes));
        return outcomes;
    }

    /** A persistent actor recovers here: whoever wrote before is fenced by it, on whatever node. */
    CompletableFuture<Outcome.Claimed> claim(String persistenceId) {
        return commit(new Operation.Claim(persistenceId)).thenApply(outcome -> {
            requireDone(outcome);
            return (Outcome.Claimed) outcome;
        });
    }

    /** The first claim of a recovery: the snapshot that is loaded next is of its epoch. */
    CompletableFuture<Outcome.Claimed> claimToLoad(String persistenceId) {
        return claim(persistenceId).thenApply(claimed -> {
            loadedIn.put(persistenceId, claimed.epoch());
            return claimed;
        });
    }

    /**
     * The last claim of a recovery: what the actor then does is of its epoch. Nobody enters that of the claim before, with which the
     * snapshot is loaded: it would be who was here before the actor, and still is.
     */
    CompletableFuture<Outcome.Claimed> enterEpoch(String persistenceId) {
        return claim(persistenceId).thenApply(claimed -> {
            Long loaded = loadedIn.remove(persistenceId);
            var recovery = new Recovery(claimed.epoch(), loaded == null ? claimed.epoch() : loaded + 1);
            recoveries.merge(persistenceId, recovery, Recovery::latest);
            return claimed;
        });
    }

    /** Of the last recovery here; 0 when there was none. */
    long epochOf(String persistenceId) {
        return recoveries.getOrDefault(persistenceId, Recovery.NONE).epoch();
    }

    /** The epoch there is if nobody has recovered anywhere beside the last recovery here. */
    long undisturbedEpochOf(String persistenceId) {
        return recoveries.getOrDefault(persistenceId, Recovery.NONE).undisturbed();
    }

    /** @throws RuntimeException when nothing was changed, saying why */
    static void requireDone(Outcome outcome) {
        if (outcome instanceof Outcome.Fenced fenced) {
            throw new WriterFencedException(fenced.detail());
        } else if (outcome instanceof Outcome.Refused refused) {
            throw new IllegalStateException("The group refused: " + refused.detail());
        }
    }

    CompletableFuture<ByteString> ask(Question question, ReadConsistency consistency) {
        var answer = new CompletableFuture<ByteString>();
        client.tell(new JournalClient.Ask(question, consistency, answer));
        return answer;
    }
}
