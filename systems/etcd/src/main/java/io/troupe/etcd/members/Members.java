package io.troupe.etcd.members;

import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Knows where clients reach each member: tells the others about its own node, and asks them about theirs. Brings a node the news
 * that it was removed, which its own replica cannot hear: nobody in the group speaks to that any more.
 */
public final class Members extends AbstractBehavior<Members.Command> {

    public sealed interface Command
            permits Serving,
                    Describe,
                    ListMembers,
                    ListReachable,
                    ListingChanged,
                    Described,
                    AskAgain,
                    TellRemoved,
                    Removed {}

    /** This node's clients reach it at {@code clientUrl} from now on. */
    public record Serving(String clientUrl) implements Command {}

    /** Asks a node's gateway where its clients reach it. Crosses nodes. */
    public record Describe(ActorRef<Facts> replyTo) implements Command, Wire {}

    /**
     * What is known of a member.
     *
     * @param clientUrl empty when the member has not been heard; several are comma-separated
     * @param peerUrl where the other nodes reach it; empty when it has not been heard
     */
    public record Facts(String nodeId, String clientUrl, String peerUrl) implements Wire {

        public List<String> clientUrls() {
            return urls(clientUrl);
        }
    }

    /** Asks for every member, in configuration order. */
    public record ListMembers(ActorRef<List<Facts>> replyTo) implements Command {}

    /** Asks for the nodes that can be reached now, this one among them. */
    record ListReachable(ActorRef<Reachable> replyTo) implements Command {}

    record Reachable(List<Facts> nodes) {}

    /** Tells a node that it belongs to the cluster no more. */
    record TellRemoved(String node) implements Command {}

    /** This node belongs to the cluster no more, as who leads it knows. Crosses nodes. */
    public record Removed() implements Command, Wire {}

    private record ListingChanged(Receptionist.Listing listing) implements Command {}

    private record Described(ActorRef<Command> gateway, Optional<Facts> facts) implements Command {}

    private record AskAgain(ActorRef<Command> gateway) implements Command {}

    private static final Duration DESCRIBE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(500);

    private final TimerScheduler<Command> timers;
    private final List<String> members;
    private final String nodeId;
    private final String address;
    private final ActorRef<Removed> onRemoved;
    private Facts own;
    /** Under which a node is found from its start. */
    private final ServiceKey<Command> key;
    /** Under which it is found besides once it serves clients: the others then ask it again. */
    private final ServiceKey<Command> servingKey;

    private final TreeMap<String, Facts> known = new TreeMap<>();
    /** Of each known node the actor that told so, and those that can be reached. */
    private final TreeMap<String, ActorRef<Command>> gateways = new TreeMap<>();

    private Set<ActorRef<Command>> reachable = Set.of();

    /**
     * @param members in configuration order
     * @param address where the other nodes reach this one
     * @param onRemoved told, maybe more than once, that this node was removed
     */
    public static Behavior<Command> create(
            String group, String nodeId, List<String> members, String address, ActorRef<Removed> onRemoved) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new Members(context, timers, group, nodeId, members, address, onRemoved)));
    }

    private Members(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String group,
            String nodeId,
            List<String> members,
            String address,
            ActorRef<Removed> onRemoved) {
        super(context);
        this.onRemoved = onRemoved;
        this.timers = timers;
        this.address = address;
        this.nodeId = nodeId;
        this.members = members;
        this.own = new Facts(nodeId, "", address);
        this.key = ServiceKey.create(Command.class, group + "-members");
        this.servingKey = ServiceKey.create(Command.class, group + "-members-serving");
        ActorRef<Receptionist.Listing> listings =
                context.messageAdapter(Receptionist.Listing.class, ListingChanged::new);
        var receptionist = context.getSystem().receptionist();
        receptionist.tell(Receptionist.subscribe(key, listings));
        receptionist.tell(Receptionist.subscribe(servingKey, listings));
        receptionist.tell(Receptionist.register(key, context.getSelf()));
    }

    private Behavior<Command> onServing(Serving serving) {
        own = new Facts(nodeId, serving.clientUrl(), address);
        getContext()
                .getSystem()
                .receptionist()
                .tell(Receptionist.register(servingKey, getContext().getSelf()));
        return this;
    }

    /** @param clientUrl as {@link Facts} has it */
    public static List<String> urls(String clientUrl) {
        return clientUrl.isEmpty() ? List.of() : List.of(clientUrl.split(","));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Serving.class, this::onServing)
                .onMessage(Describe.class, this::onDescribe)
                .onMessage(ListMembers.class, this::onListMembers)
                .onMessage(ListReachable.class, this::onListReachable)
                .onMessage(ListingChanged.class, this::onListingChanged)
                .onMessage(Described.class, this::onDescribed)
                .onMessage(AskAgain.class, this::onAskAgain)
                .onMessage(TellRemoved.class, this::onTellRemoved)
                .onMessage(Removed.class, this::onRemoved)
                .build();
    }

    private Behavior<Command> onDescribe(Describe describe) {
        describe.replyTo().tell(own);
        return this;
    }

    private Behavior<Command> onListingChanged(ListingChanged changed) {
        boolean serving = changed.listing().isForKey(servingKey);
        Set<ActorRef<Command>> listed = changed.listing().getServiceInstances(serving ? servingKey : key);
        if (!serving) {
            reachable = listed;
        }
        listed.stream().sorted().forEach(this::ask);
        return this;
    }

    private void ask(ActorRef<Command> gateway) {
        getContext()
                .ask(
                        Facts.class,
                        gateway,
                        DESCRIBE_TIMEOUT,
                        Describe::new,
                        (facts, failure) -> new Described(gateway, Optional.ofNullable(facts)));
    }

    private Behavior<Command> onDescribed(Described described) {
        ActorRef<Command> gateway = described.gateway();
        described
                .facts()
                .ifPresentOrElse(
                        facts -> {
                            known.put(facts.nodeId(), facts);
                            gateways.put(facts.nodeId(), gateway);
                        },
                        () -> timers.startSingleTimer(gateway, new AskAgain(gateway), AGAIN_AFTER));
        return this;
    }

    /** The question or its answer was lost, and the listing need not change again. */
    private Behavior<Command> onAskAgain(AskAgain again) {
        if (reachable.contains(again.gateway())) {
            ask(again.gateway());
        }
        return this;
    }

    private Behavior<Command> onTellRemoved(TellRemoved tell) {
        var gateway = gateways.get(tell.node());
        if (gateway != null) {
            gateway.tell(new Removed());
        }
        return this;
    }

    private Behavior<Command> onRemoved(Removed removed) {
        onRemoved.tell(removed);
        return this;
    }

    private Behavior<Command> onListReachable(ListReachable list) {
        List<Facts> found = new ArrayList<>(List.of(own));
        gateways.forEach((node, gateway) -> {
            if (reachable.contains(gateway) && !node.equals(nodeId)) {
                found.add(known.get(node));
            }
        });
        list.replyTo().tell(new Reachable(found));
        return this;
    }

    private Behavior<Command> onListMembers(ListMembers list) {
        known.put(own.nodeId(), own);
        List<Facts> all = new ArrayList<>();
        members.forEach(member -> all.add(known.getOrDefault(member, new Facts(member, "", ""))));
        list.replyTo().tell(all);
        return this;
    }
}
