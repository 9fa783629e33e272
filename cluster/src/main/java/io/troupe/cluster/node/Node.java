package io.troupe.cluster.node;

import io.troupe.cluster.Endpoint;
import io.troupe.persistence.journal.Journals;
import io.troupe.persistence.journal.OpenJournal;
import io.troupe.persistence.log.DamagedLogException;
import io.troupe.replication.Groups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of a node in this JVM: from {@link #start} until it is stopped, refused, downed or failed. */
public final class Node {

    /** The actor system's name; clusters are told apart by {@code troupe.cluster.name}. */
    static final String SYSTEM_NAME = "troupe";

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final String JOURNAL = "troupe.persistence.journal";
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(6);
    private static final Duration UNBIND_TIMEOUT = Duration.ofSeconds(1);

    private final NodeSettings settings;
    private final DataDirectory directory;
    private final NodeMetrics metrics;
    private final ActorSystem<NodeGuardian.Command> system;
    private final FaultSwitch faultSwitch;
    private volatile List<String> cutOffFrom = List.of();

    private Node(
            NodeSettings settings,
            DataDirectory directory,
            NodeMetrics metrics,
            ActorSystem<NodeGuardian.Command> system) {
        this.settings = settings;
        this.directory = directory;
        this.metrics = metrics;
        this.system = system;
        this.faultSwitch = new FaultSwitch(system);
    }

    /** @throws NodeFailure when the data directory or an address cannot be used */
    public static Node start(NodeSettings settings) {
        if (!Files.exists(settings.dataDir())) {
            Listening.requireFree(settings); // A first start that fails by it leaves no directory behind.
        }
        DataDirectory directory = DataDirectory.open(settings.dataDir(), settings.nodeId(), settings.cluster());
        try {
            Listening.requireFree(settings);
            return started(settings, directory);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static Node started(NodeSettings settings, DataDirectory directory) {
        Behavior<Groups.Command> groupHost = GroupHosts.create(settings, directory);
        NodeMetrics metrics = new NodeMetrics(settings.cluster(), settings.nodeId());
        ActorSystem<NodeGuardian.Command> system;
        try {
            system = ActorSystem.create(
                    NodeGuardian.create(settings, directory, metrics.registry(), groupHost),
                    SYSTEM_NAME,
                    PekkoConfig.of(settings));
        } catch (RuntimeException e) {
            throw NodeFailure.other("The node could not start: " + rootOf(e).getMessage());
        }
        try {
            metrics.watch(soundJournal(system, settings.dataDir()));
            Node node = new Node(settings, directory, metrics, system);
            node.beginToServe();
            return node;
        } catch (RuntimeException e) {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
            metrics.close();
            throw e;
        }
    }

    private void beginToServe() {
        try {
            cutOff(settings.cutOffFrom());
            serve();
        } catch (IllegalStateException e) {
            // On a starved machine a life can be over (downed, refused) before it serves: awaitEnd tells why.
            if (CoordinatedShutdown.get(system).getShutdownReason().isEmpty()) {
                throw e;
            }
        }
    }

    /** Before anything is recovered from it: a node whose journal is damaged must not join and serve half of its groups. */
    private static OpenJournal soundJournal(ActorSystem<?> system, Path dataDir) {
        try {
            return Journals.get(system).open(JOURNAL);
        } catch (DamagedLogException e) {
            throw NodeFailure.dataDirectory(e.getMessage()
                    + " A backup of a node has forgotten what the node said since:"
                    + " where its groups have other members move all of " + dataDir + " away instead, not the journal"
                    + " alone, and start the node again; its peers say then how it may join them without");
        } catch (IOException e) {
            throw NodeFailure.dataDirectory(String.valueOf(e.getMessage()));
        }
    }

    private void serve() {
        NodeReport report = new NodeReport(settings, system, Instant.now().toString(), () -> cutOffFrom);
        metrics.watch(report);
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        settings.http().ifPresent(at -> {
            ServerBinding http = serveHttp(at, report);
            shutdown.addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "http-unbind", () -> http.terminate(
                            UNBIND_TIMEOUT)
                    .thenApply(done -> Done.getInstance()));
        });
        shutdown.addTask(
                CoordinatedShutdown.PhaseServiceUnbind(), "systems-leave", () -> ask(NodeGuardian.LeaveSystems::new));
        shutdown.addTask(CoordinatedShutdown.PhaseServiceStop(), "hand-over", () -> ask(NodeGuardian.HandOver::new));
    }

    private ServerBinding serveHttp(Endpoint at, NodeReport report) {
        try {
            return new NodeHttp(settings, report, metrics, this::cutOff)
                    .bind(at, system)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw NodeFailure.address("HTTP cannot listen at " + at + " (troupe.http): "
                    + rootOf(e).getMessage());
        }
    }

    private CompletionStage<Done> ask(Function<ActorRef<Done>, NodeGuardian.Command> question) {
        return AskPattern.ask(system, question::apply, LEAVE_TIMEOUT, system.scheduler());
    }

    /** Cuts this node off from the nodes of exactly these ids; needs {@code troupe.faults.enabled}. */
    private synchronized void cutOff(List<String> ids) {
        if (!settings.faultsEnabled()) {
            return;
        }
        faultSwitch.cutOffFrom(addressesOf(ids));
        if (!ids.isEmpty()) {
            LOG.warn("Fault switch: cut off from {}", ids);
        } else if (!cutOffFrom.isEmpty()) {
            LOG.info("Fault switch: reaches everyone again");
        }
        cutOffFrom = List.copyOf(ids);
    }

    /** Where they were configured, and where they are now. */
    private Set<Address> addressesOf(List<String> ids) {
        Map<String, Address> byText = new LinkedHashMap<>();
        for (NodeSettings.Member member : settings.members()) {
            if (ids.contains(member.id())) {
                Address address = Address.apply("pekko", SYSTEM_NAME, member.host(), member.port());
                byText.put(address.toString(), address);
            }
        }
        for (Member member : Cluster.get(system).state().getMembers()) {
            if (ids.contains(Membership.nodeId(member))) {
                byText.put(member.address().toString(), member.address());
            }
        }
        return Set.copyOf(byText.values());
    }

    /** Leaves the cluster in good order; {@link #awaitEnd} returns when that is done. */
    public void stop() {
        CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.unknownReason());
    }

    /** Blocks until this life is over and everything it held is released. */
    public Ending awaitEnd() {
        system.getWhenTerminated().toCompletableFuture().join();
        metrics.close();
        directory.close();
        return Ending.of(CoordinatedShutdown.get(system).getShutdownReason());
    }

    /** The nodes that the fault switch cuts off now; a next life goes on with it. */
    public List<String> cutOffFrom() {
        return cutOffFrom;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
