package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.FetchNode;
import io.troupe.pbft.PbftMessage.FetchPages;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.NodeDigests;
import io.troupe.pbft.PbftMessage.Page;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the state of one checkpoint whose digest is proved, asking one replica at a time (thesis): the tree of
 * digests from the root down to where it differs from a state that is here, then the pages that differ. Everything is held
 * against the digest above it, so a source that lies is found out, and another is asked. Runs where blocking is allowed;
 * stops when it is done.
 *
 * <p>Transitions: asking for the root → asking for nodes → asking for pages → fetched.
 */
final class StateFetcher extends AbstractBehavior<StateFetcher.Command> {

    /** Asked for together; a page must fit a message. */
    static final int PAGES_AT_ONCE = 16;

    sealed interface Command permits Told, Tick {}

    /** What a replica said; it may be anything. */
    record Told(String from, PbftMessage message) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    sealed interface Event extends Replica.Message permits Ask, Fetched, Failed {}

    record Ask(String source, PbftMessage question) implements Event {}

    /** The state is in the storage. */
    record Fetched(long sequence, StateHeader header) implements Event {}

    /** No source has given it: there may be a later checkpoint by now. */
    record Failed(long sequence) implements Event {}

    /** A node of the tree whose children are not known yet. */
    private record Unknown(int level, int index, Digest digest) {}

    private final String group;
    private final Checkpoint target;
    private final List<String> sources;
    private final Optional<SnapshotStorage.Stored> own;
    private final SnapshotStorage storage;
    private final int pageBytes;
    private final ActorRef<? super Event> replica;
    private final Deque<Unknown> unknown = new ArrayDeque<>();
    private final TreeMap<Integer, Digest> pages = new TreeMap<>();
    private final TreeMap<Integer, ByteString> arrived = new TreeMap<>();
    private List<Integer> asked = List.of();
    private @Nullable StateHeader header;
    private @Nullable Assembly assembly;
    private @Nullable PagedState ownState;
    private int source;
    private int refusals;

    /**
     * @param target whose digest is proved
     * @param sources in the order in which they are asked
     * @param own a state that is here and may have pages in common
     * @param patience how long one source has for one answer
     */
    static Behavior<Command> create(
            String group,
            Checkpoint target,
            List<String> sources,
            Optional<SnapshotStorage.Stored> own,
            SnapshotStorage storage,
            int pageBytes,
            Duration patience,
            ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new StateFetcher(context, timers, group, target, sources, own, storage, pageBytes, patience, replica)));
    }

    private StateFetcher(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String group,
            Checkpoint target,
            List<String> sources,
            Optional<SnapshotStorage.Stored> own,
            SnapshotStorage storage,
            int pageBytes,
            Duration patience,
            ActorRef<? super Event> replica) {
        super(context);
        this.group = group;
        this.target = target;
        this.sources = sources;
        this.own = own;
        this.storage = storage;
        this.pageBytes = pageBytes;
        this.replica = replica;
        timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, patience);
        ask();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Told.class, this::onTold)
                .onMessageEquals(Tick.TICK, () -> another("is silent"))
                .onSignal(PostStop.class, stopped -> {
                    discard();
                    return this;
                })
                .build();
    }

    private Behavior<Command> onTold(Told told) throws IOException {
        if (!told.from().equals(sources.get(source))) {
            return this; // Not asked, or not any more.
        }
        if (told.message() instanceof NoSuchState none && none.sequence() == target.sequence()) {
            return another("does not have it");
        }
        if (told.message() instanceof NodeDigests node && node.sequence() == target.sequence()) {
            return header == null ? onRoot(node) : onNode(node);
        }
        if (told.message() instanceof Page page && page.sequence() == target.sequence()) {
            return onPage(page);
        }
        return this;
    }

    private Behavior<Command> onRoot(NodeDigests node) throws IOException {
        Optional<StateHeader> claimed = node.header();
        if (claimed.isEmpty() || !claimed.get().digest(target.sequence()).equals(target.digest())) {
            return another("has another state under this number");
        }
        int count = PagedState.pages(claimed.get().length(), pageBytes);
        if (node.level() != DigestTree.heightOf(count)
                || !DigestTree.parent(node.children()).equals(claimed.get().root())) {
            return another("sent digests that do not come to the root");
        }
        header = claimed.get();
        if (own.isPresent()) {
            ownState = PagedState.read(storage, own.get(), pageBytes);
        }
        learn(node.level(), 0, node.children());
        return next();
    }

    private Behavior<Command> onNode(NodeDigests node) throws IOException {
        Unknown wanted = unknown.peek();
        if (wanted == null || wanted.level() != node.level() || wanted.index() != node.index()) {
            return this;
        }
        if (!DigestTree.parent(node.children()).equals(wanted.digest())) {
            return another("sent digests that do not come to their parent");
        }
        unknown.remove();
        learn(node.level(), node.index(), node.children());
        return next();
    }

    /** What is the same here is known already. */
    private void learn(int level, int index, List<Digest> children) {
        for (int i = 0; i < children.size(); i++) {
            int child = index * DigestTree.FAN_OUT + i;
            if (level == 1) {
                pages.put(child, children.get(i));
            } else if (ownState != null && ownState.tree().has(level - 1, child, children.get(i))) {
                learn(level - 1, child, ownState.tree().children(level - 1, child));
            } else {
                unknown.add(new Unknown(level - 1, child, children.get(i)));
            }
        }
    }

    private Behavior<Command> onPage(Page page) throws IOException {
        if (!asked.contains(page.page())) {
            return this;
        }
        if (!Digest.of(page.content()).equals(pages.get(page.page()))) {
            return another("sent a page that does not have its digest");
        }
        arrived.put(page.page(), page.content());
        return arrived.keySet().containsAll(asked) ? next() : this;
    }

    private Behavior<Command> next() throws IOException {
        if (unknown.isEmpty() && header != null) {
            if (assembly == null) {
                assembly = new Assembly(storage, group, target.sequence(), header.operations(), pageBytes, ownState);
            }
            asked = assembly.append(pages, arrived, PAGES_AT_ONCE);
            if (asked.isEmpty()) {
                assembly.finish();
                assembly = null;
                replica.tell(new Fetched(target.sequence(), header));
                return Behaviors.stopped();
            }
        }
        refusals = 0;
        ask();
        return this;
    }

    private void ask() {
        PbftMessage question;
        Unknown wanted = unknown.peek();
        if (header == null) {
            question = new FetchNode(target.sequence(), 0, 0);
        } else if (wanted != null) {
            question = new FetchNode(target.sequence(), wanted.level(), wanted.index());
        } else {
            List<Integer> missing =
                    asked.stream().filter(page -> !arrived.containsKey(page)).toList();
            question = new FetchPages(target.sequence(), missing);
        }
        replica.tell(new Ask(sources.get(source), question));
    }

    private Behavior<Command> another(String why) {
        GroupLogging.of(getContext().getLog(), group)
                .info("State at {} of group {}: {} {}", target.sequence(), group, sources.get(source), why);
        source = (source + 1) % sources.size();
        if (++refusals > 2 * sources.size()) {
            replica.tell(new Failed(target.sequence()));
            return Behaviors.stopped();
        }
        ask();
        return this;
    }

    private void discard() {
        if (assembly != null) {
            assembly.close();
        }
    }
}
