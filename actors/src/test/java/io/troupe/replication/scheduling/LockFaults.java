package io.troupe.replication.scheduling;

import io.troupe.chain.ChainEngine;
import io.troupe.paxos.PaxosEngine;
import io.troupe.pbft.AgreedSchedule;
import io.troupe.pbft.AgreedTime;
import io.troupe.pbft.PbftEngine;
import io.troupe.raft.RaftEngine;
import io.troupe.replication.AnyEngine;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.replication.sim.Verdict;
import io.troupe.sim.Fault;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * A {@link Mutex} and a {@link Locker} at each node, over any engine, in a run over PBFT with a node whose alarm clock rings
 * all the time. Clients fail while they hold; nodes crash, stand still, and are cut off, once all from all; clocks run fast and
 * slow; timeouts of grants that are over come again.
 */
final class LockFaults implements Consumer<Simulation>, Locker.Observer {

    private static final Duration FAULTS = Duration.ofSeconds(5);
    private static final Duration BOUND = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofMillis(400);
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final double DRIFT_MAX = 0.2;
    /** For a clock that runs that fast the bound is over then. */
    private static final Duration BOUND_MIN = Duration.ofMillis((long) (BOUND.toMillis() / (1 + DRIFT_MAX)) - 1);

    /** Nodes whose replicas lead, or think so, by when they were last heard; for a mistake that asks. */
    private static final TreeSet<String> LEADERS = new TreeSet<>();

    /** @param until not after, whatever it has heard */
    private record Belief(NodeContext node, String client, long grant, Duration until) {}

    private final TreeMap<Long, Optional<Mutex.Grant>> users = new TreeMap<>();
    private final TreeMap<Long, Duration> grantedAt = new TreeMap<>();
    private final Map<String, Duration> notBefore = new HashMap<>();
    private final TreeMap<String, Integer> toldAt = new TreeMap<>();
    private Optional<Belief> belief = Optional.empty();
    private int revoked;
    private int restores;
    private Verdict verdict = new Verdict();

    private Supplier<Duration> clock = () -> Duration.ZERO;
    private String engine = "";
    private List<String> names = List.of();
    private String liar = "";

    /** Whether the node of that actor leads. */
    static boolean leads(ActorPath actor) {
        return LEADERS.stream().anyMatch(node -> actor.toString().contains("/" + node + "/"));
    }

    @Override
    public void accept(Simulation sim) {
        clock = sim::now;
        LEADERS.clear();
        users.clear();
        grantedAt.clear();
        notBefore.clear();
        toldAt.clear();
        belief = Optional.empty();
        verdict = new Verdict();
        RandomGenerator random = sim.random("locks");
        engine = List.of(RaftEngine.NAME, PaxosEngine.NAME, ChainEngine.NAME, PbftEngine.NAME)
                .get(random.nextInt(4));
        names = IntStream.rangeClosed(1, lies() ? 4 : 3).mapToObj(i -> "n" + i).toList();
        liar = lies() ? names.get(random.nextInt(names.size())) : "";
        NodeFaults.restartFallen(sim, AGAIN);
        TreeMap<String, Node<?>> nodes = new TreeMap<>();
        for (String name : names) {
            var storage = new InMemorySnapshotStorage();
            nodes.put(name, sim.node(name, node -> replica(node, storage)));
        }
        verdict.endWith(sim, "what holders of the lock are promised");
        List<Fault> faults = new ArrayList<>(List.of(
                Fault.partitions(),
                Fault.crashes(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.badNetwork(0.2, Duration.ofMillis(100))));
        if (!lies()) {
            faults.add(Fault.clockDrift(DRIFT_MAX));
        }
        sim.nemesis(FAULTS, Duration.ofMillis(700), faults.toArray(Fault[]::new));
        sim.after(Duration.ofMillis(1_000 + random.nextInt(2_000)), () -> names.forEach(sim::isolate));
        sim.after(Duration.ofMillis(3_000 + random.nextInt(2_000)), sim::heal);
        sim.runFor(FAULTS);
        new NodeFaults(sim, nodes).mend();
        var before = new TreeMap<>(toldAt);
        sim.runUntil(() -> names.stream().allMatch(name -> told(toldAt, name) >= told(before, name) + 2), PATIENCE);
    }

    private static int told(TreeMap<String, Integer> toldAt, String node) {
        return toldAt.getOrDefault(node, 0);
    }

    private boolean lies() {
        return engine.equals(PbftEngine.NAME);
    }

    // -- a node

    private StateMachine machine(NodeContext node, ActorRef<AlarmClock.Command> alarm) {
        var machine = new SchedulingMachine(scheduler -> new Watched(node, new Mutex(scheduler, BOUND)), alarm);
        return lies() ? new AgreedSchedule(machine, new AgreedTime(node.wallClock(), Duration.ofSeconds(1))) : machine;
    }

    private Behavior<Object> replica(NodeContext node, SnapshotStorage storage) {
        return Behaviors.setup(context -> {
            LEADERS.remove(node.name());
            ActorRef<AlarmClock.Command> alarm = context.spawn(AlarmClock.create(AGAIN), "alarm");
            var host = context.spawn(
                    GroupHost.create(
                            node.name(),
                            List.of(new AnyEngine(engine, names).at(node, storage)),
                            node.random("engine")),
                    "groups");
            host.tell(new Groups.Host(
                    "g",
                    names,
                    (group, name) -> machine(node, alarm),
                    context.messageAdapter(Groups.HostReply.class, reply -> reply)));
            return Behaviors.receive(Object.class)
                    .onMessage(Groups.Hosted.class, hosted -> serving(context, node, hosted.replica(), alarm))
                    .onAnyMessage(tooEarly -> Behaviors.same())
                    .build();
        });
    }

    private enum Meddle {
        MEDDLE
    }

    private Behavior<Object> serving(
            ActorContext<Object> context,
            NodeContext node,
            ActorRef<Replica.Request> replica,
            ActorRef<AlarmClock.Command> alarm) {
        context.watch(replica); // Its end ends the node: nobody handles the signal.
        var session = context.spawn(
                SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("client")), "client");
        replica.tell(new Replica.Observe(context.messageAdapter(Replica.Status.class, status -> status)));
        alarm.tell(new AlarmClock.Connect(session));
        context.spawn(Locker.create(node, session, BOUND, this), "locker");
        RandomGenerator random = node.random("meddler");
        context.getSelf().tell(Meddle.MEDDLE);
        return Behaviors.receive(Object.class)
                .onMessage(Replica.Status.class, status -> {
                    if (status.role() == Replica.Role.LEADER) {
                        LEADERS.add(node.name());
                    } else {
                        LEADERS.remove(node.name());
                    }
                    return Behaviors.same();
                })
                .onMessage(Meddle.class, meddle -> {
                    session.tell(new SessionClient.Submit(
                            SchedulingMachine.due(meddlesWith(node, random)),
                            AGAIN,
                            context.getSystem().ignoreRef()));
                    context.scheduleOnce(AGAIN.dividedBy(2), context.getSelf(), Meddle.MEDDLE);
                    return Behaviors.same();
                })
                .build();
    }

    /** With a grant that is over; a liar with the one that is not, and the next. */
    private long meddlesWith(NodeContext node, RandomGenerator random) {
        long highest = highestGrant();
        return node.name().equals(liar) ? highest + random.nextInt(2) : Math.max(0, highest - 1 - random.nextInt(3));
    }

    // -- what is judged: at each replica

    /** A mutex, of which every step is seen. */
    private final class Watched implements SchedulingMachine.Service {
        private final NodeContext node;
        private final Mutex mutex;

        Watched(NodeContext node, Mutex mutex) {
            this.node = node;
            this.mutex = mutex;
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            ByteString answer = mutex.apply(index, command);
            onStep(node, index, mutex.user());
            return answer;
        }

        @Override
        public void due(long index, long number, ByteString request) {
            Optional<Mutex.Grant> before = mutex.user();
            mutex.due(index, number, request);
            if (!users.containsKey(index)) {
                before.ifPresent(LockFaults.this::onRevoked);
            }
            onStep(node, index, mutex.user());
        }

        @Override
        public ByteString query(ByteString query) {
            return mutex.query(query);
        }

        @Override
        public State freeze() {
            return mutex.freeze();
        }

        @Override
        public void restore(InputStream state) throws IOException {
            restores++;
            mutex.restore(state);
        }
    }

    private void onStep(NodeContext node, long index, Optional<Mutex.Grant> user) {
        Optional<Mutex.Grant> other = users.putIfAbsent(index, user);
        verdict.judge(
                other == null || other.equals(user),
                node.name() + " has " + user + " after " + index + ", another replica " + other);
        user.ifPresent(grant -> grantedAt.putIfAbsent(grant.number(), now()));
    }

    /** Seen for the first time. */
    private void onRevoked(Mutex.Grant grant) {
        revoked++;
        Duration earliest = notBefore.get(grant.client()).plus(heldMin());
        verdict.judge(
                now().compareTo(earliest) >= 0, grant + " was revoked at " + now() + ", it is safe until " + earliest);
        if (!lies()) {
            Duration ofGrant = grantedAt.get(grant.number()).plus(BOUND_MIN);
            verdict.judge(
                    now().compareTo(ofGrant) >= 0,
                    grant + " was revoked at " + now() + ", and not due before " + ofGrant);
        }
    }

    /** How long a holder is safe; those who agree on time have no clocks that drift here. */
    private Duration heldMin() {
        return lies() ? BOUND.minusMillis(1) : BOUND_MIN;
    }

    // -- what is judged: at clients

    @Override
    public void notBefore(String client, Duration sentAt) {
        notBefore.put(client, sentAt);
    }

    @Override
    public void told(NodeContext node, String client, long grant) {
        Duration until = notBefore.get(client).plus(heldMin());
        if (now().compareTo(until) >= 0) {
            return; // Too late, as a right clock tells it, too.
        }
        verdict.judge(
                belief.isEmpty()
                        || belief.get().node().isDead()
                        || now().compareTo(belief.get().until()) >= 0,
                client + " was told that it has grant " + grant + " at " + now() + ", while there is " + belief);
        belief = Optional.of(new Belief(node, client, grant, until));
        toldAt.merge(node.name(), 1, Integer::sum);
    }

    @Override
    public void releases(String client) {
        belief = belief.filter(holder -> !holder.client().equals(client));
    }

    @Override
    public Duration now() {
        return clock.get();
    }

    @Override
    public long highestGrant() {
        return grantedAt.isEmpty() ? 0 : grantedAt.lastKey();
    }

    // -- how much happened

    String engine() {
        return engine;
    }

    int revoked() {
        return revoked;
    }

    int restores() {
        return restores;
    }

    int granted() {
        return grantedAt.size();
    }
}
