package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Command;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.Nothing;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.OpenShared;
import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.TentativeReply;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.voting.Tally;
import io.troupe.wire.WireBytes;
import java.io.NotSerializableException;
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
 * time, and signed then ({@link Suspects}); believes an answer that enough replicas give alike. So no single replica is believed, not even this node's.
 *
 * <p>Together they are one client of the paper, which has one request under way; here it is a few, and what is asked
 * meanwhile is the next one. So under load a request has many operations, and they share its authenticator and its replies.
 *
 * <p>With fast reads (§5.1) a read is sent to all replicas, and believed when a quorum answers it alike from the same
 * state; else it is ordered like a command. Then a command is believed from a quorum, too, and not from f+1 replicas: what
 * was answered is in a correct replica of any quorum that answers a read. Replies that are tentative need a quorum in any case
 * ({@link ReplyVotes}).
 *
 * <p>Deviates: the paper compares results of reads and not from which state they are. A value that is written, overwritten
 * and written again could then be read out of order: a quorum may answer alike from different states.
 */
final class VotingClient extends AbstractBehavior<VotingClient.Message> {

    /** What it understands. */
    sealed interface Message permits Ask, AskForNothing, Said, Tick, Gathered {}

    /**
     * From a service on this node: a {@link Replica.OpenSession} or {@link Replica.OpenShared}, {@link Replica.Propose}, or
     * {@link Replica.Query}.
     */
    record Ask(Replica.Request request) implements Message {}

    /** From this node's replica: a null request is to be ordered, when nothing else of this node's is on its way. */
    enum AskForNothing implements Message {
        NOTHING
    }

    /** From a replica: a {@link Reply}, {@link TentativeReply} or {@link ReadReply}. */
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
     * @param isSigned whether a request is to be signed, too
     */
    record Say(Optional<String> to, PbftMessage message, boolean isSigned) implements Replica.Message {}

    /** For so many of {@code client-silence} what follows is signed, too; a primary that asks for more is silent once in as long. */
    private static final int SILENCES_SIGNED = 16;

    /** An answer goes to whoever asked, who asks the replica, which asks here: that is two ways to the replica and back. */
    private static final int GATHERED_IN_VAIN_MAX = 2;

    private final Membership members;
    private final PbftSettings settings;
    private final String node;
    private final WireBytes bytes;
    private final long life;
    private final ActorRef<? super Replica.Message> replica;
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    /** Commands have one, and reads that are not ordered have one. */
    private final Lane ordered;

    private final Lane reads;
    /** Under way or waiting. */
    private final Outstanding outstanding = new Outstanding();

    private long number;
    private long view;
    /** A request had to be sent again: perhaps the primary asks for signatures ({@link Suspects}), which cost more than all else. */
    private long signsUntilTick;

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
        this.ordered = new Lane(settings);
        this.reads = new Lane(settings);
        this.node = node;
        this.bytes = bytes;
        this.life = life;
        this.replica = replica;
        timers.startTimerAtFixedRate(Tick.TICK, Tick.TICK, settings.tick());
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ask.class, this::onAsk)
                .onMessageEquals(AskForNothing.NOTHING, this::onAskForNothing)
                .onMessage(Gathered.class, this::onGathered)
                .onMessage(Said.class, this::onSaid)
                .onMessageEquals(Tick.TICK, this::onTick)
                .build();
    }

    // -- asking

    private Behavior<Message> onAsk(Ask ask) {
        Replica.Request asked = ask.request();
        if (outstanding.has(asked)) {
            return this;
        } else if (outstanding.size() >= settings.maxClientRequests()) {
            Rejections.reject(
                    asked,
                    Replica.Reason.OVERLOADED,
                    "the node has its limit of " + settings.maxClientRequests() + " requests under way");
        } else if (asked instanceof Replica.OpenSession) {
            want(ordered, asked, new OpenSession(), 0);
        } else if (asked instanceof Replica.OpenShared) {
            want(ordered, asked, new OpenShared(), 0);
        } else if (asked instanceof Replica.Propose propose) {
            onPropose(propose);
        } else if (asked instanceof Replica.Query query) {
            onQuery(query);
        }
        return this;
    }

    private Behavior<Message> onAskForNothing() {
        if (ordered.isIdle()) {
            var asked = new Replica.Propose(
                    Replica.NO_SESSION,
                    0,
                    0,
                    ByteString.emptyByteString(),
                    getContext().getSystem().ignoreRef());
            want(ordered, asked, new Nothing(), 0);
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
        outstanding.add(asked);
        lane.add(new Lane.Wanted(asked, operation, bytes, tick + settings.ticks(settings.clientPatience())));
        sendSoon(lane);
    }

    private void sendSoon(Lane lane) {
        if (!lane.isReady()) {
            return;
        }
        if (lane.isOfOne()) {
            begin(lane); // A single client, which nobody else is waited for with.
        } else {
            gather(lane, 0);
        }
    }

    /** Clients that are answered together ask again together: what comes one after the other goes in one request. */
    private void gather(Lane lane, int inVain) {
        lane.setGathering(true);
        replica.tell(new Gather(new Gathered(lane, lane.waiting(), inVain)));
    }

    private Behavior<Message> onGathered(Gathered gathered) {
        Lane lane = gathered.lane();
        int waiting = lane.waiting();
        int inVain = waiting > gathered.before() ? 0 : gathered.inVain() + 1;
        if (inVain < GATHERED_IN_VAIN_MAX && waiting < settings.maxBatchRequests()) {
            gather(lane, inVain); // More may be coming.
        } else {
            lane.setGathering(false);
            if (waiting > 0) {
                begin(lane);
            }
            sendSoon(lane);
        }
        return this;
    }

    private void begin(Lane lane) {
        List<Lane.Wanted> wanted = lane.begin();
        RequestId id = new RequestId(node, life, ++number);
        List<Command> all = wanted.stream().map(Lane.Wanted::operation).toList();
        PbftMessage message = lane == reads ? new ReadOnly(id, queries(all)) : new Request(id, all);
        Pending request = new Pending(
                lane,
                wanted,
                message,
                new Tally<>(members.size(), members.quorum()),
                new ReplyVotes(needed(), neededIfTentative()),
                tick + settings.ticks(settings.clientPatience()));
        request.sendAgainAt(tick + settings.ticks(settings.clientSilence()));
        pending.put(id.number(), request);
        say(message instanceof Request ? Optional.of(members.primary(view)) : Optional.empty(), message);
    }

    private void say(Optional<String> to, PbftMessage message) {
        replica.tell(new Say(to, message, tick < signsUntilTick));
    }

    private static List<ByteString> queries(List<Command> reads) {
        return reads.stream()
                .filter(OrderedRead.class::isInstance)
                .map(read -> ((OrderedRead) read).query())
                .toList();
    }

    private void end(long number, Pending request) {
        pending.remove(number);
        request.lane.end(request.wanted.size());
        request.wanted.forEach(wanted -> outstanding.remove(wanted.asked()));
        sendSoon(request.lane);
    }

    private Behavior<Message> onTick() {
        tick++;
        for (Map.Entry<Long, Pending> one : List.copyOf(pending.entrySet())) {
            Pending request = one.getValue();
            if (tick >= request.givenUpTick) {
                end(one.getKey(), request);
                request.wanted.forEach(wanted -> giveUp(wanted, Replica.Reason.OUTCOME_UNKNOWN));
            } else if (request.isToBeSentAgain(tick)) {
                request.sendAgainAt(tick + settings.ticks(settings.clientSilence()));
                request.orderInstead();
                signsUntilTick = tick + SILENCES_SIGNED * settings.ticks(settings.clientSilence());
                say(Optional.empty(), request.message()); // "broadcasts the request to all replicas"
            }
        }
        giveUpWaiting(ordered);
        giveUpWaiting(reads);
        return this;
    }

    private void giveUpWaiting(Lane lane) {
        for (Lane.Wanted wanted : lane.takeOverdue(tick)) {
            outstanding.remove(wanted.asked());
            giveUp(wanted, Replica.Reason.NO_LEADER);
        }
    }

    private static void giveUp(Lane.Wanted wanted, Replica.Reason ofCommand) {
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
        if (said.message() instanceof Reply reply) {
            underWay(reply.id(), false).ifPresent(request -> {
                if (request.hear(said.from(), reply)) {
                    believe(reply.id(), request, reply.digest());
                }
            });
        } else if (said.message() instanceof TentativeReply tentative) {
            Reply reply = tentative.reply();
            underWay(reply.id(), false).ifPresent(request -> {
                if (request.hear(said.from(), tentative)) {
                    believe(reply.id(), request, reply.digest());
                }
            });
        } else if (said.message() instanceof ReadReply reply) {
            underWay(reply.id(), true).ifPresent(request -> onReadReply(said.from(), reply, request));
        }
        return this;
    }

    private void onReadReply(String from, ReadReply reply, Pending request) {
        if (request.hear(from, reply) && believe(reply.id(), request, reply.digest())) {
            return;
        }
        if (request.isReadInVain()) {
            request.orderInstead(); // They were not in the same state.
            say(Optional.of(members.primary(view)), request.message());
        }
    }

    private Optional<Pending> underWay(RequestId id, boolean asReadOnly) {
        return id.client().equals(node) && id.life() == life
                ? Optional.ofNullable(pending.get(id.number())).filter(request -> request.isReadOnly() == asReadOnly)
                : Optional.empty();
    }

    /** Replies that are final. */
    private int needed() {
        return settings.fastReads() ? members.quorum() : members.weakQuorum();
    }

    /** Replies of which some are not. */
    private int neededIfTentative() {
        return members.quorum();
    }

    /** @return false when nobody has sent the whole of it yet */
    private boolean believe(RequestId id, Pending request, Digest results) {
        if (!answer(request, results)) {
            return false;
        }
        end(id.number(), request);
        request.view(members.faults()).ifPresent(said -> view = Math.max(view, said));
        return true;
    }

    private boolean answer(Pending request, Digest results) {
        Optional<List<Replica.Reply>> replies =
                request.results(results).flatMap(this::read).filter(read -> read.size() == request.wanted.size());
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
        } else if (reply instanceof Replica.Rejected rejected) {
            Rejections.reject(asked, rejected.reason(), rejected.detail());
        } else if (asked instanceof Replica.Propose propose) {
            propose.replyTo().tell(reply);
        } else if (asked instanceof Replica.OpenSession open) {
            open.replyTo().tell(reply);
        } else if (asked instanceof Replica.OpenShared open) {
            open.replyTo().tell(reply);
        }
    }
}
