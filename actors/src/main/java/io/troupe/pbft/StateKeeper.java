package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.FetchNode;
import io.troupe.pbft.PbftMessage.FetchPages;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.NodeDigests;
import io.troupe.pbft.PbftMessage.Page;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
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
 * Keeps the states of this replica's checkpoints, and shows them to replicas that fetch one. A state that is being fetched
 * is kept, though it is no longer needed here: else one that is far behind, for which a fetch takes longer than the others
 * from one checkpoint to the next, would never have any. With one it fetches what differs from the next, which is soon done.
 * For each other replica that is one state at most. Runs where blocking is allowed.
 */
final class StateKeeper extends AbstractBehavior<StateKeeper.Command> {

    sealed interface Command permits Save, Serve, Prune, Silent {}

    /** Answered by {@link Saved}, or by nothing when it fails: then this checkpoint is not taken here. */
    record Save(long sequence, long operations, StateMachine.State state) implements Command {}

    /** @param question {@link FetchNode} or {@link FetchPages} */
    record Serve(String to, PbftMessage question) implements Command {}

    /** What is below is no longer needed. */
    record Prune(long sequence) implements Command {}

    /** That replica has asked for nothing for a while. */
    private record Silent(String reader) implements Command {}

    sealed interface Event extends Replica.Message permits Saved, Answer {}

    /** The state is durable. */
    record Saved(long sequence, StateHeader header) implements Event {}

    record Answer(String to, PbftMessage answer) implements Event {}

    private final String group;
    private final SnapshotStorage storage;
    private final int pageBytes;
    private final Duration patience;
    private final ActorRef<? super Event> replica;
    private final TimerScheduler<Command> timers;
    private final TreeMap<Long, PagedState> known = new TreeMap<>();
    /** By reader: the state that it fetches. */
    private final TreeMap<String, Long> fetched = new TreeMap<>();

    private long neededFrom;

    /** @param patience how long a state is kept for one who fetches it and asks for nothing */
    static Behavior<Command> create(
            String group, SnapshotStorage storage, int pageBytes, Duration patience, ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new StateKeeper(context, timers, group, storage, pageBytes, patience, replica)));
    }

    private StateKeeper(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String group,
            SnapshotStorage storage,
            int pageBytes,
            Duration patience,
            ActorRef<? super Event> replica) {
        super(context);
        this.timers = timers;
        this.patience = patience;
        this.group = group;
        this.storage = storage;
        this.pageBytes = pageBytes;
        this.replica = replica;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Save.class, this::onSave)
                .onMessage(Serve.class, this::onServe)
                .onMessage(Prune.class, this::onPrune)
                .onMessage(Silent.class, this::onSilent)
                .build();
    }

    private Behavior<Command> onSave(Save save) {
        try (SnapshotStorage.Writer writer = storage.create(group, save.sequence(), save.operations())) {
            PagedState.Pages pages = new PagedState.Pages(writer.out(), pageBytes);
            save.state().writeTo(pages);
            PagedState saved = pages.finish(writer.commit());
            known.put(save.sequence(), saved);
            replica.tell(new Saved(save.sequence(), saved.header()));
        } catch (IOException | RuntimeException e) {
            warn(
                    "The checkpoint at sequence number {} of group {} cannot be written; the next one is tried again",
                    save.sequence(),
                    e);
        }
        return this;
    }

    private Behavior<Command> onServe(Serve serve) {
        try {
            answer(serve);
        } catch (IOException | RuntimeException e) {
            warn("A checkpoint that {} of group {} asks for cannot be read", serve.to(), e);
        }
        return this;
    }

    private void answer(Serve serve) throws IOException {
        if (serve.question() instanceof FetchNode fetch) {
            Optional<PagedState> state = stateFor(serve.to(), fetch.sequence());
            replica.tell(new Answer(
                    serve.to(),
                    state.<PbftMessage>map(found -> node(fetch, found)).orElse(new NoSuchState(fetch.sequence()))));
        } else if (serve.question() instanceof FetchPages fetch) {
            Optional<PagedState> state = stateFor(serve.to(), fetch.sequence());
            if (state.isEmpty()) {
                replica.tell(new Answer(serve.to(), new NoSuchState(fetch.sequence())));
            } else {
                sendPages(serve.to(), fetch, state.get());
            }
        }
    }

    private static NodeDigests node(FetchNode fetch, PagedState state) {
        boolean isRoot = fetch.level() == 0; // The asker does not know yet how high the tree is.
        int level = isRoot ? state.tree().height() : fetch.level();
        List<Digest> children = state.tree().children(level, fetch.index());
        Optional<StateHeader> header = isRoot ? Optional.of(state.header()) : Optional.empty();
        return new NodeDigests(fetch.sequence(), level, fetch.index(), header, children);
    }

    private void sendPages(String to, FetchPages fetch, PagedState state) throws IOException {
        List<Integer> wanted = fetch.pages().stream()
                .sorted()
                .distinct()
                .filter(page -> page >= 0 && page < state.tree().pages())
                .limit(StateFetcher.PAGES_AT_ONCE)
                .toList();
        try (InputStream in = new BufferedInputStream(storage.open(state.stored()))) {
            long at = 0;
            for (int page : wanted) {
                long begin = (long) page * pageBytes;
                in.skipNBytes(begin - at);
                byte[] content = in.readNBytes(pageBytes);
                at = begin + content.length;
                replica.tell(new Answer(to, new Page(fetch.sequence(), page, ByteString.fromArrayUnsafe(content))));
            }
        }
    }

    private Optional<PagedState> stateFor(String reader, long sequence) throws IOException {
        Optional<PagedState> state = state(sequence);
        if (state.isPresent()) {
            timers.startSingleTimer(reader, new Silent(reader), patience);
            Long before = fetched.put(reader, sequence);
            if (before != null && before != sequence) {
                prune();
            }
        }
        return state;
    }

    private Optional<PagedState> state(long sequence) throws IOException {
        if (!known.containsKey(sequence)) {
            for (SnapshotStorage.Stored stored : storage.list(group)) {
                if (stored.index() == sequence) {
                    known.put(sequence, PagedState.read(storage, stored, pageBytes));
                }
            }
        }
        return Optional.ofNullable(known.get(sequence));
    }

    private Behavior<Command> onPrune(Prune prune) {
        neededFrom = Math.max(neededFrom, prune.sequence());
        prune();
        return this;
    }

    private Behavior<Command> onSilent(Silent silent) {
        fetched.remove(silent.reader());
        prune();
        return this;
    }

    private void prune() {
        known.keySet().removeIf(sequence -> !isNeeded(sequence));
        try {
            for (SnapshotStorage.Stored stored : storage.list(group)) {
                if (!isNeeded(stored.index())) {
                    storage.delete(stored);
                }
            }
        } catch (IOException e) {
            warn("Old checkpoints below {} of group {} cannot be deleted; they only take space", neededFrom, e);
        }
    }

    private boolean isNeeded(long sequence) {
        return sequence >= neededFrom || fetched.containsValue(sequence);
    }

    private void warn(String message, Object what, Exception cause) {
        GroupLogging.of(getContext().getLog(), group).warn(message, what, group, cause);
    }
}
