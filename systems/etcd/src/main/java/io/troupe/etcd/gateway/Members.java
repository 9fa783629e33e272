package io.troupe.etcd.gateway;

import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Knows where clients reach each member: tells the others about its own node, and asks them about theirs. */
public final class Members extends AbstractBehavior<Members.Command> {

    public sealed interface Command permits Serving, Describe, ListMembers, ListingChanged, Described {}

    /** This node's clients reach it at {@code clientUrl} from now on. */
    record Serving(String clientUrl) implements Command {}

    /** Asks a node's gateway where its clients reach it. Crosses nodes. */
    public record Describe(ActorRef<Facts> replyTo) implements Command, Wire {}

    /**
     * What is known of a member.
     *
     * @param clientUrl empty when the member has not been heard; several are comma-separated
     * @param peerUrl where the other nodes reach it; empty when it has not been heard
     */
    public record Facts(String nodeId, String clientUrl, String peerUrl) implements Wire {}

    /** Asks for every member, in configuration order. */
    record ListMembers(ActorRef<List<Facts>> replyTo) implements Command {}

    private record ListingChanged(Receptionist.Listing listing) implements Command {}

    private record Described(Optional<Facts> facts) implements Command {}

    private static final Duration DESCRIBE_TIMEOUT = Duration.ofSeconds(3);

    private final List<String> members;
    private final NodeView node;
    private Facts own;
    private final ServiceKey<Command> key;
    private final TreeMap<String, Facts> known = new TreeMap<>();

    static Behavior<Command> create(String group, NodeView node) {
        return Behaviors.setup(context -> new Members(context, group, node));
    }

    private Members(ActorContext<Command> context, String group, NodeView node) {
        super(context);
        this.node = node;
        this.members = node.members();
        this.own = new Facts(node.nodeId(), "", address());
        this.key = ServiceKey.create(Command.class, group + "-members");
        context.getSystem()
                .receptionist()
                .tell(Receptionist.subscribe(
                        key, context.messageAdapter(Receptionist.Listing.class, ListingChanged::new)));
    }

    private String address() {
        var system = getContext().getSystem();
        Address address = system.address();
        String transport = system.settings().config().getString("pekko.remote.artery.transport");
        String scheme = transport.equals("tls-tcp") ? "https://" : "http://";
        return address.getHost()
                .map(host -> scheme + host + ":" + address.getPort().get())
                .orElse(address.toString());
    }

    private Behavior<Command> onServing(Serving serving) {
        own = new Facts(node.nodeId(), serving.clientUrl(), address());
        getContext()
                .getSystem()
                .receptionist()
                .tell(Receptionist.register(key, getContext().getSelf()));
        return this;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Serving.class, this::onServing)
                .onMessage(Describe.class, this::onDescribe)
                .onMessage(ListMembers.class, this::onListMembers)
                .onMessage(ListingChanged.class, this::onListingChanged)
                .onMessage(Described.class, this::onDescribed)
                .build();
    }

    private Behavior<Command> onDescribe(Describe describe) {
        describe.replyTo().tell(own);
        return this;
    }

    private Behavior<Command> onListingChanged(ListingChanged changed) {
        for (ActorRef<Command> gateway : changed.listing().getServiceInstances(key)) {
            getContext()
                    .ask(
                            Facts.class,
                            gateway,
                            DESCRIBE_TIMEOUT,
                            Describe::new,
                            (facts, failure) -> new Described(Optional.ofNullable(facts)));
        }
        return this;
    }

    private Behavior<Command> onDescribed(Described described) {
        described.facts().ifPresent(facts -> known.put(facts.nodeId(), facts));
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
