package io.troupe.etcd.watch;

import java.util.ArrayDeque;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/** One client stream of watches, as the hub sees it: its watches, and how much it was handed and has not taken. */
final class WatchStream {
    final long id;
    final ActorRef<WatchSession.Command> session;
    final TreeMap<Long, Watcher> watchers = new TreeMap<>();
    private final int eventsMax;
    private final int bytesMax;
    /** Those that are behind and are not read for yet, in turn. One that was closed since may be among them. */
    final ArrayDeque<Watcher> behind = new ArrayDeque<>();

    private int unreadEvents;
    private int unreadBytes;
    /** Whether the hub has it among those to read for. */
    boolean queued;

    boolean progressWanted;
    private long nextWatchId;

    WatchStream(long id, ActorRef<WatchSession.Command> session, int eventsMax, int bytesMax) {
        this.id = id;
        this.session = session;
        this.eventsMax = eventsMax;
        this.bytesMax = bytesMax;
    }

    /** Room for one more delivery, of whatever size: so a large transaction passes, alone. */
    boolean hasRoom() {
        return unreadEvents < eventsMax && unreadBytes < bytesMax;
    }

    boolean hasTakenAll() {
        return unreadEvents == 0;
    }

    int unreadBytes() {
        return unreadBytes;
    }

    void handed(int events, int bytes) {
        unreadEvents += events;
        unreadBytes += bytes;
    }

    void taken(int events, int bytes) {
        unreadEvents -= events;
        unreadBytes -= bytes;
    }

    long freeWatchId() {
        while (watchers.containsKey(nextWatchId)) {
            nextWatchId++;
        }
        return nextWatchId++;
    }

    boolean isSynced() {
        return watchers.values().stream().allMatch(watcher -> watcher.synced);
    }
}
