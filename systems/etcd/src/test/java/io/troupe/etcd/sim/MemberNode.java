package io.troupe.etcd.sim;

import io.etcd.jetcd.api.PutRequest;
import io.troupe.etcd.corruption.CorruptionCheck;
import io.troupe.etcd.corruption.HashFeed;
import io.troupe.etcd.members.Members;
import io.troupe.etcd.members.Registrar;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.members.RosterView;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.mvcc.FrozenState;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.replication.Engine;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.replication.StateMachine;
import io.troupe.sim.NodeContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The root of one node: the store, what changes its members, and what compares them. */
final class MemberNode {

    static final List<String> FOUNDERS = List.of("n1", "n2", "n3");

    private static final String GROUP = "etcd";
    private static final long CLUSTER = 99;
    private static final int LOOKS_MAX = 100;

    private MemberNode() {}

    sealed interface Command permits Hosted, Status, Ask, Put, Look {}

    private record Hosted(ActorRef<Replica.Request> replica) implements Command {}

    private record Status(Replica.Status status) implements Command {}

    record Ask(Registrar.Ask ask) implements Command {}

    record Put(String key, ActorRef<SessionClient.Outcome> replyTo) implements Command {}

    /** Asks what the node's replica knows of the group, and for its roster. */
    record Look(ActorRef<Seen> replyTo) implements Command {}

    record Seen(Roster roster, List<Alarms.Alarm> alarms, ActorRef<Replica.Request> replica) {}

    /**
     * What makes a node other than the rest.
     *
     * @param machine around the node's state machine
     * @param compares how often stores are compared, if at all
     */
    record Oddities(UnaryOperator<StateMachine> machine, Optional<Duration> compares) {
        static final Oddities NONE = new Oddities(machine -> machine, Optional.empty());
    }

    static String peerUrl(String node) {
        return "http://" + node + ":1";
    }

    static Behavior<Command> create(NodeContext node, Engine engine, Oddities oddities) {
        return Behaviors.withStash(
                LOOKS_MAX,
                early -> Behaviors.setup(context -> {
                    var seen = new Listener();
                    var host = context.spawn(
                            GroupHost.create(node.name(), List.of(engine), node.random(engine.name())), "host");
                    host.tell(new Groups.Host(
                            GROUP,
                            FOUNDERS,
                            (group, name) -> oddities.machine().apply(new EtcdStateMachine(seen)),
                            context.messageAdapter(
                                    Groups.HostReply.class, reply -> new Hosted(((Groups.Hosted) reply).replica()))));
                    return Behaviors.receive(Command.class)
                            .onMessage(
                                    Hosted.class,
                                    hosted -> early.unstashAll(serving(node, seen, oddities, hosted.replica())))
                            .onMessage(Look.class, look -> {
                                early.stash(look);
                                return Behaviors.same();
                            })
                            .onAnyMessage(tooEarly -> Behaviors.same())
                            .build();
                }));
    }

    private static Behavior<Command> serving(
            NodeContext node, Listener seen, Oddities oddities, ActorRef<Replica.Request> replica) {
        return Behaviors.setup(context -> {
            context.watch(replica); // Its end ends the node: nobody handles the signal.
            ActorRef<SessionClient.Command> session = context.spawn(
                    SessionClient.create(replica, SessionClient.Settings.DEFAULT, node.random("session")), "session");
            ActorRef<Members.Command> members = context.spawn(
                    Members.create(
                            GROUP,
                            node.name(),
                            FOUNDERS,
                            "pekko://simulated@" + node.name() + ":1",
                            context.getSystem().ignoreRef()),
                    "members");
            members.tell(new Members.Serving("http://clients-of-" + node.name()));
            ActorRef<Registrar.Command> registrar = context.spawn(
                    Registrar.create(new Registrar.Wiring(
                            CLUSTER,
                            true,
                            name -> List.of(peerUrl(name)),
                            url -> url,
                            isGone -> {},
                            seen.roster,
                            members,
                            session,
                            replica)),
                    "registrar");
            context.watch(registrar);
            Optional<ActorRef<CorruptionCheck.Command>> check = oddities.compares()
                    .map(interval -> context.spawn(
                            CorruptionCheck.create(new CorruptionCheck.Wiring(
                                    interval,
                                    () -> seen.roster.idOf(node.name()),
                                    node.random("points")::nextLong,
                                    session,
                                    DispatcherSelector.sameAsParent())),
                            "check"));
            check.ifPresent(seen.hashes::attach);
            replica.tell(new Replica.Observe(context.messageAdapter(Replica.Status.class, Status::new)));
            return Behaviors.receive(Command.class)
                    .onMessage(Status.class, told -> {
                        registrar.tell(new Registrar.RoleIs(told.status().role()));
                        check.ifPresent(actor -> actor.tell(
                                new CorruptionCheck.RoleIs(told.status().role())));
                        return Behaviors.same();
                    })
                    .onMessage(Ask.class, ask -> {
                        registrar.tell(ask.ask());
                        return Behaviors.same();
                    })
                    .onMessage(Put.class, put -> {
                        var key = com.google.protobuf.ByteString.copyFromUtf8(put.key());
                        session.tell(new SessionClient.Submit(
                                Commands.put(PutRequest.newBuilder()
                                        .setKey(key)
                                        .setValue(key)
                                        .build()),
                                Duration.ofSeconds(5),
                                put.replyTo()));
                        return Behaviors.same();
                    })
                    .onMessage(Look.class, look -> {
                        look.replyTo().tell(new Seen(seen.roster.roster(), seen.alarms, replica));
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    private static final class Listener implements StoreListener {
        private final RosterView roster = new RosterView();
        private final HashFeed hashes = new HashFeed();
        private List<Alarms.Alarm> alarms = List.of();

        @Override
        public void onRosterChanged(Roster now) {
            roster.onChanged(now);
        }

        @Override
        public void onAlarmsChanged(Alarms now) {
            alarms = now.all();
        }

        @Override
        public void onHashPoint(long id, Supplier<FrozenState> state) {
            hashes.onPoint(id, state);
        }

        @Override
        public void onHashClaim(long id, int hash) {
            hashes.onClaim(id, hash);
        }
    }
}
