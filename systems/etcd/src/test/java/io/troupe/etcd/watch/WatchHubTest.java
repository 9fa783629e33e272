package io.troupe.etcd.watch;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.PutRequest;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.mvcc.Change;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.mvcc.LeaseFacts;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.replication.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The hub between a state machine driven by hand and a stream that takes what it is told to take. */
class WatchHubTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();
    private static final EtcdSettings.Watch SETTINGS =
            new EtcdSettings.Watch(1000, 5, 1 << 20, 1 << 20, Duration.ofMinutes(10));

    private final StoreFeed feed = new StoreFeed();
    private final ActorRef<WatchHub.Command> hub = TEST_KIT.spawn(WatchHub.create(SETTINGS, feed));
    private final TestProbe<WatchSession.Command> stream = TEST_KIT.createTestProbe();
    private final EtcdStateMachine machine = new EtcdStateMachine(new StoreListener() {
        @Override
        public void onChanges(long revision, List<Change> changes) {
            feed.changed(revision, changes);
        }

        @Override
        public void onRestored(long revision, List<LeaseFacts> leases) {
            feed.restored(revision);
        }
    });
    private long index;
    /** What a quorum has committed, and this replica has not heard yet. */
    private volatile List<ByteString> missed = List.of();

    private volatile boolean hasQuorum = true;

    @BeforeEach
    void wire() {
        feed.attach(hub.narrow());
        hub.tell(new WatchHub.UseClient(client()));
    }

    /** Of a replica that answers what the hub asks it, which is reads. */
    private ActorRef<SessionClient.Command> client() {
        var shared = new OneAtATime(machine);
        ActorRef<Replica.Request> replica = TEST_KIT.spawn(Behaviors.receive(Replica.Request.class)
                .onMessage(Replica.Query.class, query -> {
                    if (query.consistency() == ReadConsistency.LINEARIZABLE && !hasQuorum) {
                        query.replyTo().tell(new Replica.Rejected(query.id(), 0, Replica.Reason.NO_LEADER, "cut off"));
                        return Behaviors.same();
                    }
                    if (query.consistency() == ReadConsistency.LINEARIZABLE) {
                        missed.forEach(command -> shared.apply(++index, command));
                        missed = List.of();
                    }
                    query.replyTo().tell(new Replica.Answered(query.id(), 0, shared.query(query.query())));
                    return Behaviors.same();
                })
                .build());
        return TEST_KIT.spawn(SessionClient.create(replica, SessionClient.Settings.DEFAULT, new SplittableRandom(1)));
    }

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    /** Lets the test apply and restore while the replica answers reads, never both at once. */
    private record OneAtATime(StateMachine machine) implements StateMachine {
        @Override
        public ByteString apply(long index, ByteString command) {
            synchronized (machine) {
                return machine.apply(index, command);
            }
        }

        @Override
        public ByteString query(ByteString query) {
            synchronized (machine) {
                return machine.query(query);
            }
        }

        @Override
        public State freeze() {
            synchronized (machine) {
                return machine.freeze();
            }
        }

        @Override
        public void restore(InputStream state) throws IOException {
            synchronized (machine) {
                machine.restore(state);
            }
        }
    }

    private void put(EtcdStateMachine to, String key) {
        new OneAtATime(to)
                .apply(
                        ++index,
                        Commands.put(PutRequest.newBuilder()
                                .setKey(copyFromUtf8(key))
                                .setValue(copyFromUtf8("" + index))
                                .build()));
    }

    private void open(long watchId, String prefix, long startRevision) {
        hub.tell(new WatchHub.Open(
                1,
                watchId,
                WatchTester.prefix(prefix).setStartRevision(startRevision).build(),
                stream.ref()));
        stream.expectMessageClass(WatchSession.Opened.class);
    }

    private List<Long> takeRevisions(int count) {
        List<Long> revisions = new ArrayList<>();
        while (revisions.size() < count) {
            var events = stream.expectMessageClass(WatchSession.Events.class);
            events.events().stream().map(Event::getKv).forEach(kv -> revisions.add(kv.getModRevision()));
            hub.tell(new WatchHub.Taken(1, events.events().size(), events.bytes()));
        }
        return revisions;
    }

    @Test
    void aStreamThatTakesNothingIsHandedNoMoreThanItsBoundAndLaterEverythingInOrder() {
        open(0, "a", 0);
        List<WatchSession.Events> handed = new ArrayList<>();
        for (int i = 0; i < SETTINGS.unreadEventsMax(); i++) {
            put(machine, "a");
            handed.add(stream.expectMessageClass(WatchSession.Events.class));
        }
        for (int i = SETTINGS.unreadEventsMax(); i < 100; i++) {
            put(machine, "a");
        }
        stream.expectNoMessage(Duration.ofMillis(300));

        handed.forEach(events -> hub.tell(new WatchHub.Taken(1, events.events().size(), events.bytes())));

        List<Long> expected = new ArrayList<>();
        for (long revision = 2 + SETTINGS.unreadEventsMax(); revision <= 101; revision++) {
            expected.add(revision);
        }
        assertThat(takeRevisions(expected.size())).isEqualTo(expected);
        put(machine, "a");
        assertThat(takeRevisions(1)).containsExactly(102L);
    }

    /** A stream that takes what it is handed when the test says so. */
    private final class Reader {
        final long streamId;
        final ActorRef<WatchHub.Command> of;
        final Queue<WatchSession.Events> unread = new ConcurrentLinkedQueue<>();
        final AtomicInteger events = new AtomicInteger();
        final ActorRef<WatchSession.Command> session = TEST_KIT.spawn(Behaviors.receive(WatchSession.Command.class)
                .onMessage(WatchSession.Events.class, handed -> {
                    unread.add(handed);
                    events.addAndGet(handed.events().size());
                    return Behaviors.same();
                })
                .onAnyMessage(ignored -> Behaviors.same())
                .build());

        Reader(long streamId, ActorRef<WatchHub.Command> of) {
            this.streamId = streamId;
            this.of = of;
        }

        void watch(long startRevision) {
            var request = WatchTester.prefix("a").setStartRevision(startRevision);
            of.tell(new WatchHub.Open(streamId, 0, request.build(), session));
        }

        void take() {
            while (!unread.isEmpty()) {
                var handed = unread.remove();
                of.tell(new WatchHub.Taken(streamId, handed.events().size(), handed.bytes()));
            }
        }

        /** Takes all the while. */
        void awaitEvents(int count) {
            await("%d events".formatted(count))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        take();
                        return events.get() == count;
                    });
        }
    }

    @Test
    void aStreamOfManyWatchesIsReadForInTurnAsItsClientTakesIt() {
        int changes = 2 * SETTINGS.unreadEventsMax();
        for (int i = 0; i < changes; i++) {
            put(machine, "a");
        }
        var slow = new Reader(1, hub);
        int watches = 100;
        for (int i = 0; i < watches; i++) {
            slow.watch(2);
        }
        var other = new Reader(2, hub);
        other.watch(2);
        other.awaitEvents(changes);
        assertThat(slow.events.get()).isLessThanOrEqualTo(WatchHub.READS_UNDER_WAY_MAX * changes);
        slow.awaitEvents(watches * changes);
    }

    @Test
    void whatAllStreamsHaveNotReadOfTheirHistoryIsBoundedToo() {
        var value = copyFromUtf8("v".repeat(100_000)); // Two are a stretch.
        int changes = 6;
        for (int i = 0; i < changes; i++) {
            new OneAtATime(machine)
                    .apply(
                            ++index,
                            Commands.put(PutRequest.newBuilder()
                                    .setKey(copyFromUtf8("a"))
                                    .setValue(value)
                                    .build()));
        }
        var bounded = TEST_KIT.spawn(
                WatchHub.create(new EtcdSettings.Watch(1000, 1000, 1 << 20, 1, Duration.ofMinutes(10)), feed));
        feed.attach(bounded.narrow());
        bounded.tell(new WatchHub.UseClient(client()));
        put(machine, "a"); // By which it learns what there is.
        List<Reader> slow = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            var reader = new Reader(i, bounded);
            reader.watch(2);
            slow.add(reader);
        }
        var other = new Reader(21, bounded);
        other.watch(2);
        other.awaitEvents(changes + 1);
        assertThat(slow).allSatisfy(reader -> assertThat(reader.unread).hasSize(1));
        slow.forEach(reader -> reader.awaitEvents(changes + 1));
    }

    @Test
    void aReplicaRestoredFromASnapshotLosesNoEventsForItsWatches() throws Exception {
        open(0, "a", 0);
        put(machine, "a");
        assertThat(takeRevisions(1)).containsExactly(2L);
        var ahead = new EtcdStateMachine(StoreListener.NONE);
        long before = index;
        index = 0;
        for (int i = 0; i < 50; i++) {
            put(ahead, "a");
        }
        index = before + 50;
        var bytes = new ByteArrayOutputStream();
        ahead.freeze().writeTo(bytes);

        new OneAtATime(machine).restore(new ByteArrayInputStream(bytes.toByteArray()));
        put(machine, "a");

        List<Long> expected = new ArrayList<>();
        for (long revision = 3; revision <= 52; revision++) {
            expected.add(revision);
        }
        assertThat(takeRevisions(expected.size())).isEqualTo(expected);
    }

    @Test
    void changesThatTheFeedHadNoRoomForAreReadFromHistory() {
        open(0, "a", 0);
        // More than the feed takes while the hub cannot keep up with a thread that only writes.
        int changes = StoreFeed.UNDER_WAY_MAX * 4;
        for (int i = 0; i < changes; i++) {
            put(machine, "a");
        }
        List<Long> expected = new ArrayList<>();
        for (long revision = 2; revision < changes + 2; revision++) {
            expected.add(revision);
        }
        assertThat(takeRevisions(changes)).isEqualTo(expected);
    }

    @Test
    void progressWaitsUntilEveryWatchOfTheStreamHasCaughtUp() {
        for (int i = 0; i < 20; i++) {
            put(machine, "a");
        }
        open(0, "a", 2);
        hub.tell(new WatchHub.ReportProgress(1, stream.ref()));
        takeRevisions(20);
        var progress = stream.expectMessageClass(WatchSession.Progress.class);
        assertThat(progress.revision()).isEqualTo(21);
    }

    @Test
    void aWatchBeyondTheBoundIsRefused() {
        var small = TEST_KIT.spawn(WatchHub.create(
                new EtcdSettings.Watch(1, 5, 1 << 20, 1 << 20, Duration.ofMinutes(10)), new StoreFeed()));
        small.tell(new WatchHub.Open(1, 0, WatchTester.prefix("a").build(), stream.ref()));
        small.tell(new WatchHub.Open(1, 1, WatchTester.prefix("a").build(), stream.ref()));
        stream.expectMessageClass(WatchSession.Opened.class);
        assertThat(stream.expectMessageClass(WatchSession.Refused.class).reason())
                .isEqualTo("etcdserver: too many requests");
    }

    @Test
    void aWatchThatBeginsBeforeACompactionThisNodeHasYetToHearOfIsRefused() {
        missed = compactedAfterTen(8);
        hub.tell(new WatchHub.Open(
                1, 0, WatchTester.prefix("a").setStartRevision(1).build(), stream.ref()));
        stream.expectMessageClass(WatchSession.Opened.class);
        assertThat(stream.expectMessageClass(WatchSession.Compacted.class).compacted())
                .isEqualTo(8);
    }

    @Test
    void withoutAQuorumAWatchHasWhatThisNodeKnows() {
        missed = compactedAfterTen(8);
        hasQuorum = false;
        open(0, "a", 2);
        assertThat(takeRevisions(10)).startsWith(2L).endsWith(11L);
    }

    /** Ten changes of a, and a compaction of them that is yet to come. */
    private List<ByteString> compactedAfterTen(long revision) {
        for (int i = 0; i < 10; i++) {
            put(machine, "a");
        }
        return List.of(Commands.compact(
                CompactionRequest.newBuilder().setRevision(revision).build()));
    }

    @Test
    void progressIsToldAlsoWhenTheWatchItWaitedForTurnsOutToBeginBeforeTheCompaction() {
        for (int i = 0; i < 10; i++) {
            put(machine, "a");
        }
        new OneAtATime(machine)
                .apply(
                        ++index,
                        Commands.compact(
                                CompactionRequest.newBuilder().setRevision(8).build()));
        var late = TEST_KIT.spawn(WatchHub.create(SETTINGS, new StoreFeed()));
        late.tell(new WatchHub.Open(
                1, 0, WatchTester.prefix("a").setStartRevision(1).build(), stream.ref()));
        stream.expectMessageClass(WatchSession.Opened.class);
        late.tell(new WatchHub.ReportProgress(1, stream.ref()));

        late.tell(new WatchHub.UseClient(client()));
        assertThat(stream.expectMessageClass(WatchSession.Compacted.class).compacted())
                .isEqualTo(8);
        assertThat(stream.expectMessageClass(WatchSession.Progress.class).watchId())
                .isEqualTo(WatchSession.ALL_WATCHES);
    }

    @Test
    void anIdThatIsUsedAgainMeansTheOldWatchUntilItsEndIsToldAndTheNewOneAfterwards() {
        for (int i = 0; i < 10; i++) {
            put(machine, "a");
        }
        new OneAtATime(machine)
                .apply(
                        ++index,
                        Commands.compact(
                                CompactionRequest.newBuilder().setRevision(8).build()));
        var fromThePast = WatchTester.prefix("a").setStartRevision(1).build();
        hub.tell(new WatchHub.Open(1, 5, fromThePast, stream.ref()));
        stream.expectMessageClass(WatchSession.Opened.class);
        stream.expectMessageClass(WatchSession.Compacted.class);
        // The client canceled before it heard of the compaction, and opens another of the same id.
        hub.tell(new WatchHub.Cancel(1, 5));
        hub.tell(new WatchHub.Open(
                1, 5, WatchTester.prefix("a").setStartRevision(9).build(), stream.ref()));
        hub.tell(new WatchHub.Open(1, 5, WatchTester.prefix("b").build(), stream.ref()));
        assertThat(stream.expectMessageClass(WatchSession.Opened.class).watchId())
                .isEqualTo(5);
        assertThat(stream.receiveSeveralMessages(2)) // The history is read elsewhere: its events come when they come.
                .anySatisfy(message -> assertThat(message)
                        .isInstanceOfSatisfying(WatchSession.Refused.class, refused -> assertThat(refused.reason())
                                .contains("duplicate watch ID")))
                .anySatisfy(message -> assertThat(message)
                        .isInstanceOfSatisfying(WatchSession.Events.class, events -> assertThat(events.events())
                                .hasSize(3)));
        hub.tell(new WatchHub.Cancel(1, 5));
        assertThat(stream.expectMessageClass(WatchSession.Canceled.class).watchId())
                .isEqualTo(5);
    }

    @Test
    void aWatchBeginsAtTheRevisionThatTheStoreHasAlsoWhereTheHubHasYetToHearOfIt() {
        var late = new StoreFeed();
        var behind = TEST_KIT.spawn(WatchHub.create(SETTINGS, late));
        late.changed(7, List.of()); // Attached to no hub: what it tells is on its way.
        behind.tell(new WatchHub.Open(1, 0, WatchTester.prefix("a").build(), stream.ref()));
        assertThat(stream.expectMessageClass(WatchSession.Opened.class).revision())
                .isEqualTo(7);
    }

    @Test
    void aStartBeforeTheFirstRevisionIsOneBeforeTheCompaction() {
        put(machine, "a");
        open(0, "a", -5);
        assertThat(stream.expectMessageClass(WatchSession.Compacted.class).compacted())
                .isEqualTo(-1);
    }
}
