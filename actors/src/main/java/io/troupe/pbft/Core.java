package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Request;
import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;

/**
 * What the parts of one replica share: who it is, what it knows for good ({@link Ledger}) and for now ({@link Slot}s), and
 * how it speaks and remembers.
 */
final class Core {

    /**
     * What this node says to itself, which it need not prove to itself.
     *
     * @param letter as others would have got it, for what may come to them in a batch
     */
    record Own(Optional<Sealed> letter, PbftMessage message) implements Replica.Message {}

    /** Something to be done when all facts through {@code ticket}, {@code facts} among them, are durable. */
    private record AfterWrite(long ticket, List<Fact> facts, Runnable action) {}

    final String group;
    final String node;
    final Membership members;
    final PbftSettings settings;
    final Notary notary;
    final Ledger ledger;
    final VotingRight right;
    final Requests requests;
    final Suspects suspects;
    final Elsewhere elsewhere = new Elsewhere();
    final TentativeExecution tentative = new TentativeExecution();
    final Logger log;
    private final ActorRef<WriteAheadLog.Write<Fact.Written>> disk;
    private final ActorRef<Replica.Message> self;
    /** The other replicas that are reachable. */
    private final TreeMap<String, ActorRef<Replica.Message>> peers = new TreeMap<>();

    private final TreeMap<Long, Slot> slots = new TreeMap<>();
    private final Deque<AfterWrite> afterWrites = new ArrayDeque<>();
    private long issued;
    private long ticks;
    /** The highest sequence number whose batch is executed here for good. */
    private long executed;
    /** Whoever reads here must find what was read here before, in an earlier life too. */
    private long answersReadsFrom;

    Core(
            String group,
            String node,
            Membership members,
            PbftSettings settings,
            Notary notary,
            Ledger ledger,
            ActorRef<WriteAheadLog.Write<Fact.Written>> disk,
            ActorRef<Replica.Message> self,
            Logger log) {
        this.self = self;
        this.group = group;
        this.node = node;
        this.members = members;
        this.settings = settings;
        this.notary = notary;
        this.ledger = ledger;
        this.right = new VotingRight(ledger, settings.window());
        this.disk = disk;
        this.log = log;
        this.requests = new Requests(
                settings.maxWaitingRequests(), 2 * settings.maxWaitingRequests(), settings.operationBytes());
        this.suspects = new Suspects(settings.ticks(settings.viewChangeTimeout()));
        this.executed = ledger.latestStateSequence();
        this.answersReadsFrom = ledger.stableSequence() + settings.window();
    }

    // -- time

    long now() {
        return ticks;
    }

    void tick() {
        ticks++;
    }

    // -- peers

    void peerAt(String peer, Optional<ActorRef<Replica.Message>> replica) {
        replica.ifPresentOrElse(found -> peers.put(peer, found), () -> peers.remove(peer));
    }

    void send(String to, PbftMessage message) {
        if (to.equals(node)) {
            self.tell(new Own(Optional.empty(), message));
        } else {
            pass(to, notary.seal(message, List.of(to)));
        }
    }

    /** To all other replicas. */
    void multicast(PbftMessage message) {
        multicast(message, peers.keySet());
    }

    /** To those of the other replicas that are among {@code readers}. */
    void multicast(PbftMessage message, Collection<String> readers) {
        List<String> reached = peers.keySet().stream().filter(readers::contains).toList();
        if (!reached.isEmpty()) {
            Sealed letter = notary.seal(message, reached);
            reached.forEach(peer -> pass(peer, letter));
        }
    }

    /**
     * Asks the others for a batch; all that have it answer. So it is asked for once a tick, whatever comes meanwhile: were
     * each answer a reason to ask for the next, the others' answers to the same would be as many more.
     */
    void fetch(Slot slot, Digest batch) {
        if (slot.isToBeAskedFor(batch, ticks)) {
            multicast(new PbftMessage.FetchBatch(slot.sequence, batch));
        }
    }

    void multicast(Signed signed) {
        peers.values().forEach(peer -> peer.tell(signed));
    }

    /**
     * What this node's clients say; every replica can open it, for it may come to them in a batch.
     *
     * @param to empty for all replicas, this one too
     * @param isSigned whether a request is signed, too
     */
    void sayAsClient(Optional<String> to, PbftMessage message, boolean isSigned) {
        Sealed letter = isSigned && message instanceof Request request
                ? notary.sealAndSign(request, members.replicas())
                : notary.seal(message, members.replicas());
        for (String one : to.map(List::of).orElse(members.replicas())) {
            if (one.equals(node)) {
                self.tell(new Own(Optional.of(letter), message));
            } else {
                pass(one, letter);
            }
        }
    }

    /** Hands on what was said as it was said. */
    void pass(String to, Replica.Message said) {
        ActorRef<Replica.Message> peer = to.equals(node) ? self : peers.get(to);
        if (peer != null) {
            peer.tell(said);
        }
    }

    // -- memory

    /** The facts are true from now on; {@code whenDurable} is run when they cannot be forgotten any more. */
    void record(List<Fact> facts, Runnable whenDurable) {
        facts.forEach(ledger::apply);
        disk.tell(new WriteAheadLog.Write<>(++issued, new Fact.Written(facts)));
        afterWrites.add(new AfterWrite(issued, facts, whenDurable));
    }

    /** {@code action} is run when all facts so far are durable; when they are, it is not run at all. */
    void afterWrites(Runnable action) {
        if (!afterWrites.isEmpty()) {
            afterWrites.add(new AfterWrite(issued, List.of(), action));
        }
    }

    /** {@code action} is run when all facts so far are durable: at once, when they are. */
    void whenDurable(Runnable action) {
        if (afterWrites.isEmpty()) {
            action.run();
        } else {
            afterWrites(action);
        }
    }

    void onStored(long ticket) {
        while (!afterWrites.isEmpty() && afterWrites.getFirst().ticket() <= ticket) {
            AfterWrite written = afterWrites.remove();
            written.facts().forEach(right::onDurable);
            written.action().run();
        }
    }

    // -- views and sequence numbers

    boolean isActiveIn(long view) {
        return ledger.isActive() && ledger.view() == view;
    }

    /** The view's primary, which this replica may be. */
    String primary() {
        return members.primary(ledger.view());
    }

    /** Whether this replica is the primary of a view that is in force. */
    boolean leads() {
        return ledger.isActive() && primary().equals(node);
    }

    /** h < n ≤ H (§4.2). */
    boolean isOpen(long sequence) {
        return sequence > ledger.stableSequence() && sequence <= ledger.stableSequence() + settings.window();
    }

    /** The slot of an open sequence number. */
    Slot slot(long sequence) {
        return slots.computeIfAbsent(sequence, Slot::new);
    }

    Optional<Slot> slotIfAny(long sequence) {
        return Optional.ofNullable(slots.get(sequence));
    }

    Iterable<Slot> slots() {
        return List.copyOf(slots.values());
    }

    /** Slots of the sequence numbers above {@code below}, through {@code last}. */
    List<Slot> slotsBetween(long below, long last) {
        return below >= last
                ? List.of()
                : List.copyOf(slots.subMap(below, false, last, true).values());
    }

    /** The highest sequence number that anything was said about; 0 when nothing was. */
    long highestUsed() {
        return slots.isEmpty() ? 0 : slots.lastKey();
    }

    /** The highest sequence number that has a batch in the present view; 0 when none has. */
    long highestPrePrepared() {
        return slots.values().stream()
                .filter(slot -> slot.prePrepared().isPresent())
                .mapToLong(slot -> slot.sequence)
                .max()
                .orElse(0);
    }

    /** Bytes of the batches that are kept and not executed yet. */
    long bytesWaiting() {
        return slots.tailMap(executed, false).values().stream()
                .mapToLong(Slot::bytesKept)
                .sum();
    }

    void forgetSlotsThrough(long sequence) {
        slots.headMap(sequence, true).clear();
    }

    Optional<ByteString> batch(long sequence, Digest digest) {
        return digest.equals(notary.nullDigest())
                ? Optional.of(notary.nullBatch())
                : ledger.batch(sequence, digest).or(() -> slotIfAny(sequence).flatMap(slot -> slot.body(digest)));
    }

    long executed() {
        return executed;
    }

    void executedThrough(long sequence) {
        answersReadsFrom = Math.max(answersReadsFrom, sequence < executed ? executed : 0);
        executed = sequence;
    }

    /**
     * What was executed tentatively there is not in the state any more. Clients may believe what they were told of it, and then
     * it is executed again; until something is, reads would miss it.
     */
    void tookBack(long sequence) {
        requests.forgetTentative();
        answersReadsFrom = Math.max(answersReadsFrom, sequence);
    }

    /**
     * Whether reads may be answered from this replica's state. What it has executed is not durable as such, so after a
     * start it begins again at its latest checkpoint; that may be behind what it has answered writes and reads from in its
     * earlier life, which counts on it (§5.1). All of that was in the window, in a state that is durable, or is forgotten.
     */
    boolean mayAnswerReads() {
        return executed >= answersReadsFrom && executed >= ledger.forgottenThrough() && right.mayTellOf(executed);
    }

    /**
     * At the first start there is nothing before; or all of it was lost, which matters where votes do.
     *
     * @param whenFirst is run when it is durable that this was the first
     */
    void start(boolean hasLostData, Runnable whenFirst) {
        if (ledger.isFresh()) {
            boolean hasForgotten = hasLostData && members.faults() > 0;
            List<Fact> facts = hasForgotten
                    ? List.of(new Fact.Started(), new Fact.Forgot(Fact.Forgot.ALL))
                    : List.of(new Fact.Started());
            record(facts, () -> {
                answersReadsFrom = 0;
                whenFirst.run();
            });
        }
    }

    Replica.Status status() {
        Replica.Role role =
                !ledger.isActive() ? Replica.Role.CANDIDATE : leads() ? Replica.Role.LEADER : Replica.Role.FOLLOWER;
        Optional<String> leader = ledger.isActive() ? Optional.of(primary()) : primaryElsewhere();
        return new Replica.Status(
                group, node, role, leader, ledger.view(), executed, executed, ledger.stableSequence());
    }

    private Optional<String> primaryElsewhere() {
        OptionalLong view =
                elsewhere.viewInForce(members.weakQuorum(), ticks - settings.ticks(settings.viewChangeTimeout()));
        return view.stream().mapToObj(members::primary).findFirst();
    }

    /** The request of a client, when it is its own. */
    static boolean isFrom(Sealed letter, Request request) {
        return request.id().client().equals(letter.from());
    }
}
