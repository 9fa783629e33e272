package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.voting.Tally;
import io.troupe.wire.Wire;
import io.troupe.wire.WireBytes;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/**
 * The clients of one node (§4.1): sends a request to the primary, and to all replicas when the answer does not come in
 * time; believes an answer that enough replicas give alike. So no single replica is believed, not even this node's.
 *
 * <p>With fast reads (§5.1) a read is sent to all replicas, and believed when a quorum answers it alike from the same
 * state; else it is ordered like a command. Then a command is believed from a quorum, too, and not from f+1 replicas: what
 * was answered is in a correct replica of any quorum that answers a read.
 *
 * <p>Deviates: the paper compares results of reads and not from which state they are. A value that is written, overwritten
 * and written again could then be read out of order: a quorum may answer alike from different states.
 */
final class VotingClient extends AbstractBehavior<VotingClient.Message> {

    /** What it understands. */
    sealed interface Message permits Ask, Said, Tick {}

    /** From a service on this node: a {@link Replica.OpenSession}, {@link Replica.Propose}, or {@link Replica.Query}. */
    record Ask(Replica.Request request) implements Message {}

    /** From a replica: a {@link Reply} or {@link ReadReply}. */
    record Said(String from, PbftMessage message) implements Message {}

    private enum Tick implements Message {
        TICK
    }

    /**
     * To be sealed and sent.
     *
     * @param to empty for all replicas
     */
    record Say(Optional<String> to, PbftMessage message) implements Replica.Message {}

    /** What a replica answered, told apart by what must be the same. */
    private record Answer(long index, Digest digest) {}

    /** A request that is not answered yet. */
    private static final class Pending {
        final Replica.Request asked;
        PbftMessage message;
        final Tally<Answer> answers;
        /** In which view each replica says it is. */
        final TreeMap<String, Long> views = new TreeMap<>();

        final TreeMap<Digest, Wire> whole = new TreeMap<>();
        Optional<ByteString> read = Optional.empty();
        final long givenUpTick;
        long sendAgainTick;

        Pending(Replica.Request asked, PbftMessage message, Tally<Answer> answers, long givenUpTick) {
            this.asked = asked;
            this.answers = answers;
            this.message = message;
            this.givenUpTick = givenUpTick;
        }
    }

    private static final long NO_INDEX = 0;

    private final Membership members;
    private final PbftSettings settings;
    private final String node;
    private final WireBytes bytes;
    private final long life;
    private final ActorRef<? super Say> replica;
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private long number;
    private long view;
    private long tick;

    /** @param life different from that of any other client of this node: its requests are told apart by it */
    static Behavior<Message> create(
            Membership members,
            PbftSettings settings,
            String node,
            WireBytes bytes,
            long life,
            ActorRef<? super Say> replica) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new VotingClient(context, timers, members, settings, node, bytes, life, replica)));
    }

    private VotingClient(
            ActorContext<Message> context,
            TimerScheduler<Message> timers,
            Membership members,
            PbftSettings settings,
            String node,
            WireBytes bytes,
            long life,
            ActorRef<? super Say> replica) {
        super(context);
        this.members = members;
        this.settings = settings;
        this.node = node;
        this.bytes = bytes;
        this.life = life;
        this.replica = replica;
        timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, settings.tick());
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ask.class, this::onAsk)
                .onMessage(Said.class, this::onSaid)
                .onMessageEquals(Tick.TICK, this::onTick)
                .build();
    }

    // -- asking

    private Behavior<Message> onAsk(Ask ask) {
        Replica.Request asked = ask.request();
        if (pending.size() >= settings.maxClientRequests()) {
            Rejections.reject(
                    asked,
                    Replica.Reason.OVERLOADED,
                    "the node has its limit of " + settings.maxClientRequests() + " requests under way");
        } else if (asked instanceof Replica.OpenSession) {
            order(asked, new OpenSession());
        } else if (asked instanceof Replica.Propose propose) {
            onPropose(propose);
        } else if (asked instanceof Replica.Query query) {
            onQuery(query);
        }
        return this;
    }

    private void onPropose(Replica.Propose propose) {
        if (propose.command().length() > settings.maxRequestBytes()) {
            Rejections.reject(
                    propose,
                    Replica.Reason.TOO_LARGE,
                    "the command has " + propose.command().length() + " bytes; at most " + settings.maxRequestBytes()
                            + " are taken");
        } else {
            order(
                    propose,
                    new Execute(propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command()));
        }
    }

    private void onQuery(Replica.Query query) {
        if (settings.fastReads()) {
            RequestId id = nextId();
            begin(id, query, new ReadOnly(id, query.query()));
        } else {
            order(query, new OrderedRead(query.query()));
        }
    }

    private void order(Replica.Request asked, Command operation) {
        RequestId id = nextId();
        begin(id, asked, new Request(id, operation));
    }

    private RequestId nextId() {
        return new RequestId(node, life, ++number);
    }

    private void begin(RequestId id, Replica.Request asked, PbftMessage message) {
        var answers = new Tally<Answer>(members.size(), needed());
        Pending request = new Pending(asked, message, answers, tick + settings.ticks(settings.clientPatience()));
        request.sendAgainTick = tick + settings.ticks(settings.clientSilence());
        pending.put(id.number(), request);
        replica.tell(
                new Say(message instanceof Request ? Optional.of(members.primary(view)) : Optional.empty(), message));
    }

    private Behavior<Message> onTick() {
        tick++;
        for (Map.Entry<Long, Pending> one : List.copyOf(pending.entrySet())) {
            Pending request = one.getValue();
            if (tick >= request.givenUpTick) {
                pending.remove(one.getKey());
                giveUp(request);
            } else if (tick >= request.sendAgainTick) {
                request.sendAgainTick = tick + settings.ticks(settings.clientSilence());
                orderInstead(request);
                replica.tell(new Say(Optional.empty(), request.message)); // "broadcasts the request to all replicas"
            }
        }
        return this;
    }

    private static void giveUp(Pending request) {
        boolean isRead = request.asked instanceof Replica.Query;
        Rejections.reject(
                request.asked,
                isRead ? Replica.Reason.NO_LEADER : Replica.Reason.OUTCOME_UNKNOWN,
                "not enough replicas have answered alike");
    }

    // -- being answered

    private Behavior<Message> onSaid(Said said) {
        if (said.message() instanceof Reply reply && isOwn(reply.id())) {
            Pending request = pending.get(reply.id().number());
            if (request != null && request.message instanceof Request) {
                reply.reply()
                        .filter(whole -> bytesOf(whole).equals(reply.digest()))
                        .ifPresent(whole -> request.whole.put(reply.digest(), whole));
                count(reply.id().number(), request, said.from(), reply.view(), new Answer(NO_INDEX, reply.digest()));
            }
        } else if (said.message() instanceof ReadReply reply && isOwn(reply.id())) {
            Pending request = pending.get(reply.id().number());
            if (request != null && request.message instanceof ReadOnly) {
                reply.result()
                        .filter(whole -> Digest.of(whole).equals(reply.digest()))
                        .ifPresent(whole -> request.read = Optional.of(whole));
                count(
                        reply.id().number(),
                        request,
                        said.from(),
                        reply.view(),
                        new Answer(reply.index(), reply.digest()));
            }
        }
        return this;
    }

    private boolean isOwn(RequestId id) {
        return id.client().equals(node) && id.life() == life;
    }

    private Digest bytesOf(Wire whole) {
        return Digest.of(bytes.write(whole));
    }

    private void count(long one, Pending request, String from, long saidView, Answer answer) {
        if (!members.contains(from)) {
            return;
        }
        request.views.put(from, saidView);
        if (isBelieved(request, from, answer) && answer(request, answer)) {
            pending.remove(one);
            learnView(request);
        } else if (request.message instanceof ReadOnly && !request.answers.isOpen()) {
            orderInstead(request); // They were not in the same state.
            replica.tell(new Say(Optional.of(members.primary(view)), request.message));
        }
    }

    private static boolean isBelieved(Pending request, String from, Answer answer) {
        if (answer.index() == ReadReply.REFUSED) {
            request.answers.abstain(from);
            return false;
        }
        return request.answers.say(from, answer);
    }

    /** The latest view that a correct replica is in: f may have made theirs up. */
    private void learnView(Pending request) {
        request.views.values().stream()
                .sorted(Comparator.reverseOrder())
                .skip(members.faults())
                .findFirst()
                .ifPresent(said -> view = Math.max(view, said));
    }

    private int needed() {
        return settings.fastReads() ? members.quorum() : members.weakQuorum();
    }

    private static void orderInstead(Pending request) {
        if (request.message instanceof ReadOnly read) {
            request.message = new Request(read.id(), new OrderedRead(read.query()));
            request.answers.clear();
        }
    }

    /** @return false when nobody has sent the whole of it yet */
    private boolean answer(Pending request, Answer answer) {
        if (request.message instanceof ReadOnly && request.asked instanceof Replica.Query query) {
            Optional<ByteString> result =
                    request.read.filter(read -> Digest.of(read).equals(answer.digest()));
            result.ifPresent(read -> query.replyTo().tell(new Replica.Answered(query.id(), answer.index(), read)));
            return result.isPresent();
        }
        if (!(request.whole.get(answer.digest()) instanceof Replica.Reply reply)) {
            return false;
        }
        if (request.asked instanceof Replica.Query query && reply instanceof Replica.Answered answered) {
            query.replyTo().tell(new Replica.Answered(query.id(), answered.appliedIndex(), answered.result()));
        } else if (request.asked instanceof Replica.Propose propose) {
            propose.replyTo().tell(reply);
        } else if (request.asked instanceof Replica.OpenSession open) {
            open.replyTo().tell(reply);
        }
        return true;
    }
}
