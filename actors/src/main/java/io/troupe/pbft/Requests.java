package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Requests that this replica knows of and that have not been executed, in the order in which they came; and the replies to
 * those that were, for clients that ask again (§4.1).
 */
final class Requests {

    private final int waitingMax;
    private final int repliesMax;

    /**
     * A request, as its client sealed it, and read.
     *
     * @param isSigned whether all others can read it, too, as far as this replica has looked
     */
    record Waiting(Sealed letter, Request request, boolean isSigned) {}

    private final LinkedHashMap<RequestId, Waiting> waiting = new LinkedHashMap<>();
    private int operationsWaiting;
    /** Of each client with any. */
    private final TreeMap<String, Integer> waitingOf = new TreeMap<>();
    /** In the present view's batches. */
    private final Set<RequestId> proposed = new TreeSet<>();

    private final LinkedHashMap<RequestId, Replied> replies = new LinkedHashMap<>();
    private int repliesKept;

    private record Replied(PbftMessage.Reply reply, int operations) {}

    /** To requests of the batch that is executed tentatively ({@link TentativeExecution}). */
    private final TreeMap<RequestId, PbftMessage.TentativeReply> tentativeReplies = new TreeMap<>();

    /**
     * The request that the replica waits for, and since when (§4.4: a backup "is waiting for a request"): a signed one, for one
     * that the primary cannot read it will not order.
     */
    private Optional<RequestId> watched = Optional.empty();

    private long watchedSinceTick;

    /**
     * @param waitingMax operations in all that wait
     * @param repliesMax operations in all to which replies are kept
     */
    Requests(int waitingMax, int repliesMax) {
        this.waitingMax = waitingMax;
        this.repliesMax = repliesMax;
    }

    /**
     * One that is signed takes the place of one under the same number that is not, and is in no batch.
     *
     * @return whether it is news here; one too many is not taken, and its client asks again
     */
    boolean add(Sealed letter, Request request, boolean isSigned, long tick) {
        Waiting before = waiting.get(request.id());
        if (before != null && isSigned && !before.isSigned() && !proposed.contains(request.id())) {
            remove(request.id());
        }
        if (waiting.containsKey(request.id()) || !hasRoomFor(request)) {
            return false;
        }
        waiting.put(request.id(), new Waiting(letter, request, isSigned));
        count(request, 1);
        watchOldest(tick);
        return true;
    }

    private void count(Request request, int sign) {
        int operations = sign * request.operations().size();
        operationsWaiting += operations;
        waitingOf.merge(request.id().client(), operations, Integer::sum);
    }

    /** A client that asks for more than the others, and without end, does not keep these out: its latest give way. */
    private boolean hasRoomFor(Request request) {
        String client = request.id().client();
        int operations = request.operations().size();
        while (operationsWaiting + operations > waitingMax) {
            Optional<Map.Entry<String, Integer>> most =
                    waitingOf.entrySet().stream().max(Map.Entry.comparingByValue());
            if (most.isEmpty()
                    || most.get().getValue() <= waitingOf.getOrDefault(client, 0) + operations
                    || !dropLatestOf(most.get().getKey())) {
                return false;
            }
        }
        return true;
    }

    private boolean dropLatestOf(String client) {
        Optional<RequestId> latest = waiting.keySet().stream()
                .filter(id -> id.client().equals(client) && !proposed.contains(id))
                .reduce((earlier, later) -> later);
        latest.ifPresent(this::remove);
        return latest.isPresent();
    }

    boolean isWaiting(RequestId id) {
        return waiting.containsKey(id);
    }

    /** Whether its client has sent this very request here. */
    boolean holds(RequestId id, Sealed letter) {
        Waiting own = waiting.get(id);
        return own != null
                && own.letter().from().equals(letter.from())
                && own.letter().payload().equals(letter.payload());
    }

    /**
     * A primary that has lost its view gives up what it had proposed: perhaps others could not tell that it was from its
     * client. Clients ask again, and ask all.
     *
     * @return the clients of which that may be so
     */
    Set<String> forgetProposed(long tick) {
        Set<String> clients = proposed.stream()
                .map(waiting::get)
                .filter(given -> given != null && !given.isSigned())
                .map(given -> given.request().id().client())
                .collect(Collectors.toCollection(TreeSet::new));
        proposed.forEach(this::remove);
        proposed.clear();
        watchOldest(tick);
        return clients;
    }

    /** As it was said, or would be. */
    Optional<PbftMessage> replyTo(RequestId id) {
        return Optional.ofNullable(replies.get(id))
                .<PbftMessage>map(Replied::reply)
                .or(() -> tentativeReplyTo(id));
    }

    Optional<PbftMessage.TentativeReply> tentativeReplyTo(RequestId id) {
        return Optional.ofNullable(tentativeReplies.get(id));
    }

    /** The request waits still, for its batch to commit. */
    void executedTentatively(RequestId id, PbftMessage.TentativeReply reply) {
        tentativeReplies.put(id, reply);
    }

    /** The batch is taken back. */
    void forgetTentative() {
        tentativeReplies.clear();
    }

    /** @param operations of the request: what its reply is about */
    void executed(RequestId id, int operations, PbftMessage.Reply reply, long tick) {
        keep(id, operations, reply);
        executedBefore(id, tick);
    }

    /** It was ordered a second time: nobody waits for it. */
    void executedBefore(RequestId id, long tick) {
        tentativeReplies.remove(id);
        remove(id);
        proposed.remove(id);
        watchOldest(tick);
    }

    private void keep(RequestId id, int operations, PbftMessage.Reply reply) {
        Replied before = replies.put(id, new Replied(reply, operations));
        repliesKept += operations - (before == null ? 0 : before.operations());
        while (repliesKept > repliesMax && replies.size() > 1) {
            RequestId oldest = replies.keySet().iterator().next();
            repliesKept -= Objects.requireNonNull(replies.remove(oldest)).operations();
        }
    }

    private void remove(RequestId id) {
        Waiting removed = waiting.remove(id);
        if (removed != null) {
            count(removed.request(), -1);
        }
    }

    /** Another state is here, which may hold their effects; who waits asks again. What is replied then is the state's. */
    void forgetAll(long tick) {
        replies.clear();
        tentativeReplies.clear();
        repliesKept = 0;
        waiting.clear();
        waitingOf.clear();
        operationsWaiting = 0;
        proposed.clear();
        watchOldest(tick);
    }

    private void watchOldest(long tick) {
        Optional<RequestId> oldest = waiting.values().stream()
                .filter(Waiting::isSigned)
                .map(one -> one.request().id())
                .findFirst();
        if (!oldest.equals(watched)) {
            watched = oldest;
            watchedSinceTick = tick;
        }
    }

    /** Whether the oldest signed request has been that for longer than {@code ticks}. */
    boolean isOverdue(long now, long ticks) {
        return watched.isPresent() && now - watchedSinceTick > ticks;
    }

    /** The next view's primary has as much time as this one had. */
    void watchAnew(long tick) {
        watchedSinceTick = tick;
    }

    /** A view begins: nothing is proposed in it yet. */
    void beginView(long tick) {
        proposed.clear();
        watchAnew(tick);
    }

    void markProposed(RequestId id) {
        proposed.add(id);
    }

    /**
     * The oldest that are in no batch of this view yet; they are, from now on.
     *
     * @param mayBeGiven the others wait on
     * @param operationsMax of all of them together
     * @param bytesMax of all of them together, but for one larger request alone
     */
    List<Waiting> takeForBatch(int operationsMax, long bytesMax, Predicate<Waiting> mayBeGiven) {
        List<Waiting> batch = new ArrayList<>();
        int operations = 0;
        long bytes = 0;
        for (Map.Entry<RequestId, Waiting> one : waiting.entrySet()) {
            if (proposed.contains(one.getKey()) || !mayBeGiven.test(one.getValue())) {
                continue;
            }
            operations += one.getValue().request().operations().size();
            bytes += one.getValue().letter().payload().length();
            if (!batch.isEmpty() && (operations > operationsMax || bytes > bytesMax)) {
                break;
            }
            batch.add(one.getValue());
            proposed.add(one.getKey());
        }
        return batch;
    }

    /** @return the oldest, at most so many */
    List<Sealed> oldest(int countMax) {
        return waiting.values().stream().limit(countMax).map(Waiting::letter).toList();
    }
}
