package io.troupe.replication.voting;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.DealtKeys;
import io.troupe.pbft.PbftEngine;
import io.troupe.pbft.PbftSettings;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.Engine;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.replication.Signatures;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.sensing.Fusion;
import io.troupe.replication.sensing.Interval;
import io.troupe.replication.sensing.Reports;
import io.troupe.replication.sensing.Sampler;
import io.troupe.replication.sensing.SensingMachine;
import io.troupe.replication.sim.NodeFaults;
import io.troupe.replication.sim.Verdict;
import io.troupe.sim.Fault;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * A {@link Thermostat} with its sensors, its valve, and a client on none of its nodes, over PBFT with a node that lies
 * wherever it can, or over Raft with nodes that stop; beside that crashes, pauses, partitions and a bad network.
 */
final class OutsideFaults implements Consumer<Simulation> {

    private static final Duration FAULTS = Duration.ofSeconds(6);
    private static final Duration PERIOD = Duration.ofMillis(150);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double TEMPERATURE = 20;
    private static final double ERROR = 0.5;
    private static final String QUANTITY = "temperature";
    private static final String DEVICE = "valve";
    private static final int OUTPUTS_MAX = 256;

    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    troupe.pbft {
                      tick = 20ms
                      view-change-timeout = 600ms
                      standing-interval = 100ms
                      checkpoint-interval = 8
                      window = 24
                      client-silence = 300ms
                      client-patience = 5s
                    }
                    troupe.raft { election-timeout = 600ms, heartbeat-interval = 60ms
                      snapshot-entries = 20, retained-entries = 5 }
                    """)
            .withFallback(ConfigFactory.load());

    private final TreeMap<Long, Interval> samples = new TreeMap<>();
    private final TreeMap<Long, String> outputs = new TreeMap<>();
    private final List<OutputVoter.Release> released = new ArrayList<>();
    private final TreeSet<String> dissenters = new TreeSet<>();
    private final TreeSet<Long> answers = new TreeSet<>();
    private long highestAnswer;
    private long reads;
    private Verdict verdict = new Verdict();

    private boolean lies;
    private List<String> names = List.of();
    private Faults faults = Faults.failStop(1);
    private Fusion fusion = Fusion.median();
    private String liar = "";

    @Override
    public void accept(Simulation sim) {
        RandomGenerator random = sim.random("outside");
        samples.clear();
        outputs.clear();
        released.clear();
        answers.clear();
        dissenters.clear();
        highestAnswer = 0;
        verdict = new Verdict();
        lies = random.nextBoolean();
        names = IntStream.rangeClosed(1, lies ? 4 : 3).mapToObj(i -> "n" + i).toList();
        faults = lies ? Faults.byzantine(1) : Faults.failStop(1);
        fusion = random.nextBoolean() ? Fusion.intersection() : Fusion.median();
        liar = lies ? names.get(random.nextInt(names.size())) : "";
        NodeFaults.restartFallen(sim, PERIOD);
        TreeMap<String, Node<?>> nodes = new TreeMap<>();
        for (String name : names) {
            var storage = new InMemorySnapshotStorage();
            nodes.put(name, sim.node(name, node -> replica(node, storage)));
        }
        nodes.put(DEVICE, sim.node(DEVICE, this::device));
        nodes.put("client", sim.node("client", this::client));
        verdict.endWith(sim, "what the outside is promised");
        sim.nemesis(
                FAULTS,
                Duration.ofMillis(700),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.badNetwork(0.2, Duration.ofMillis(100)));
        sim.runFor(FAULTS);
        new NodeFaults(sim, nodes).mend();
        long before = released.size();
        long answered = answers.size();
        sim.runUntil(() -> released.size() > before + 5 && answers.size() > answered + 5, PATIENCE);
    }

    // -- a replica's node

    private Engine engine(NodeContext node, SnapshotStorage storage) {
        return lies
                ? new PbftEngine(
                        PbftSettings.from(CONFIG), storage, new DealtKeys(node.name(), names), node.nanoClock())
                : new RaftEngine(RaftSettings.from(CONFIG), storage, node.nanoClock());
    }

    private Signatures signatures(String name) {
        List<String> all = new ArrayList<>(names);
        all.add(DEVICE);
        return lies ? new DealtKeys(name, all) : Signatures.taken();
    }

    private Behavior<Object> replica(NodeContext node, SnapshotStorage storage) {
        return Behaviors.setup(context -> {
            var host = context.spawn(
                    GroupHost.create(node.name(), List.of(engine(node, storage)), node.random("engine")), "groups");
            ActorRef<OutputVoter.Output> voter = node.peer(DEVICE);
            ActorRef<OutputPort.Command> port = context.spawn(
                    OutputPort.create(
                            node.name(),
                            DEVICE,
                            signatures(node.name()),
                            node.name().equals(liar) ? lyingMouth(context, node, voter) : voter,
                            OUTPUTS_MAX,
                            PERIOD),
                    "port");
            host.tell(new Groups.Host(
                    "g",
                    names,
                    (group, name) -> new ActingMachine(act -> machine(name, act), OUTPUTS_MAX, port),
                    context.messageAdapter(Groups.HostReply.class, reply -> reply)));
            return Behaviors.receive(Object.class)
                    .onMessage(Groups.Hosted.class, hosted -> serving(context, node, hosted.replica()))
                    .onAnyMessage(tooEarly -> Behaviors.same())
                    .build();
        });
    }

    private SensingMachine machine(String node, Consumer<ByteString> act) {
        var service = new Thermostat(node, act, this::onSet);
        return new SensingMachine(QUANTITY, faults, names, fusion, signatures(node), service);
    }

    private void onSet(String node, long number, long round, Interval sample, String output) {
        if (!node.equals(liar)) {
            verdict.judge(
                    sample.contains(TEMPERATURE),
                    node + " applied " + sample + ", in which " + TEMPERATURE + " is not");
            verdict.judge(
                    Interval.around(TEMPERATURE, 2 * ERROR).contains(sample),
                    node + " applied " + sample + ", of which no right sensor has said all");
            Interval other = samples.putIfAbsent(round, sample);
            verdict.judge(
                    other == null || other.equals(sample),
                    node + " applied " + sample + " in round " + round + ", another replica " + other);
            String others = outputs.putIfAbsent(number, output);
            verdict.judge(others == null || others.equals(output), node + " said " + output + ", another " + others);
        }
    }

    private Behavior<Object> serving(
            ActorContext<Object> context, NodeContext node, ActorRef<Replica.Request> replica) {
        context.watch(replica); // Its end ends the node: nobody handles the signal.
        var client = context.spawn(
                SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("client")), "sampling");
        RandomGenerator noise = node.random("sensor");
        boolean isLiar = node.name().equals(liar);
        ActorRef<Sampler.Sense> sensor = context.spawn(
                Behaviors.receiveMessage(sense -> {
                    double value = TEMPERATURE + (2 * noise.nextDouble() - 1) * ERROR * 0.9;
                    Interval lie = Interval.around(1_000 * noise.nextDouble() - 500, 10 * noise.nextDouble());
                    sense.replyTo().tell(new Sampler.Sampled(isLiar ? lie : Interval.around(value, ERROR)));
                    if (isLiar) {
                        String victim = names.get(noise.nextInt(names.size()));
                        client.tell(new SessionClient.Submit(
                                Reports.inTheNameOf(
                                        victim, QUANTITY, samples.size() + 1L, lie, signatures(node.name())),
                                PERIOD,
                                context.getSystem().ignoreRef()));
                    }
                    return Behaviors.same();
                }),
                "sensor");
        context.spawn(
                Sampler.create(QUANTITY, node.name(), signatures(node.name()), sensor, client, PERIOD), "sampler");
        return Behaviors.receive(Object.class)
                .onMessage(Replica.Request.class, request -> {
                    if (isLiar) {
                        lieTo(request, noise);
                    } else {
                        replica.tell(request);
                    }
                    return Behaviors.same();
                })
                .build();
    }

    // -- what the liar says

    private ActorRef<OutputVoter.Output> lyingMouth(
            ActorContext<Object> context, NodeContext node, ActorRef<OutputVoter.Output> voter) {
        RandomGenerator random = node.random("lies");
        return context.spawn(
                Behaviors.receiveMessage(output -> {
                    ByteString lie = ByteString.fromString("valve at " + random.nextInt(3));
                    ByteString signature = signatures(node.name())
                            .sign(OutputVoter.Output.signed(DEVICE, output.floor(), output.number(), lie));
                    for (String name : List.of(node.name(), names.get(random.nextInt(names.size())))) {
                        voter.tell(new OutputVoter.Output(
                                name, output.floor(), output.number(), lie, signature, output.replyTo()));
                    }
                    return Behaviors.same();
                }),
                "mouth");
    }

    private static void lieTo(Replica.Request request, RandomGenerator random) {
        ByteString lie = ByteString.fromString(Integer.toString(random.nextInt(50)));
        if (request instanceof Replica.Propose propose) {
            propose.replyTo().tell(new Replica.Applied(propose.session(), propose.serial(), 1, lie));
        } else if (request instanceof Replica.Query query) {
            query.replyTo().tell(new Replica.Answered(query.id(), 1, lie));
        } else if (request instanceof Replica.OpenSession open) {
            open.replyTo().tell(new Replica.SessionOpened(1 + random.nextInt(20)));
        }
    }

    // -- the device

    private Behavior<OutputVoter.Output> device(NodeContext node) {
        return Behaviors.setup(context -> {
            ActorRef<OutputVoter.Told> valve = context.spawn(
                    Behaviors.receiveMessage(told -> {
                        onTold(told);
                        return Behaviors.same();
                    }),
                    "valve");
            ActorRef<OutputVoter.Output> voter = context.spawn(
                    OutputVoter.create(DEVICE, faults, names, signatures(DEVICE), released.size() + 1L, valve),
                    "voter");
            return Behaviors.receiveMessage(output -> {
                voter.tell(output);
                return Behaviors.same();
            });
        });
    }

    private void onTold(OutputVoter.Told told) {
        if (told instanceof OutputVoter.Release release) {
            String output = release.value().utf8String();
            verdict.judge(
                    release.number() == released.size() + 1L,
                    "output " + release.number() + " was released after " + released.size());
            verdict.judge(
                    output.equals(outputs.get(release.number())),
                    "the valve was told '" + output + "', which no right replica has said; right is "
                            + outputs.get(release.number()));
            released.add(release);
        } else if (told instanceof OutputVoter.Dissent dissent) {
            verdict.judge(
                    dissent.replica().equals(liar), "the voter accuses " + dissent.replica() + "; the liar is " + liar);
            dissenters.add(dissent.replica());
        } else if (told instanceof OutputVoter.Missed missed) {
            verdict.judge(false, missed + ", although the replicas keep " + OUTPUTS_MAX);
        }
    }

    // -- the client

    private record Outcome(SessionClient.Outcome outcome) {}

    private record Next(boolean read) {}

    private Behavior<Object> client(NodeContext node) {
        return Behaviors.setup(context -> {
            var ensemble = context.spawn(Ensemble.create(faults, names, 1024, node.random("ensemble")), "ensemble");
            names.forEach(name -> ensemble.tell(new Ensemble.ReplicaAt(name, Optional.of(node.peer(name)))));
            var session = context.spawn(
                    SessionClient.create(ensemble.narrow(), SessionClient.Settings.DEFAULT, node.random("session")),
                    "session");
            ActorRef<SessionClient.Outcome> outcomes =
                    context.messageAdapter(SessionClient.Outcome.class, Outcome::new);
            var floor = new long[1];
            context.getSelf().tell(new Next(false));
            return Behaviors.receive(Object.class)
                    .onMessage(Next.class, next -> {
                        floor[0] = highestAnswer;
                        Duration deadline = Duration.ofSeconds(10);
                        session.tell(
                                next.read()
                                        ? new SessionClient.Read(
                                                1,
                                                ByteString.emptyByteString(),
                                                ReadConsistency.LINEARIZABLE,
                                                deadline,
                                                outcomes)
                                        : new SessionClient.Submit(
                                                0,
                                                SensingMachine.command(ByteString.fromString("count")),
                                                deadline,
                                                outcomes));
                        return Behaviors.same();
                    })
                    .onMessage(Outcome.class, outcome -> {
                        boolean wasRead = outcome.outcome().id() == 1;
                        if (outcome.outcome() instanceof SessionClient.Succeeded succeeded) {
                            onAnswer(wasRead, Long.parseLong(succeeded.result().utf8String()), floor[0]);
                        }
                        context.scheduleOnce(Duration.ofMillis(50), context.getSelf(), new Next(!wasRead));
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    /** The counter counts this client alone: what it is told is never lower than before, and each count comes once. */
    private void onAnswer(boolean wasRead, long count, long floor) {
        verdict.judge(
                wasRead ? count >= floor : count > floor,
                "the client was told " + count + (wasRead ? " by a read" : "") + " after " + floor);
        if (wasRead) {
            reads++;
        } else {
            verdict.judge(answers.add(count), count + " was answered twice");
        }
        highestAnswer = Math.max(highestAnswer, count);
    }

    long released() {
        return released.size();
    }

    long answered() {
        return answers.size();
    }

    boolean wasTheLiarNoticed() {
        return !lies || dissenters.contains(liar);
    }
}
