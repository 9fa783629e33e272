package io.troupe.pbft;

import io.troupe.replication.Engine;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.PeerDirectory.PeerAt;
import io.troupe.replication.Replica;
import io.troupe.wire.WireBytes;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A replica in the hands of an adversary: inside it is as any other, and whatever it says to others passes through the
 * present {@link Treason}, sealed again with the traitor's own keys, for it has no others.
 */
final class TraitorEngine implements Engine {

    private final Engine loyal;
    private final Keys keys;
    private final RandomGenerator random;
    private final Supplier<Treason> present;

    private final List<String> fellows;

    TraitorEngine(Engine loyal, Keys keys, RandomGenerator random, List<String> fellows, Supplier<Treason> present) {
        this.fellows = fellows;
        this.loyal = loyal;
        this.keys = keys;
        this.random = random;
        this.present = present;
    }

    @Override
    public String name() {
        return loyal.name();
    }

    @Override
    public Duration electionTimeout() {
        return loyal.electionTimeout();
    }

    @Override
    public Behavior<Replica.Message> replica(Seat seat) {
        return Behaviors.setup(context -> {
            WireBytes bytes = WireBytes.of(context.getSystem());
            Notary notary = new Notary(seat.group(), seat.node(), keys, bytes);
            Traitor traitor = new Traitor(
                    seat.node(),
                    random,
                    notary,
                    new Membership(seat.members()),
                    fellows,
                    name -> new Notary(seat.group(), name, new DealtKeys(name, seat.members()), bytes));
            ActorRef<PeerDirectory.Command> directory = context.spawn(between(seat, notary, traitor), "traitor");
            Behavior<Replica.Message> replica = loyal.replica(new Seat(
                    seat.group(),
                    seat.node(),
                    seat.members(),
                    seat.factory(),
                    seat.random(),
                    directory,
                    seat.hosted()));
            return Behaviors.intercept(() -> new Ear(traitor, notary), replica);
        });
    }

    /** Takes note of what others say. */
    private static final class Ear extends BehaviorInterceptor<Replica.Message, Replica.Message> {

        private final Traitor traitor;
        private final Notary notary;

        Ear(Traitor traitor, Notary notary) {
            super(Replica.Message.class);
            this.traitor = traitor;
            this.notary = notary;
        }

        @Override
        public Behavior<Replica.Message> aroundReceive(
                TypedActorContext<Replica.Message> context,
                Replica.Message message,
                ReceiveTarget<Replica.Message> replica) {
            if (message instanceof Sealed || message instanceof Signed) {
                traitor.overhear(message);
            }
            if (message instanceof Signed signed) {
                notary.open(signed)
                        .filter(PbftMessage.NewKey.class::isInstance)
                        .map(PbftMessage.NewKey.class::cast)
                        .ifPresent(key -> traitor.learn(signed, key));
            }
            return replica.apply(context, message);
        }
    }

    /** Tells the replica of its peers, but to talk to them it has to talk to the traitor. */
    private Behavior<PeerDirectory.Command> between(Seat seat, Notary notary, Traitor traitor) {
        return Behaviors.setup(context -> Behaviors.receive(PeerDirectory.Command.class)
                .onMessage(PeerDirectory.Join.class, join -> {
                    ActorRef<PeerAt> listener = context.spawnAnonymous(listening(join.listener(), notary, traitor));
                    seat.directory().tell(new PeerDirectory.Join(join.group(), join.peers(), join.replica(), listener));
                    return Behaviors.same();
                })
                .build());
    }

    private Behavior<PeerAt> listening(ActorRef<PeerAt> replica, Notary notary, Traitor traitor) {
        return Behaviors.setup(context -> Behaviors.receive(PeerAt.class)
                .onMessage(PeerAt.class, at -> {
                    replica.tell(new PeerAt(
                            at.node(), at.replica().map(peer -> mouth(context, at.node(), peer, notary, traitor))));
                    return Behaviors.same();
                })
                .build());
    }

    private ActorRef<Replica.Message> mouth(
            ActorContext<PeerAt> context,
            String reader,
            ActorRef<Replica.Message> peer,
            Notary notary,
            Traitor traitor) {
        return context.spawnAnonymous(Behaviors.setup(mouth -> Behaviors.receive(Replica.Message.class)
                .onAnyMessage(message -> {
                    say(message, reader, (said, delay) -> tell(mouth, peer, said, delay), notary, traitor);
                    return Behaviors.same();
                })
                .build()));
    }

    private static void tell(
            ActorContext<Replica.Message> mouth, ActorRef<Replica.Message> peer, Replica.Message said, Duration delay) {
        if (delay.isZero()) {
            peer.tell(said);
        } else {
            mouth.scheduleOnce(delay, peer, said);
        }
    }

    private void say(
            Replica.Message message,
            String reader,
            BiConsumer<Replica.Message, Duration> peer,
            Notary notary,
            Traitor traitor) {
        Treason treason = present.get();
        if (message instanceof Signed signed) {
            notary.open(signed).stream()
                    .flatMap(own -> treason.twist(own, reader, traitor).stream())
                    .forEach(twisted -> peer.accept(notary.sign(twisted), treason.delay(twisted, traitor)));
        } else if (message instanceof Sealed letter && letter.from().equals(traitor.name)) {
            notary.read(letter).stream().flatMap(TraitorEngine::oneByOne).forEach(own -> {
                treason.twist(own, reader, traitor).forEach(twisted -> {
                    List<String> readers = treason.isForAll(twisted) ? traitor.all() : List.of(reader);
                    Sealed said = letter.hasSignature() && twisted instanceof PbftMessage.Request request
                            ? notary.sealAndSign(request, readers)
                            : notary.seal(twisted, readers);
                    peer.accept(said, treason.delay(twisted, traitor));
                });
                treason.besides(traitor).forEach(others -> peer.accept(others, Duration.ZERO));
                treason.inOthersNames(own, traitor)
                        .ifPresent(lie -> traitor.others().forEach(other -> treason.forge(lie, other, reader, traitor)
                                .ifPresent(forged -> peer.accept(forged, Duration.ZERO))));
            });
        } else if (treason != Treason.MUTE) {
            if (message instanceof Sealed letter) {
                notary.read(letter)
                        .filter(PbftMessage.Request.class::isInstance)
                        .map(PbftMessage.Request.class::cast)
                        .ifPresent(traitor::spyOn);
            }
            peer.accept(message, Duration.ZERO); // Another's words, which it can hand on or keep.
        }
    }

    /** What travels together is twisted by itself. */
    private static Stream<PbftMessage> oneByOne(PbftMessage said) {
        return said instanceof PbftMessage.Piggybacked together
                ? Stream.concat(together.commits().stream(), Stream.of(together.carrier()))
                : Stream.of(said);
    }
}
