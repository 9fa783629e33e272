package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.RequestId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Requests that this replica knows of and that have not been executed, in the order in which they came; and the replies to
 * those that were, for clients that ask again (§4.1).
 */
final class Requests {

    private final int waitingMax;
    private final int repliesMax;
    private final LinkedHashMap<RequestId, Sealed> waiting = new LinkedHashMap<>();
    /** In the present view's batches. */
    private final Set<RequestId> proposed = new TreeSet<>();

    private final LinkedHashMap<RequestId, PbftMessage.Reply> replies = new LinkedHashMap<>();

    /** The request that the replica waits for, and since when (§4.4: a backup "is waiting for a request"). */
    private Optional<RequestId> watched = Optional.empty();

    private long watchedSinceTick;

    Requests(int waitingMax, int repliesMax) {
        this.waitingMax = waitingMax;
        this.repliesMax = repliesMax;
    }

    /** @return whether it is new here; one too many is not taken, and its client asks again */
    boolean add(RequestId id, Sealed request, long tick) {
        if (waiting.size() >= waitingMax || waiting.putIfAbsent(id, request) != null) {
            return false;
        }
        watchOldest(tick);
        return true;
    }

    /** Whether its client has sent this very request here. */
    boolean holds(RequestId id, Sealed request) {
        Sealed own = waiting.get(id);
        return own != null && own.from().equals(request.from()) && own.payload().equals(request.payload());
    }

    /**
     * A primary that has lost its view gives up what it had proposed: perhaps others could not tell that it was from its
     * client. Clients ask again, and ask all.
     */
    void forgetProposed(long tick) {
        waiting.keySet().removeAll(proposed);
        proposed.clear();
        watchOldest(tick);
    }

    Optional<PbftMessage.Reply> replyTo(RequestId id) {
        return Optional.ofNullable(replies.get(id));
    }

    void executed(RequestId id, PbftMessage.Reply reply, long tick) {
        waiting.remove(id);
        proposed.remove(id);
        replies.put(id, reply);
        if (replies.size() > repliesMax) {
            replies.remove(replies.keySet().iterator().next());
        }
        watchOldest(tick);
    }

    /** A fetched state may hold their effects; who waits asks again. */
    void forgetAll(long tick) {
        waiting.clear();
        proposed.clear();
        watchOldest(tick);
    }

    private void watchOldest(long tick) {
        Optional<RequestId> oldest = waiting.keySet().stream().findFirst();
        if (!oldest.equals(watched)) {
            watched = oldest;
            watchedSinceTick = tick;
        }
    }

    /** Whether the oldest request has been the oldest for longer than {@code ticks}. */
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

    /** The oldest that are in no batch of this view yet; they are, from now on. */
    List<Sealed> takeForBatch(int countMax, long bytesMax) {
        List<Sealed> batch = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<RequestId, Sealed> request : waiting.entrySet()) {
            if (proposed.contains(request.getKey())) {
                continue;
            }
            bytes += request.getValue().payload().length();
            if (batch.size() >= countMax || (!batch.isEmpty() && bytes > bytesMax)) {
                break;
            }
            batch.add(request.getValue());
            proposed.add(request.getKey());
        }
        return batch;
    }

    /** @return the oldest, at most so many */
    List<Sealed> oldest(int countMax) {
        return waiting.values().stream().limit(countMax).toList();
    }
}
