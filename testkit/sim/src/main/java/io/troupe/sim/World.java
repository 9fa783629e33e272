package io.troupe.sim;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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

/**
 * What the hooks inside one actor system share: one thread, one run queue, one virtual clock. At every moment code runs
 * for one {@link Host}: the owner of the mailbox, the one who set the timer, or {@link #outside}: the test itself and
 * Pekko's own system actors.
 */
final class World {

    /** Config path by which the hooks, which Pekko makes, find their world. */
    static final String ID_PATH = "troupe.sim.world";

    private static final Map<Long, World> WORLDS = new ConcurrentHashMap<>();
    private static final AtomicLong IDS = new AtomicLong();
    private static final int STEPS_AT_ONE_INSTANT_MAX = 1_000_000;

    private final long id = IDS.incrementAndGet();
    private final Thread thread = Thread.currentThread();
    private final AtomicReference<@Nullable SimulationFailure> failure = new AtomicReference<>();
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final RunQueue ready = new RunQueue();
    /** Never run in a run that counts; kept so that the actor system can still be taken down. */
    private final ConcurrentLinkedQueue<RunQueue.Task> foreign = new ConcurrentLinkedQueue<>();

    private final Timers timers = new Timers();
    private final Network network = new Network(this);
    private @Nullable ActorSystem system;

    private RandomStreams streams = new RandomStreams(0);
    private RandomGenerator schedule = streams.derive("schedule");
    private Fingerprint fingerprint = new Fingerprint();
    private Trace trace = new Trace();
    private final Host outside = new Host("outside", new Disk(this, streams.derive("disk outside")));
    private Host current = outside;
    private Host messageOrigin = outside;
    private long nowNanos;
    private long steps;
    private int stepsAtThisInstant;
    private int depth;

    World() {
        WORLDS.put(id, this);
    }

    static World of(Config config) {
        var world = WORLDS.get(config.getLong(ID_PATH));
        if (world == null) {
            throw new IllegalStateException("no simulation " + config.getLong(ID_PATH) + " in this JVM: it was closed");
        }
        return world;
    }

    long id() {
        return id;
    }

    void forget() {
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
    void begin(long seed) {
        ready.clear();
        foreign.clear();
        timers.clear();
        hosts.clear();
        streams = new RandomStreams(seed);
        schedule = streams.derive("schedule");
        fingerprint = new Fingerprint();
        trace = new Trace();
        outside.disk(new Disk(this, streams.derive("disk outside")));
        current = outside;
        messageOrigin = outside;
        nowNanos = 0;
        steps = 0;
        stepsAtThisInstant = 0;
        failure.set(null);
        network.begin(streams.derive("network"));
        Below.seedThreadLocalRandom(seed);
    }

    // ---- who is who

    Host outside() {
        return outside;
    }

    Host current() {
        return current;
    }

    /** Who sent the message that is being handled: system actors that serve all nodes ask this. */
    Host messageOrigin() {
        return messageOrigin;
    }

    void messageOrigin(Host host) {
        messageOrigin = host;
    }

    void register(Host host) {
        hosts.put(host.name(), host);
    }

    Optional<Host> host(String name) {
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
    void as(Host host, Runnable work) {
        var before = current;
        current = host;
        try {
            work.run();
        } finally {
            current = before;
        }
    }

    // ---- what the hooks call

    void submit(Runnable work) {
        if (isForeign(work)) {
            foreign.add(new RunQueue.Task(outside, work));
            return;
        }
        Host host = work instanceof Mailbox mailbox && mailbox.messageQueue() instanceof NetworkMailbox.Queue queue
                ? queue.host()
                : current;
        if (host.isDead() && !(work instanceof Mailbox)) {
            return;
        }
        add(new RunQueue.Task(host, work));
    }

    private void add(RunQueue.Task task) {
        if (task.host().isPaused()) {
            task.host().park(task);
        } else {
            ready.add(task);
        }
    }

    Timers.Timer at(long dueNanos, Host host, Runnable work) {
        return timers.add(Math.max(dueNanos, nowNanos), host, work);
    }

    /** Notes and refuses work that comes from another thread: the run would not be the seed's any more. */
    boolean isForeign(Object work) {
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

    void fail(SimulationFailure what) {
        failure.compareAndSet(null, what);
    }

    /** The run is over: what failed in it must not stop its actors from being taken down. */
    void forgive() {
        failure.set(null);
        stepsAtThisInstant = 0;
    }

    void throwFailure() {
        var what = failure.get();
        if (what != null) {
            throw what;
        }
    }

    // ---- time and steps

    long nowNanos() {
        return nowNanos;
    }

    long steps() {
        return steps;
    }

    /** Whether some actor is in the middle of its turn. */
    boolean isInTurn() {
        return depth > 0;
    }

    Network network() {
        return network;
    }

    RandomStreams streams() {
        return streams;
    }

    Fingerprint fingerprint() {
        return fingerprint;
    }

    Trace trace() {
        return trace;
    }

    /** Runs one ready task, or else the next timer due by {@code untilNanos}; false when there is neither. */
    boolean step(long untilNanos) {
        if (!ready.isEmpty()) {
            if (++stepsAtThisInstant > STEPS_AT_ONE_INSTANT_MAX) {
                throw new SimulationFailure("still busy after " + STEPS_AT_ONE_INSTANT_MAX + " steps at " + nowNanos
                        + " ns of virtual time: actors that send to each other for ever");
            }
            run(ready.takeAny(schedule));
            throwFailure();
            return true;
        }
        var timer = timers.peek();
        if (timer == null || timer.dueNanos > untilNanos) {
            return false;
        }
        timers.take(timer);
        advanceTo(timer.dueNanos);
        if (timer.host.isPaused()) {
            timer.host.park(new RunQueue.Task(timer.host, timer.work));
        } else {
            steps++;
            as(timer.host, timer.work);
        }
        throwFailure();
        return true;
    }

    void advanceTo(long nanos) {
        if (nanos > nowNanos) {
            nowNanos = nanos;
            stepsAtThisInstant = 0;
        }
    }

    private void run(RunQueue.Task task) {
        steps++;
        var before = current;
        var origin = messageOrigin;
        current = task.host();
        depth++;
        try {
            task.work().run();
        } finally {
            depth--;
            current = before;
            messageOrigin = origin;
        }
    }

    void resume(Host host) {
        host.resume().forEach(ready::add);
    }

    /**
     * Lets a host's subtree, which was told to stop, disappear within the instant. Only it and Pekko's own system actors
     * run; nothing the host sends leaves it.
     */
    void bury(Host host) {
        resume(host); // A paused host's mailboxes must run once more, or its actors never stop.
        host.die();
        ready.removeIf(task -> task.host() == host && !(task.work() instanceof Mailbox));
        var root = host.root();
        if (root == null) {
            return;
        }
        system().stop(root);
        for (var task = foreign.poll(); task != null; task = foreign.poll()) {
            ready.add(task);
        }
        for (int spent = 0;
                system() instanceof ActorSystemImpl impl && impl.guardian().getSingleChild(host.name()) == root;
                spent++) {
            var task = ready.takeFirst(any -> any.host() == host || any.host() == outside);
            if (task == null || spent > STEPS_AT_ONE_INSTANT_MAX) {
                throw new IllegalStateException("the actors of " + host + " did not stop");
            }
            run(task);
        }
        hosts.remove(host.name(), host);
    }
}
