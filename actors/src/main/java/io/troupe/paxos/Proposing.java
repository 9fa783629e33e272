package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Proposals;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The leader's instances (Paxos Made Simple, §3): which are open, what is proposed in each, who has voted. What waits in the
 * queue gets its instance when the window lets it: at most α instances are open above the last that is decided.
 */
final class Proposing {

    /** A command that has no instance yet. */
    private record Queued(Decree decree, Optional<Client> client) {

        Queued(Decree decree) {
            this(decree, Optional.empty());
        }
    }

    /** Who waits for it; {@code via} as of {@link Applier.Waiting}. */
    private record Client(
            long session, long serial, ActorRef<Replica.Reply> replyTo, Optional<ActorRef<Answers.Batch>> via) {

        Client direct() {
            return new Client(session, serial, replyTo, Optional.empty());
        }

        Applier.Waiting at(long instance, long sizeBytes) {
            return new Applier.Waiting(instance, session, serial, sizeBytes, replyTo, via);
        }
    }

    private final PaxosServer server;
    private final Proposals proposals;
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final OpenInstances open = new OpenInstances();
    /** Those under way: the last instance of each. */
    private final Deque<Long> batches = new ArrayDeque<>();

    private long queuedBytes;
    private long next;

    Proposing(PaxosServer server) {
        this.server = server;
        this.proposals = new Proposals(server.settings.maxPendingProposals(), server.settings.maxPendingBytes());
    }

    void begin(Phase1 phase1) {
        next = phase1.from();
    }

    /**
     * Whether no earlier ballot can have decided anything above what is known here to be decided: all that might vote have
     * been asked, and what they had voted for is decided by now.
     */
    boolean knowsWhatIsDecided(Phase1 phase1) {
        long chosen = server.chosenThrough();
        return chosen >= phase1.lastVoted()
                && chosen >= phase1.chosenThrough()
                && phase1.isComplete(server.memberships().since(chosen + 1));
    }

    // -- clients

    /** @param via the replica through which its client is answered; empty for a client of this one */
    void add(Replica.Request request, Optional<ActorRef<Answers.Batch>> via) {
        if (request instanceof Replica.OpenSession opening && hasRoomFor(request, 0)) {
            var client = new Client(Replica.NO_SESSION, 0, opening.replyTo(), via);
            enqueue(new Queued(new Decree.OpenSession(), Optional.of(client)));
        } else if (request instanceof Replica.Propose propose) {
            add(propose, via);
        }
    }

    private void add(Replica.Propose propose, Optional<ActorRef<Answers.Batch>> via) {
        int length = propose.command().length();
        if (length > server.settings.maxEntryBytes()) {
            Rejections.reject(
                    propose,
                    Replica.Reason.TOO_LARGE,
                    "the command has " + length + " bytes; at most " + server.settings.maxEntryBytes()
                            + " are taken (troupe.paxos.max-entry-bytes)");
        } else if (hasRoomFor(propose, length)) {
            Decree command = new Decree.Command(
                    propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command());
            var client = new Client(propose.session(), propose.serial(), propose.replyTo(), via);
            enqueue(new Queued(command, Optional.of(client)));
        }
    }

    /** The leader's own. */
    void add(Decree decree) {
        enqueue(new Queued(decree));
    }

    private void enqueue(Queued queued) {
        queue.add(queued);
        queuedBytes += queued.decree().sizeBytes();
    }

    /** Something waits for an instance. */
    boolean isQueued() {
        return !queue.isEmpty();
    }

    private boolean hasRoomFor(Replica.Request request, long sizeBytes) {
        boolean room =
                queue.size() < server.settings.maxPendingProposals() && proposals.hasRoomFor(queuedBytes + sizeBytes);
        if (!room) {
            Rejections.reject(
                    request,
                    Replica.Reason.OVERLOADED,
                    "the leader of group " + server.group + " has its limit of proposals under way");
        }
        return room;
    }

    // -- phase 2

    /**
     * Proposes what the window, the promises and a message's size let through, as one batch; unless enough batches are under
     * way, of which the next is called for when one is decided, or this acceptor's disk is busy with one: what comes until it is
     * free goes along, and costs no sync of its own. Where the others have decided all without this disk, nothing waits for it.
     */
    void flush(Phase1 phase1, Consumer<Decrees> propose) {
        next = Math.max(next, server.chosenThrough() + 1);
        while (!batches.isEmpty() && batches.getFirst() <= server.chosenThrough()) {
            batches.remove();
        }
        boolean isDue = batches.isEmpty() || server.isDurable();
        if (isDue && batches.size() < server.settings.maxBatchesUnderWay()) {
            proposeBatch(phase1, propose);
        }
    }

    private void proposeBatch(Phase1 phase1, Consumer<Decrees> propose) {
        List<Decree> batch = new ArrayList<>();
        long first = next;
        long bytes = 0;
        while (mayPropose(phase1, next)) {
            Optional<Decree> decree = decreeFor(phase1, next);
            if (decree.isEmpty()) {
                break;
            }
            bytes += decree.get().sizeBytes();
            if (bytes > server.settings.maxMessageBytes() && !batch.isEmpty()) {
                propose(Decrees.of(first, batch), propose);
                batch.clear();
                first = next;
                bytes = decree.get().sizeBytes();
            }
            batch.add(decree.get());
            next++;
        }
        if (!batch.isEmpty()) {
            batches.add(next - 1);
            propose(Decrees.of(first, batch), propose);
        }
    }

    private void propose(Decrees decrees, Consumer<Decrees> propose) {
        open.add(decrees);
        propose.accept(decrees);
    }

    private @Nullable Membership checked;
    private @Nullable Phase1 checkedFor;

    /** Within the window of α (§3), and with promises of those who decide that instance. */
    private boolean mayPropose(Phase1 phase1, long instance) {
        Membership membership = server.memberships().at(instance);
        if (instance > server.chosenThrough() + membership.window() || instance <= phase1.chosenThrough()) {
            return false;
        }
        if (membership == checked && phase1 == checkedFor) {
            return true; // A promise is not taken back.
        }
        boolean complete = phase1.isComplete(membership);
        if (complete) {
            checked = membership;
            checkedFor = phase1;
        }
        return complete;
    }

    private Optional<Decree> decreeFor(Phase1 phase1, long instance) {
        if (instance <= phase1.lastVoted()) {
            Optional<Decree> bound = phase1.mustPropose(instance); // §2.2, P2c
            return bound.isPresent() ? bound : Optional.of(new Decree.NoOp()); // §3: a gap
        }
        Queued queued = queue.poll();
        if (queued != null) {
            long bytes = queued.decree().sizeBytes();
            queuedBytes -= bytes;
            queued.client().ifPresent(client -> proposals.add(client.at(instance, bytes)));
            return Optional.of(queued.decree());
        }
        boolean changePending = !server.memberships().isInForce(instance);
        return changePending ? Optional.of(new Decree.NoOp()) : Optional.empty(); // §3: no-ops bring it into force
    }

    /** Who decides any of these instances. */
    SortedSet<String> voters(Decrees decrees) {
        TreeSet<String> all = new TreeSet<>();
        server.memberships().since(decrees.first()).forEach(membership -> all.addAll(membership.voters()));
        return all;
    }

    /**
     * Counts a vote.
     *
     * @return whether more is decided now
     */
    boolean onVoted(Accepted accepted) {
        long known = server.chosenThrough();
        open.vote(accepted.from(), Math.max(accepted.first(), known + 1), accepted.last(), server.memberships());
        long through = open.chosenThrough(known, server.memberships());
        if (through == known) {
            return false;
        }
        open.forgetThrough(through);
        server.choose(through, proposals.committedThrough(through));
        return true;
    }

    /** What has waited for votes for two heartbeats goes again to those that have not voted, a message a tick. */
    void sendAgain(Function<Decrees, Accept> message) {
        int patience = 2 * server.settings.ticksPerHeartbeat();
        var late = open.onTick(server.chosenThrough() + 1, patience, server.settings.maxMessageBytes());
        if (!late.decrees().isEmpty()) {
            Accept accept = message.apply(late.decrees());
            voters(late.decrees()).stream()
                    .filter(node -> !late.voted().contains(node))
                    .forEach(node -> server.tell(node, accept));
        }
    }

    // -- another ballot of the same leader

    /** Whoever passed on what is not decided yet may have promised the earlier ballot alone, and learns nothing of this one's. */
    void answerDirectly() {
        proposals.answerDirectly();
        List<Queued> direct = queue.stream()
                .map(queued -> new Queued(queued.decree(), queued.client().map(Client::direct)))
                .toList();
        queue.clear();
        queue.addAll(direct);
    }

    /** Whether the promises of a higher ballot leave this leader's open proposals as they are. */
    boolean agreesWith(Phase1 phase1) {
        return open.agreeWith(phase1);
    }

    void proposeAgain(Consumer<Decrees> propose) {
        open.begunAgain().forEach(propose);
    }

    long proposedThrough() {
        return next - 1;
    }

    /** An open instance was decided elsewhere. */
    boolean isOvertaken() {
        return !open.isEmpty() && open.first() <= server.chosenThrough();
    }

    // -- the end of a proposal

    void onApplied() {
        proposals.appliedThrough(server.appliedIndex());
    }

    void abandon(String detail) {
        proposals.abandon(detail);
        queue.forEach(queued -> queued.client().ifPresent(client -> client.replyTo()
                .tell(new Replica.Rejected(client.session(), client.serial(), Replica.Reason.NO_LEADER, detail))));
        queue.clear();
    }
}
