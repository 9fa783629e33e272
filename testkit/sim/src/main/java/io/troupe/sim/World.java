package io.troupe.sim;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ActorSystemImpl;
import org.apache.pekko.dispatch.Mailbox;
import org.jspecify.annotations.Nullable;
import scala.Function0;
import scala.concurrent.BlockContext;

/**
 * What the hooks inside one actor system share: one thread, one run queue, one virtual clock. At every moment code runs
 * for one {@link Host}: the owner of the mailbox, the one who set the timer, or {@link #outside}: the test itself and
 * Pekko's own system actors.
 *
 * <p>Machinery of the two stages, public for {@code io.troupe.sim.cluster} alone.
 */
public final class World {

    /** Config path by which the hooks, which Pekko makes, find their world. */
    public static final String ID_PATH = "troupe.sim.world";

    /** Config path that names the node an actor system is; empty where nodes are subtrees of one system. */
    public static final String NODE_PATH = "troupe.sim.node";

    private static final Map<Long, World> WORLDS = new ConcurrentHashMap<>();
    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final Thread thread = Thread.currentThread();
    private final boolean actorsMayWait;
    private final AtomicReference<@Nullable SimulationFailure> failure = new AtomicReference<>();
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    /** Never run in a run that counts; kept so that the actor system can still be taken down. */
    private final ConcurrentLinkedQueue<RunQueue.Task> foreign = new ConcurrentLinkedQueue<>();

    private final Network network = new Network(this);
    private @Nullable ActorSystem system;

    private RandomStreams streams = new RandomStreams(0);
    private RandomGenerator uuids = streams.derive("uuids");
    private Fingerprint fingerprint = new Fingerprint();
    private Trace trace = new Trace();
    private final Map<String, Long> reached = new TreeMap<>();
    private final Host outside = new Host("outside", new Disk(this, "outside"));
    private Disk sharedStore = new Disk(this, "shared");
    private final Execution execution = new Execution(outside, streams.derive("schedule"), this::throwFailure);

    World() {
        this(false);
    }

    /** @param actorsMayWait whether an actor may wait for a future, and everything else goes on meanwhile */
    public World(boolean actorsMayWait) {
        this.actorsMayWait = actorsMayWait;
        WORLDS.put(id, this);
    }

    /** Where the hooks of an actor system find their world. */
    public static World of(Config config) {
        var world = WORLDS.get(config.getLong(ID_PATH));
        if (world == null) {
            throw new IllegalStateException("no simulation " + config.getLong(ID_PATH) + " in this JVM: it was closed");
        }
        return world;
    }

    /** The world that this thread is running, if it is running one. */
    public static @Nullable World simulated() {
        return AsyncPool.simulated();
    }

    public long id() {
        return id;
    }

    public void forget() {
        WORLDS.remove(id);
    }

    void system(ActorSystem actorSystem) {
        system = actorSystem;
    }

    ActorSystem system() {
        if (system == null) {
            throw new IllegalStateException("the actor system is still starting");
        }
        return system;
    }

    /** Starts over for another seed; nothing may be running. */
    public void begin(long seed) {
        foreign.clear();
        hosts.clear();
        streams = new RandomStreams(seed);
        execution.begin(streams.derive("schedule"));
        uuids = streams.derive("uuids");
        fingerprint = new Fingerprint();
        trace = new Trace();
        reached.clear();
        outside.disk(new Disk(this, "outside"));
        sharedStore = new Disk(this, "shared");
        failure.set(null);
        network.begin(streams.derive("network"));
        Below.seedThreadLocalRandom(seed);
    }

    // ---- who is who

    public Host outside() {
        return outside;
    }

    public Host current() {
        return execution.current();
    }

    /** Who sent the message that is being handled: system actors that serve all nodes ask this. */
    Host messageOrigin() {
        return execution.messageOrigin();
    }

    void messageOrigin(Host host) {
        execution.messageOrigin(host);
    }

    /** The node that the actor system with this configuration is, or {@link #outside()} where it serves many nodes. */
    public Host ownerOf(Config config) {
        var name = config.getString(NODE_PATH);
        return name.isEmpty() ? outside : host(name).orElse(outside);
    }

    /** What a database outside of all nodes keeps: no crash of a node touches it. */
    Disk sharedStore() {
        return sharedStore;
    }

    /** For whom a plugin of {@code owner}'s actor system does what the present message asks. */
    Host servedBy(Host owner) {
        return owner == outside ? messageOrigin() : owner;
    }

    public void register(Host host) {
        hosts.put(host.name(), host);
    }

    public Optional<Host> host(String name) {
        return Optional.ofNullable(hosts.get(name));
    }

    Iterable<Host> hosts() {
        return hosts.values();
    }

    /** The host in whose subtree the actor lives: {@code /user/NAME/…}. */
    Host hostOf(ActorPath path) {
        var elements = path.getElements().iterator();
        if (!elements.hasNext() || !elements.next().equals("user") || !elements.hasNext()) {
            return outside;
        }
        var host = hosts.get(elements.next());
        return host == null ? outside : host;
    }

    /** Runs {@code work} as the given host. */
    public void as(Host host, Runnable work) {
        execution.as(host, work);
    }

    // ---- what the hooks call

    /** @param owner the node whose actor system hands it over; outside where one system serves all */
    void submit(Host owner, Runnable work) {
        if (owner == outside) {
            submit(work);
        } else if (!isForeign(work) && !owner.isDead()) {
            execution.add(new RunQueue.Task(owner, work));
        }
    }

    void submit(Runnable work) {
        if (isForeign(work)) {
            foreign.add(new RunQueue.Task(outside, work));
            return;
        }
        Host host = work instanceof Mailbox mailbox && mailbox.messageQueue() instanceof NetworkMailbox.Queue queue
                ? queue.host()
                : current();
        if (host.isDead() && !(work instanceof Mailbox)) {
            return;
        }
        execution.add(new RunQueue.Task(host, work));
    }

    /** A step of the test's own schedule. */
    Timers.Timer at(long dueNanos, Host host, Runnable work) {
        return at(dueNanos, host, Cause.SCRIPTED, work);
    }

    Timers.Timer at(long dueNanos, Host host, Cause cause, Runnable work) {
        return execution.at(dueNanos, host, cause, work);
    }

    /** Notes and refuses work that comes from another thread: the run would not be the seed's any more. */
    public boolean isForeign(Object work) {
        if (Thread.currentThread() == thread) {
            return false;
        }
        fail(new SimulationFailure(
                Thread.currentThread() + " brought work into the simulation: "
                        + work + "; everything must run on the simulation's one thread ("
                        + thread.getName() + ")",
                new IllegalStateException("work from a foreign thread")));
        return true;
    }

    public void fail(SimulationFailure what) {
        failure.compareAndSet(null, what);
    }

    /** The run is over: what failed in it must not stop its actors from being taken down. */
    public void forgive() {
        failure.set(null);
        execution.forgive();
    }

    void throwFailure() {
        var what = failure.get();
        if (what != null) {
            throw what;
        }
    }

    List<Throwable> actorFailures() {
        return execution.actorFailures();
    }

    // ---- time and steps

    public long nowNanos() {
        return execution.nowNanos();
    }

    public long steps() {
        return execution.steps();
    }

    /** Whether some actor is in the middle of its turn. */
    public boolean isInTurn() {
        return execution.isInTurn();
    }

    Network network() {
        return network;
    }

    /** An independent stream of random numbers of this seed. */
    public RandomGenerator random(String label) {
        return streams.derive(label);
    }

    /** The next random UUID of this run. */
    public UUID nextUuid() {
        long high = uuids.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L;
        long low = uuids.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    RandomStreams streams() {
        return streams;
    }

    Fingerprint fingerprint() {
        return fingerprint;
    }

    public long fingerprintValue() {
        return fingerprint.value();
    }

    Trace trace() {
        return trace;
    }

    public void recordTrace() {
        trace.record();
    }

    /** Part of a host's state from now on, by name. */
    public void state(Host host, String name, Object value) {
        if (!value.equals(host.reported().put(name, value))) {
            event(Mark.STATE, host.name(), name + "=" + value);
        }
    }

    public void note(Host host, String what) {
        event(Mark.NOTE, host.name(), what);
    }

    /** @param arrivalNanos when it will be there, or -1 when it is lost */
    public void sent(Host from, Host to, long arrivalNanos, String path, Object message) {
        trace.sent(nowNanos(), from, to, arrivalNanos, path, message);
    }

    /** Something happened to a node, or everywhere when {@code node} is empty. */
    public void event(Mark mark, String node, String what) {
        trace.event(nowNanos(), mark, node, what);
    }

    /** An actor is about to handle a message. */
    public void handled(Host host, String path, Object message) {
        fingerprint.add(
                nowNanos(), path, TypedWrapping.payload(message).getClass().getName());
        trace.handled(nowNanos(), host, path, message);
    }

    /** {@code work} happens for {@code host} at a moment of virtual time, unless the host is dead by then. */
    public void later(long dueNanos, Host host, Runnable work) {
        at(dueNanos, host, work);
    }

    /** Does it now, or, when an actor is just running, right after its turn. */
    public void betweenSteps(Runnable action) {
        if (isInTurn()) {
            at(nowNanos(), outside, action);
        } else {
            action.run();
        }
    }

    /** From now on this thread runs this world, until {@link #detach()}. */
    public void attach() {
        AsyncPool.install();
        AsyncPool.enter(this);
    }

    public void detach() {
        AsyncPool.enter(null);
    }

    /** Runs {@code work} with every wait and every callback of this thread going through the run queue. */
    public <T> T stepping(Function0<T> work) {
        var before = AsyncPool.enter(this);
        try {
            return BlockContext.withBlockContext(new SteppingBlockContext(this, actorsMayWait), work);
        } finally {
            AsyncPool.enter(before);
        }
    }

    /** Runs one ready task, or else the next timer due by {@code untilNanos}; false when there is neither. */
    public boolean step(long untilNanos) {
        return execution.step(untilNanos);
    }

    public void advanceTo(long nanos) {
        execution.advanceTo(nanos);
    }

    /** For what chooses the next step itself. */
    Execution execution() {
        return execution;
    }

    public void reached(String what) {
        reached.merge(what, 1L, Long::sum);
    }

    public Map<String, Long> reached() {
        return Map.copyOf(reached);
    }

    public void resume(Host host) {
        execution.resume(host);
    }

    /** The host is no more: what is ready for it never runs. For a host that is an actor system of its own. */
    public void kill(Host host) {
        host.die();
        execution.drop(host);
        hosts.remove(host.name(), host);
    }

    /**
     * Lets a host's subtree, which was told to stop, disappear within the instant. Only it and Pekko's own system actors
     * run; nothing the host sends leaves it.
     */
    void bury(Host host) {
        resume(host); // A paused host's mailboxes must run once more, or its actors never stop.
        host.die();
        execution.keepMailboxesOf(host);
        var root = host.root();
        if (root == null) {
            return;
        }
        system().stop(root);
        for (var task = foreign.poll(); task != null; task = foreign.poll()) {
            execution.add(task);
        }
        boolean stopped = execution.runAlone(
                host,
                () -> !(system() instanceof ActorSystemImpl impl
                        && impl.guardian().getSingleChild(host.name()) == root));
        if (!stopped) {
            throw new IllegalStateException("the actors of " + host + " did not stop");
        }
        hosts.remove(host.name(), host);
    }
}
