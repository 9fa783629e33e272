package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import java.util.ArrayList;
import java.util.Collections;
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
import org.apache.pekko.util.ByteString;

/**
 * Requests that this replica knows of and that have not been executed, in the order in which they came; and the replies to
 * those that were, for clients that ask again (§4.1).
 */
final class Requests {

    private final int waitingMax;
    private final int repliesMax;
    private final long operationBytes;

    /**
     * A request, as its client sealed it, and read.
     *
     * @param isSigned whether all others can read it, too, as far as this replica has looked
     */
    record Waiting(Sealed letter, Request request, boolean isSigned) {}

    private final LinkedHashMap<RequestId, Waiting> waiting = new LinkedHashMap<>();
    private int weightWaiting;
    /** Of each client with any. */
    private final TreeMap<String, Integer> waitingOf = new TreeMap<>();
    /** In the present view's batches. */
    private final Set<RequestId> proposed = new TreeSet<>();

    /** By client; of each the latest last. */
    private final TreeMap<String, LinkedHashMap<RequestId, Replied>> replies = new TreeMap<>();

    private final TreeMap<String, Integer> repliedTo = new TreeMap<>();
    private int weightReplied;

    private record Replied(PbftMessage.Reply reply, int weight) {}

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
     * @param operationBytes what is larger counts for more operations: so that memory is bounded, whatever clients ask for
     */
    Requests(int waitingMax, int repliesMax, long operationBytes) {
        this.waitingMax = waitingMax;
        this.repliesMax = repliesMax;
        this.operationBytes = operationBytes;
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
        Waiting news = new Waiting(letter, request, isSigned);
        if (waiting.containsKey(request.id()) || !hasRoomFor(news)) {
            return false;
        }
        waiting.put(request.id(), news);
        count(news, 1);
        watchOldest(tick);
        return true;
    }

    private void count(Waiting one, int sign) {
        int weight = sign * weight(one);
        weightWaiting += weight;
        waitingOf.merge(one.request().id().client(), weight, Integer::sum);
    }

    private int weight(Waiting one) {
        return weight(one.request().operations().size(), one.letter().payload().length());
    }

    private int weight(int operations, int bytes) {
        return Math.max(operations, (int) (bytes / operationBytes));
    }

    /** A client that asks for more than the others, and without end, does not keep these out: its latest give way. */
    private boolean hasRoomFor(Waiting news) {
        String client = news.request().id().client();
        int weight = weight(news);
        while (weightWaiting + weight > waitingMax) {
            Optional<Map.Entry<String, Integer>> most =
                    waitingOf.entrySet().stream().max(Map.Entry.comparingByValue());
            if (most.isEmpty()
                    || most.get().getValue() <= waitingOf.getOrDefault(client, 0) + weight
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
        return Optional.ofNullable(repliesTo(id.client()).get(id))
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

    private LinkedHashMap<RequestId, Replied> repliesTo(String client) {
        return replies.computeIfAbsent(client, absent -> new LinkedHashMap<>());
    }

    private void keep(RequestId id, int operations, PbftMessage.Reply reply) {
        int weight = weight(operations, reply.results().map(ByteString::length).orElse(0));
        Replied before = repliesTo(id.client()).put(id, new Replied(reply, weight));
        countReplied(id.client(), weight - (before == null ? 0 : before.weight()));
        while (weightReplied > repliesMax && dropOldestReply()) {
            continue;
        }
    }

    private void countReplied(String client, int weight) {
        weightReplied += weight;
        repliedTo.merge(client, weight, Integer::sum);
    }

    /** To the client that is told most: so that it does not take from others what they may ask for again. */
    private boolean dropOldestReply() {
        String most = Collections.max(repliedTo.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        LinkedHashMap<RequestId, Replied> toIt = repliesTo(most);
        if (toIt.size() == 1) {
            return false;
        }
        RequestId oldest = toIt.keySet().iterator().next();
        countReplied(most, -Objects.requireNonNull(toIt.remove(oldest)).weight());
        return true;
    }

    private void remove(RequestId id) {
        Waiting removed = waiting.remove(id);
        if (removed != null) {
            count(removed, -1);
        }
    }

    /** Another state is here, which may hold their effects; who waits asks again. What is replied then is the state's. */
    void forgetAll(long tick) {
        replies.clear();
        repliedTo.clear();
        tentativeReplies.clear();
        weightReplied = 0;
        waiting.clear();
        waitingOf.clear();
        weightWaiting = 0;
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
