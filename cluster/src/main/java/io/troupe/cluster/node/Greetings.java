package io.troupe.cluster.node;

import io.troupe.cluster.node.Formation.Contact;
import io.troupe.cluster.node.Formation.Greeting;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** What a node says to the configured members when it looks for its cluster, and why what they say keeps it out. */
final class Greetings {

    private static final int FOREIGN_TOLD_MAX = 1_000;

    private final ActorContext<Formation.Command> context;
    private final NodeSettings settings;
    private final String data;
    private final ConfiguredMembers members;
    private final Set<String> foreignTold = new HashSet<>();

    /**
     * @param context of the {@link Formation} that is answered
     * @param data the id of this node's data directory
     */
    Greetings(ActorContext<Formation.Command> context, NodeSettings settings, String data, ConfiguredMembers members) {
        this.context = context;
        this.settings = settings;
        this.data = data;
        this.members = members;
    }

    /** To the other members but {@code except}. */
    void send(boolean asksVote, long nowNanos, Set<String> except) {
        var contact = new Contact(
                settings.cluster(),
                settings.nodeId(),
                data,
                settings.lostData(),
                members.selfAddress(),
                asksVote,
                nowNanos,
                context.getSelf().narrow());
        members.othersThan(except).forEach(address -> Adapter.toClassic(context.getSystem())
                .actorSelection(address + "/user/" + Formation.NAME)
                .tell(contact, ActorRef.noSender()));
    }

    /** As the fields of {@link Greeting} say. */
    void answer(Contact contact, String knownData, boolean member, boolean knowsAsker, boolean vote) {
        contact.replyTo()
                .tell(new Greeting(
                        settings.cluster(),
                        settings.nodeId(),
                        data,
                        knownData,
                        members.selfAddress(),
                        member,
                        knowsAsker,
                        vote,
                        contact.sentNanos()));
    }

    /** Why this node, which is in no cluster, must not run as it is configured. */
    Optional<String> refusal(Greeting greeting) {
        if (!greeting.cluster().equals(settings.cluster())) {
            tellForeign(greeting.cluster(), greeting.node(), greeting.address());
            return Optional.of(greeting)
                    .filter(Greeting::member)
                    .map(member -> member.node() + " at " + member.address() + " belongs to cluster '"
                            + member.cluster() + "', this node to '" + settings.cluster()
                            + "'. Correct troupe.cluster.name or troupe.cluster.members");
        }
        if (greeting.node().equals(settings.nodeId())) {
            return Optional.of("A live node at " + greeting.address() + " has the id '" + settings.nodeId()
                    + "' already. Stop it, or give this node an id of its own with troupe.node.id");
        }
        if (!greeting.knownData().isEmpty() && !greeting.knownData().equals(data)) {
            return Optional.of("The data directory " + settings.dataDir() + " is not the one that " + greeting.node()
                    + " knows '" + settings.nodeId() + "' by, which had the id " + greeting.knownData()
                    + ": without it this node would vote and acknowledge again what it has forgotten, and writes that"
                    + " clients were told are safe could be lost. Set troupe.node.data-dir to the directory it had. If"
                    + " that is gone for good: wait until every other member is up and all have the same applied index"
                    + " and leader in 'troupe status', then start this node with troupe.node.lost-data = [\""
                    + greeting.knownData() + "\"]");
        }
        return Optional.empty();
    }

    /** Says so once for each address. */
    void tellForeign(String otherCluster, String node, String address) {
        if (foreignTold.size() < FOREIGN_TOLD_MAX && foreignTold.add(address)) {
            context.getLog()
                    .warn(
                            "Refused {} at {}: it belongs to cluster '{}', this node to '{}'. Correct"
                                    + " troupe.cluster.name or troupe.cluster.members there or here",
                            node,
                            address,
                            otherCluster,
                            settings.cluster());
        }
    }
}
