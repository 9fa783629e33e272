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
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.voting.Tally;
import io.troupe.wire.WireBytes;
import java.io.NotSerializableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * <p>Together they are one client of the paper, which has one request under way; here it is a few, and what is asked
 * meanwhile is the next one. So under load a request has many operations, and they share its authenticator and its replies.
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
    sealed interface Message permits Ask, Said, Tick, Gathered {}

    /** From a service on this node: a {@link Replica.OpenSession}, {@link Replica.Propose}, or {@link Replica.Query}. */
    record Ask(Replica.Request request) implements Message {}

    /** From a replica: a {@link Reply} or {@link ReadReply}. */
    record Said(String from, PbftMessage message) implements Message {}

    private enum Tick implements Message {
        TICK
    }

    /**
     * Comes back from the replica, through which all asks come: what was on its way then is here now.
     *
     * @param before how much there was to send when this was sent
     * @param inVain how often in succession nothing had come before that
     */
    private record Gathered(Lane lane, int before, int inVain) implements Message {}

    /** To be sent back at once. */
    record Gather(Message gathered) implements Replica.Message {}

    /**
     * To be sealed and sent.
     *
     * @param to empty for all replicas
     */
    record Say(Optional<String> to, PbftMessage message) implements Replica.Message {}

    /** What a replica answered, told apart by what must be the same. */
    private record Answer(long index, Digest digest) {}

    /**
     * What a client of this node wants.
     *
     * @param operation as it is ordered
     */
    private record Wanted(Replica.Request asked, Command operation, int bytes, long givenUpTick) {}

    /** Commands have one, and reads that are not ordered have one. */
    private static final class Lane {
        final ArrayDeque<Wanted> waiting = new ArrayDeque<>();
        int underWay;
        boolean gathers;
    }

    /** The whole of what a replica answered. */
    private record Whole(Digest digest, ByteString results) {}

    /** A request that is not answered yet. */
    private static final class Pending {
        final Lane lane;
        final List<Wanted> wanted;
        PbftMessage message;
        final Tally<Answer> answers;
        /** In which view each replica says it is. */
        final TreeMap<String, Long> views = new TreeMap<>();

        final TreeMap<String, Whole> whole = new TreeMap<>();
        final long givenUpTick;
        long sendAgainTick;

        Pending(Lane lane, List<Wanted> wanted, PbftMessage message, Tally<Answer> answers, long givenUpTick) {
            this.lane = lane;
            this.wanted = wanted;
            this.answers = answers;
            this.message = message;
            this.givenUpTick = givenUpTick;
        }
    }

    private static final long NO_INDEX = 0;
    /** An answer goes to whoever asked, who asks the replica, which asks here: that is two ways to the replica and back. */
    private static final int GATHERED_IN_VAIN_MAX = 2;

    private final Membership members;
    private final PbftSettings settings;
    private final String node;
    private final WireBytes bytes;
    private final long life;
    private final ActorRef<? super Replica.Message> replica;
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private final Lane ordered = new Lane();
    private final Lane reads = new Lane();
    /** Under way or waiting. */
    private int operations;

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
            ActorRef<? super Replica.Message> replica) {
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
            ActorRef<? super Replica.Message> replica) {
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
                .onMessage(Gathered.class, this::onGathered)
                .onMessage(Said.class, this::onSaid)
                .onMessageEquals(Tick.TICK, this::onTick)
                .build();
    }

    // -- asking

    private Behavior<Message> onAsk(Ask ask) {
        Replica.Request asked = ask.request();
        if (operations >= settings.maxClientRequests()) {
            Rejections.reject(
                    asked,
                    Replica.Reason.OVERLOADED,
                    "the node has its limit of " + settings.maxClientRequests() + " requests under way");
        } else if (asked instanceof Replica.OpenSession) {
            want(ordered, asked, new OpenSession(), 0);
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
            var execute =
                    new Execute(propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command());
            want(ordered, propose, execute, propose.command().length());
        }
    }

    private void onQuery(Replica.Query query) {
        ByteString text = query.query();
        want(settings.fastReads() ? reads : ordered, query, new OrderedRead(text), text.length());
    }

    private void want(Lane lane, Replica.Request asked, Command operation, int bytes) {
        operations++;
        lane.waiting.add(new Wanted(asked, operation, bytes, tick + settings.ticks(settings.clientPatience())));
        sendSoon(lane);
    }

    private void sendSoon(Lane lane) {
        if (!lane.gathers && !lane.waiting.isEmpty() && lane.underWay < settings.clientPipeline()) {
            gather(lane, 0);
        }
    }

    /** Clients that are answered together ask again together: what comes one after the other goes in one request. */
    private void gather(Lane lane, int inVain) {
        lane.gathers = true;
        replica.tell(new Gather(new Gathered(lane, lane.waiting.size(), inVain)));
    }

    private Behavior<Message> onGathered(Gathered gathered) {
        Lane lane = gathered.lane();
        int waiting = lane.waiting.size();
        int inVain = waiting > gathered.before() ? 0 : gathered.inVain() + 1;
        if (inVain < GATHERED_IN_VAIN_MAX && waiting < settings.maxBatchRequests()) {
            gather(lane, inVain); // More may be coming.
        } else {
            lane.gathers = false;
            if (waiting > 0) {
                begin(lane, take(lane));
            }
            sendSoon(lane);
        }
        return this;
    }

    /** As many as a batch may have. */
    private List<Wanted> take(Lane lane) {
        List<Wanted> taken = new ArrayList<>();
        long bytes = 0;
        while (!lane.waiting.isEmpty() && taken.size() < settings.maxBatchRequests()) {
            bytes += lane.waiting.getFirst().bytes();
            if (!taken.isEmpty() && bytes > settings.maxBatchBytes()) {
                break;
            }
            taken.add(lane.waiting.remove());
        }
        return taken;
    }

    private void begin(Lane lane, List<Wanted> wanted) {
        RequestId id = new RequestId(node, life, ++number);
        List<Command> all = wanted.stream().map(Wanted::operation).toList();
        PbftMessage message = lane == reads ? new ReadOnly(id, queries(all)) : new Request(id, all);
        var answers = new Tally<Answer>(members.size(), needed());
        Pending request = new Pending(lane, wanted, message, answers, tick + settings.ticks(settings.clientPatience()));
        request.sendAgainTick = tick + settings.ticks(settings.clientSilence());
        pending.put(id.number(), request);
        lane.underWay++;
        replica.tell(
                new Say(message instanceof Request ? Optional.of(members.primary(view)) : Optional.empty(), message));
    }

    private static List<ByteString> queries(List<Command> reads) {
        return reads.stream()
                .filter(OrderedRead.class::isInstance)
                .map(read -> ((OrderedRead) read).query())
                .toList();
    }

    private void end(long number, Pending request) {
        pending.remove(number);
        request.lane.underWay--;
        operations -= request.wanted.size();
        sendSoon(request.lane);
    }

    private Behavior<Message> onTick() {
        tick++;
        for (Map.Entry<Long, Pending> one : List.copyOf(pending.entrySet())) {
            Pending request = one.getValue();
            if (tick >= request.givenUpTick) {
                end(one.getKey(), request);
                request.wanted.forEach(wanted -> giveUp(wanted, Replica.Reason.OUTCOME_UNKNOWN));
            } else if (tick >= request.sendAgainTick) {
                request.sendAgainTick = tick + settings.ticks(settings.clientSilence());
                orderInstead(request);
                replica.tell(new Say(Optional.empty(), request.message)); // "broadcasts the request to all replicas"
            }
        }
        giveUpWaiting(ordered);
        giveUpWaiting(reads);
        return this;
    }

    /** What has waited as long behind requests that nobody answered has not been sent at all. */
    private void giveUpWaiting(Lane lane) {
        while (!lane.waiting.isEmpty() && tick >= lane.waiting.getFirst().givenUpTick()) {
            operations--;
            giveUp(lane.waiting.remove(), Replica.Reason.NO_LEADER);
        }
    }

    private static void giveUp(Wanted wanted, Replica.Reason ofCommand) {
        boolean isRead = wanted.asked() instanceof Replica.Query;
        Rejections.reject(
                wanted.asked(),
                isRead ? Replica.Reason.NO_LEADER : ofCommand,
                "not enough replicas have answered alike");
    }

    // -- being answered

    private Behavior<Message> onSaid(Said said) {
        if (!members.contains(said.from())) {
            return this;
        }
        if (said.message() instanceof Reply reply && isOwn(reply.id())) {
            Pending request = pending.get(reply.id().number());
            if (request != null && request.message instanceof Request) {
                keepWhole(request, said.from(), reply.digest(), reply.results());
                count(reply.id().number(), request, said.from(), reply.view(), new Answer(NO_INDEX, reply.digest()));
            }
        } else if (said.message() instanceof ReadReply reply && isOwn(reply.id())) {
            Pending request = pending.get(reply.id().number());
            if (request != null && request.message instanceof ReadOnly) {
                keepWhole(request, said.from(), reply.digest(), reply.results());
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

    private static void keepWhole(Pending request, String from, Digest digest, Optional<ByteString> results) {
        results.filter(whole -> Digest.of(whole).equals(digest))
                .ifPresent(whole -> request.whole.put(from, new Whole(digest, whole)));
    }

    private void count(long one, Pending request, String from, long saidView, Answer answer) {
        request.views.put(from, saidView);
        if (isBelieved(request, from, answer) && answer(request, answer)) {
            end(one, request);
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
            request.message = new Request(
                    read.id(),
                    read.queries().stream().<Command>map(OrderedRead::new).toList());
            request.answers.clear();
        }
    }

    /** @return false when nobody has sent the whole of it yet */
    private boolean answer(Pending request, Answer answer) {
        Optional<List<Replica.Reply>> replies = request.whole.values().stream()
                .filter(whole -> whole.digest().equals(answer.digest()))
                .findFirst()
                .flatMap(whole -> read(whole.results()))
                .filter(read -> read.size() == request.wanted.size());
        replies.ifPresent(all -> {
            for (int i = 0; i < all.size(); i++) {
                answer(request.wanted.get(i).asked(), all.get(i));
            }
        });
        return replies.isPresent();
    }

    /** Empty for what is none: then too many replicas are faulty. */
    private Optional<List<Replica.Reply>> read(ByteString results) {
        try {
            return Optional.of(bytes.read(results, Results.class).replies());
        } catch (NotSerializableException e) {
            return Optional.empty();
        }
    }

    private static void answer(Replica.Request asked, Replica.Reply reply) {
        if (asked instanceof Replica.Query query && reply instanceof Replica.Answered answered) {
            query.replyTo().tell(new Replica.Answered(query.id(), answered.appliedIndex(), answered.result()));
        } else if (asked instanceof Replica.Propose propose) {
            propose.replyTo().tell(reply);
        } else if (asked instanceof Replica.OpenSession open) {
            open.replyTo().tell(reply);
        }
    }
}
