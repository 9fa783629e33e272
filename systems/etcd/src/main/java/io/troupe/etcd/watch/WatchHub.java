package io.troupe.etcd.watch;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Change;
import io.troupe.etcd.mvcc.MvccRevisions;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/**
 * All watches of a node. Follows the node's store through {@link StoreFeed}, hands changes to the streams of
 * synced watches, and reads history for those behind ({@link Watcher} has the transitions). Which ids a stream's
 * watches have is known here alone, so that a session hears of the end of one before the beginning of the next.
 */
public final class WatchHub extends AbstractBehavior<WatchHub.Command> {

    public sealed interface Command
            permits Changed, UseClient, Open, Refuse, Cancel, Taken, ReportProgress, StreamClosed, Ended, Retry, Tick {}

    /** The store reached {@code revision} by {@code changes}; by a snapshot, when there are none. */
    record Changed(long revision, List<Change> changes) implements Command {}

    /** From now on history can be read through {@code client}. */
    public record UseClient(ActorRef<SessionClient.Command> client) implements Command {}

    /**
     * Begins a watch; answered by {@link WatchSession.Opened}, then by its events, or by {@link WatchSession.Refused}.
     *
     * @param watchId the client's choice, or 0 for the next that is free
     */
    record Open(long streamId, long watchId, WatchCreateRequest request, ActorRef<WatchSession.Command> session)
            implements Command {}

    /** The session will not have a watch; answered by {@link WatchSession.Refused}, in turn with its other requests. */
    record Refuse(String reason, ActorRef<WatchSession.Command> session) implements Command {}

    /** Ends a watch; answered by {@link WatchSession.Canceled}, unless there is none (any more). */
    record Cancel(long streamId, long watchId) implements Command {}

    /** The stream's client has taken this much of what was handed to it. */
    record Taken(long streamId, int events, int bytes) implements Command {}

    /** Answered by {@link WatchSession.Progress} as soon as every watch of the stream is synced. */
    record ReportProgress(long streamId, ActorRef<WatchSession.Command> session) implements Command {}

    record StreamClosed(long streamId) implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private record Retry(Watcher watcher) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    private static final String DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
    static final int READS_UNDER_WAY_MAX = 8;

    private static final Duration READ_DEADLINE = Duration.ofSeconds(5);
    /** How long a watch that begins waits for a quorum: as long as an etcd may take to look at it. */
    private static final Duration QUORUM_PATIENCE = Duration.ofMillis(100);

    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);

    private final TimerScheduler<Command> timers;
    private final EtcdSettings.Watch settings;
    private final StoreFeed feed;
    private final SessionCalls calls;
    private final TreeMap<Long, WatchStream> streams = new TreeMap<>();
    private final SyncedWatchers synced = new SyncedWatchers();
    /** Streams with room and watches behind, in turn: one with many of them holds up no other. */
    private final ArrayDeque<WatchStream> toRead = new ArrayDeque<>();

    private Optional<ActorRef<SessionClient.Command>> client = Optional.empty();
    private long revision = MvccRevisions.FIRST;
    private int watchers;
    private int readsUnderWay;
    private long unreadBytes;

    /** A hub and the feed that fills it. */
    public record Wiring(ActorRef<Command> hub, StoreFeed feed) {}

    /** Spawns the hub under {@code parent}, with its feed. */
    public static Wiring spawn(ActorContext<?> parent, EtcdSettings.Watch settings) {
        var feed = new StoreFeed();
        ActorRef<Command> hub = parent.spawn(create(settings, feed), "watches");
        feed.attach(hub.narrow());
        return new Wiring(hub, feed);
    }

    static Behavior<Command> create(EtcdSettings.Watch settings, StoreFeed feed) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new WatchHub(context, timers, settings, feed)));
    }

    private WatchHub(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            EtcdSettings.Watch settings,
            StoreFeed feed) {
        super(context);
        this.timers = timers;
        this.settings = settings;
        this.feed = feed;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
        timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, settings.progressInterval());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Changed.class, this::onChanged)
                .onMessage(UseClient.class, this::onUseClient)
                .onMessage(Open.class, this::onOpen)
                .onMessage(Refuse.class, this::onRefuse)
                .onMessage(Cancel.class, this::onCancel)
                .onMessage(Taken.class, this::onTaken)
                .onMessage(ReportProgress.class, this::onReportProgress)
                .onMessage(StreamClosed.class, this::onStreamClosed)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Retry.class, retry -> onRetry(retry.watcher()))
                .onMessage(Tick.class, ignored -> onTick())
                .build();
    }

    private Behavior<Command> onChanged(Changed changed) {
        int yetToCome = feed.taken();
        boolean follows =
                changed.revision() == revision + 1 && !changed.changes().isEmpty();
        if (follows) {
            revision = changed.revision();
            deliver(changed);
        } else if (changed.revision() > revision) {
            fallBehind(changed.revision());
        }
        if (yetToCome == 0 && feed.latest() > revision) {
            fallBehind(feed.latest()); // The feed was full, and left out what nothing has followed since.
        }
        return this;
    }

    private void deliver(Changed changed) {
        Map<Watcher, List<Change>> wanted = new LinkedHashMap<>();
        for (Change change : changed.changes()) {
            synced.forKey(change.entry().key(), watcher -> {
                if (changed.revision() >= watcher.next && watcher.filter.wants(change.entry())) {
                    wanted.computeIfAbsent(watcher, ignored -> new ArrayList<>())
                            .add(change);
                }
            });
        }
        wanted.forEach((watcher, changes) -> {
            if (watcher.stream.hasRoom()) {
                boolean withPrevious = watcher.request.getPrevKv();
                hand(
                        watcher,
                        changes.stream()
                                .map(change -> change.toEvent(withPrevious))
                                .toList(),
                        revision);
            } else {
                fallBehind(watcher, revision);
            }
        });
    }

    private void hand(Watcher watcher, List<Event> events, long headerRevision) {
        int bytes = events.stream().mapToInt(Event::getSerializedSize).sum();
        watcher.stream.handed(events.size(), bytes);
        unreadBytes += bytes;
        watcher.quiet = false;
        watcher.stream.session.tell(new WatchSession.Events(watcher.watchId, headerRevision, events, bytes));
    }

    /** The hub jumps to {@code to}: watches that were synced up to its old revision read the rest from history. */
    private void fallBehind(long to) {
        long next = revision + 1;
        revision = to;
        for (WatchStream stream : streams.values()) {
            for (Watcher watcher : stream.watchers.values()) {
                if (watcher.synced && watcher.next <= to) {
                    fallBehind(watcher, Math.max(next, watcher.next));
                }
            }
        }
    }

    private void fallBehind(Watcher watcher, long next) {
        synced.remove(watcher);
        watcher.synced = false;
        watcher.unread = false;
        watcher.next = next;
        catchUp(watcher);
    }

    private void catchUp(Watcher watcher) {
        if (watcher.synced || watcher.reading || !isOpen(watcher)) {
            return;
        }
        if (watcher.next > revision) {
            watcher.synced = true;
            synced.add(watcher);
            reportProgressIfSynced(watcher.stream);
        } else {
            watcher.reading = true;
            watcher.stream.behind.add(watcher);
            readFor(watcher.stream);
        }
    }

    private boolean isOpen(Watcher watcher) {
        return watcher.stream.watchers.get(watcher.watchId) == watcher;
    }

    private void readFor(WatchStream stream) {
        queueIfReadable(stream);
        readNext();
    }

    private void queueIfReadable(WatchStream stream) {
        if (!stream.queued && !stream.behind.isEmpty() && mayRead(stream)) {
            stream.queued = true;
            toRead.add(stream);
        }
    }

    /** What is read from history is in memory once for each watch, so all streams together are bounded, too. */
    private boolean mayRead(WatchStream stream) {
        return stream.hasRoom() && (unreadBytes < settings.unreadBytesInAllMax() || stream.hasTakenAll());
    }

    private void readNext() {
        while (client.isPresent() && readsUnderWay < READS_UNDER_WAY_MAX && !toRead.isEmpty()) {
            WatchStream stream = toRead.remove();
            stream.queued = false;
            Watcher watcher = mayRead(stream) ? stream.behind.poll() : null; // It may have been handed much meanwhile.
            if (watcher != null && isOpen(watcher)) {
                read(client.get(), watcher);
            }
            queueIfReadable(stream);
        }
    }

    private void read(ActorRef<SessionClient.Command> to, Watcher watcher) {
        var query = Queries.history(
                watcher.request.toBuilder().setStartRevision(watcher.next).build());
        readsUnderWay++;
        calls.read(
                to,
                query,
                watcher.unread ? ReadConsistency.LINEARIZABLE : ReadConsistency.STALE,
                watcher.unread ? QUORUM_PATIENCE : READ_DEADLINE,
                outcome -> onHistoryRead(watcher, history(outcome)));
    }

    private static Optional<Queries.History> history(SessionClient.Outcome outcome) {
        if (outcome instanceof SessionClient.Succeeded succeeded
                && Result.parse(succeeded.result()) instanceof Result.Ok ok) {
            return Optional.of(ok.as(Queries.History::parse));
        }
        return Optional.empty();
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        return this;
    }

    private void onHistoryRead(Watcher watcher, Optional<Queries.History> read) {
        readsUnderWay--;
        if (isOpen(watcher)) {
            goOn(watcher, read);
        }
        readFor(watcher.stream);
    }

    private void goOn(Watcher watcher, Optional<Queries.History> read) {
        if (read.isEmpty()) { // Without a quorum, as in etcd, what this node knows must do.
            timers.startSingleTimer(watcher, new Retry(watcher), watcher.unread ? Duration.ZERO : RETRY_PAUSE);
            watcher.unread = false;
            return;
        }
        watcher.unread = false;
        watcher.reading = false;
        Queries.History history = read.get();
        if (history.compacted() != 0) {
            remove(watcher);
            watcher.stream.session.tell(new WatchSession.Compacted(watcher.watchId, history.compacted()));
            reportProgressIfSynced(watcher.stream);
            return;
        }
        if (!history.events().isEmpty()) {
            hand(watcher, history.events(), history.present());
        }
        watcher.next = history.next();
        catchUp(watcher);
    }

    private Behavior<Command> onRetry(Watcher watcher) {
        watcher.reading = false;
        catchUp(watcher);
        return this;
    }

    private Behavior<Command> onUseClient(UseClient use) {
        client = Optional.of(use.client());
        readNext();
        return this;
    }

    private Behavior<Command> onOpen(Open open) {
        if (watchers >= settings.watchersMax()) {
            open.session().tell(new WatchSession.Refused(EtcdError.TOO_MANY_REQUESTS.message(), present()));
            return this;
        }
        WatchStream stream = streams.computeIfAbsent(
                open.streamId(),
                id -> new WatchStream(id, open.session(), settings.unreadEventsMax(), settings.unreadBytesMax()));
        if (open.watchId() != 0 && stream.watchers.containsKey(open.watchId())) {
            open.session().tell(new WatchSession.Refused(DUPLICATE_ID, present()));
            return this;
        }
        long watchId = open.watchId() != 0 ? open.watchId() : stream.freeWatchId();
        long start = open.request().getStartRevision();
        var watcher = new Watcher(watchId, stream, open.request(), start == 0 ? revision + 1 : start);
        stream.watchers.put(watchId, watcher);
        watchers++;
        open.session().tell(new WatchSession.Opened(watchId, open.request(), present()));
        catchUp(watcher);
        return this;
    }

    /** The store's revision, which clients may have been told already: the hub may have yet to come there. */
    private long present() {
        return Math.max(revision, feed.latest());
    }

    private Behavior<Command> onRefuse(Refuse refuse) {
        refuse.session().tell(new WatchSession.Refused(refuse.reason(), present()));
        return this;
    }

    private Behavior<Command> onCancel(Cancel cancel) {
        WatchStream stream = streams.get(cancel.streamId());
        Watcher watcher = stream == null ? null : stream.watchers.get(cancel.watchId());
        if (watcher != null) {
            remove(watcher);
            watcher.stream.session.tell(new WatchSession.Canceled(cancel.watchId(), present()));
            reportProgressIfSynced(watcher.stream);
        }
        return this;
    }

    private void remove(Watcher watcher) {
        watcher.stream.watchers.remove(watcher.watchId);
        synced.remove(watcher);
        watchers--;
    }

    private Behavior<Command> onTaken(Taken taken) {
        WatchStream stream = streams.get(taken.streamId());
        if (stream != null) {
            stream.taken(taken.events(), taken.bytes());
            unreadBytes -= taken.bytes();
            readFor(stream);
        }
        return this;
    }

    private Behavior<Command> onReportProgress(ReportProgress report) {
        WatchStream stream = streams.get(report.streamId());
        if (stream == null) {
            report.session().tell(new WatchSession.Progress(WatchSession.ALL_WATCHES, revision));
        } else {
            stream.progressWanted = true;
            reportProgressIfSynced(stream);
        }
        return this;
    }

    private void reportProgressIfSynced(WatchStream stream) {
        if (stream.progressWanted && stream.isSynced()) {
            stream.progressWanted = false;
            stream.session.tell(new WatchSession.Progress(WatchSession.ALL_WATCHES, revision));
        }
    }

    private Behavior<Command> onStreamClosed(StreamClosed closed) {
        WatchStream stream = streams.remove(closed.streamId());
        if (stream != null) {
            unreadBytes -= stream.unreadBytes();
            stream.behind.clear();
            new ArrayList<>(stream.watchers.values()).forEach(this::remove);
        }
        return this;
    }

    /** A synced watch that asked for progress and was quiet since the last tick is told where it stands. */
    private Behavior<Command> onTick() {
        for (WatchStream stream : streams.values()) {
            for (Watcher watcher : stream.watchers.values()) {
                if (watcher.request.getProgressNotify() && watcher.quiet && watcher.synced) {
                    stream.session.tell(new WatchSession.Progress(watcher.watchId, revision));
                }
                watcher.quiet = true;
            }
        }
        return this;
    }
}
