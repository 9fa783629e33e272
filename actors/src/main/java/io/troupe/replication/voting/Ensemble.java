package io.troupe.replication.voting;

import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * All replicas of a group, as one replica that has no faults: what a client that is on no replica's node talks to, so that t
 * faulty ones are masked (Schneider 1990, §4.2: the client is its own voter). With {@link
 * io.troupe.replication.SessionClient} before it, which numbers requests and repeats them, this is a fault-tolerant client.
 *
 * <ul>
 *   <li>Replicas that fail by stopping: a request goes to one of them, and whenever it is repeated to the next.
 *   <li>Replicas that lie: a request goes to all, and is answered when t+1 answer alike. A read is compared by its result
 *       and not by its index: one replica at least that is not faulty has read it linearizably. Each answer is worth what
 *       the engine is: PBFT's replicas each have theirs from a quorum, those of Raft all from one leader.
 * </ul>
 *
 * <p>Each replica opens another session, so opening goes to one at a time, and a liar can name one that is not open, or is
 * another client's. The first is found out when it is used; and because a client's serials begin at random here, it is never
 * given the results of the other.
 */
public final class Ensemble extends AbstractBehavior<Replica.Message> {

    /** Where the node's replica is now; empty when it is not there. Of nodes that are no replicas nothing is taken. */
    public record ReplicaAt(String node, Optional<ActorRef<Replica.Request>> replica) implements Replica.Message {}

    private record Said(String node, Replica.Reply reply) implements Replica.Message {}

    /** What is under way; a query and a proposal may have the same number. Serials are the client's. */
    private record Key(boolean isRead, long session, long number) {
        static final Key OPENING = new Key(false, Replica.NO_SESSION, 0);

        static Key of(Replica.Propose propose) {
            return new Key(false, propose.session(), propose.serial());
        }

        static Key read(long id) {
            return new Key(true, Replica.NO_SESSION, id);
        }
    }

    /** Where a replica is, and where its answers go. */
    private record Place(ActorRef<Replica.Request> replica, ActorRef<Replica.Reply> ear) {}

    private record Asked(Replica.Request request, Tally<Object> tally) {}

    private final Faults faults;
    private final TreeSet<String> replicas;
    private final int underWayMax;
    /** Added to this client's serials. */
    private final long firstSerial;

    private final TreeMap<String, Place> places = new TreeMap<>();
    private final TreeMap<String, ActorRef<Replica.Reply>> ears = new TreeMap<>();
    /** The oldest goes first when there are too many: its client has given it up, or repeats it. */
    private final LinkedHashMap<Key, Asked> underWay = new LinkedHashMap<>();

    private int turn;

    /**
     * For one client.
     *
     * @param replicas stable node ids
     * @param underWayMax requests that are remembered; as many as the client may have in flight, or more
     * @throws IllegalArgumentException when there are too few replicas for these faults
     */
    public static Behavior<Replica.Message> create(
            Faults faults, Collection<String> replicas, int underWayMax, RandomGenerator random) {
        faults.requireBorneBy(replicas.size());
        return Behaviors.setup(context -> new Ensemble(context, faults, replicas, underWayMax, random));
    }

    private Ensemble(
            ActorContext<Replica.Message> context,
            Faults faults,
            Collection<String> replicas,
            int underWayMax,
            RandomGenerator random) {
        super(context);
        this.faults = faults;
        this.replicas = new TreeSet<>(replicas);
        this.underWayMax = underWayMax;
        this.firstSerial = faults.kind() == Faults.Kind.BYZANTINE ? random.nextLong(1L << 62) : 0;
        this.turn = random.nextInt(this.replicas.size());
        this.replicas.forEach(node -> ears.put(node, ear(node)));
    }

    /** An actor for each, because all that tells who has answered is where the answer was sent to. */
    private ActorRef<Replica.Reply> ear(String node) {
        ActorRef<Replica.Message> self = getContext().getSelf();
        return getContext()
                .spawn(
                        Behaviors.receiveMessage(reply -> {
                            self.tell(new Said(node, reply));
                            return Behaviors.same();
                        }),
                        "ear-" + node);
    }

    @Override
    public Receive<Replica.Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(ReplicaAt.class, this::onReplicaAt)
                .onMessage(Said.class, this::onSaid)
                .onMessage(Replica.OpenSession.class, open -> ask(Key.OPENING, open))
                .onMessage(Replica.Propose.class, this::onPropose)
                .onMessage(Replica.Query.class, query -> ask(Key.read(query.id()), query))
                .onMessage(Replica.Observe.class, observe -> this) // Nobody leads an ensemble.
                .onMessage(Replica.Request.class, this::refuse)
                .build();
    }

    private Behavior<Replica.Message> onReplicaAt(ReplicaAt at) {
        if (replicas.contains(at.node())) {
            ActorRef<Replica.Reply> ear = Objects.requireNonNull(ears.get(at.node()), "every replica has one");
            at.replica()
                    .ifPresentOrElse(
                            replica -> places.put(at.node(), new Place(replica, ear)), () -> places.remove(at.node()));
        }
        return this;
    }

    /** Several replicas propose the same: without a session it would be done several times. */
    private Behavior<Replica.Message> onPropose(Replica.Propose propose) {
        return propose.session() == Replica.NO_SESSION ? refuse(propose) : ask(Key.of(propose), propose);
    }

    private Behavior<Replica.Message> refuse(Replica.Request request) {
        Rejections.reject(
                request,
                Replica.Reason.UNSUPPORTED,
                "an ensemble opens sessions, takes proposals in them, and queries; for more ask one of its replicas");
        return this;
    }

    // -- asking

    private Behavior<Replica.Message> ask(Key key, Replica.Request request) {
        underWay.remove(key);
        if (underWay.size() >= underWayMax) {
            underWay.remove(underWay.keySet().iterator().next());
        }
        boolean isOneEnough = faults.alikeMin() == 1 || request instanceof Replica.OpenSession;
        underWay.put(key, new Asked(request, new Tally<>(replicas.size(), isOneEnough ? 1 : faults.alikeMin())));
        if (isOneEnough) {
            nextInTurn().ifPresent(place -> send(place, request));
        } else {
            places.values().forEach(place -> send(place, request));
        }
        return this;
    }

    private Optional<Place> nextInTurn() {
        List<Place> there = List.copyOf(places.values());
        return there.isEmpty() ? Optional.empty() : Optional.of(there.get(Math.floorMod(turn++, there.size())));
    }

    private void send(Place place, Replica.Request request) {
        if (request instanceof Replica.Propose propose) {
            place.replica()
                    .tell(new Replica.Propose(
                            propose.session(),
                            propose.serial() + firstSerial,
                            propose.acknowledgedBelow() + firstSerial,
                            propose.command(),
                            place.ear()));
        } else if (request instanceof Replica.Query query) {
            place.replica().tell(new Replica.Query(query.id(), query.query(), query.consistency(), place.ear()));
        } else {
            place.replica().tell(new Replica.OpenShared(place.ear()));
        }
    }

    // -- being answered

    private Behavior<Replica.Message> onSaid(Said said) {
        if (said.reply() instanceof Replica.SessionOpened) {
            hear(Key.OPENING, said, said.reply());
        } else if (said.reply() instanceof Replica.Applied applied) {
            hear(proposal(applied.session(), applied.serial()), said, applied);
        } else if (said.reply() instanceof Replica.Answered answered) {
            hear(Key.read(answered.id()), said, answered.result());
        } else if (said.reply() instanceof Replica.Rejected rejected) {
            hear(rejectedKey(rejected), said, rejected.reason()); // How it is put may differ.
        }
        return this;
    }

    private Key proposal(long session, long serial) {
        return new Key(false, session, serial - firstSerial);
    }

    private Key rejectedKey(Replica.Rejected rejected) {
        if (rejected.session() != Replica.NO_SESSION) {
            return proposal(rejected.session(), rejected.serial());
        }
        return rejected.serial() == Key.OPENING.number() ? Key.OPENING : Key.read(rejected.serial());
    }

    private void hear(Key key, Said said, Object content) {
        Asked asked = underWay.get(key);
        if (asked != null && asked.tally().say(said.node(), content)) {
            underWay.remove(key);
            answer(asked.request(), said.reply());
        }
    }

    private void answer(Replica.Request request, Replica.Reply reply) {
        if (request instanceof Replica.Propose propose) {
            if (reply instanceof Replica.Applied applied) {
                propose.replyTo()
                        .tell(new Replica.Applied(
                                propose.session(), propose.serial(), applied.index(), applied.result()));
            } else if (reply instanceof Replica.Rejected rejected) {
                propose.replyTo()
                        .tell(new Replica.Rejected(
                                propose.session(), propose.serial(), rejected.reason(), rejected.detail()));
            }
        } else if (request instanceof Replica.Query query) {
            query.replyTo().tell(reply);
        } else if (request instanceof Replica.OpenSession open) {
            open.replyTo().tell(reply);
        }
    }
}
