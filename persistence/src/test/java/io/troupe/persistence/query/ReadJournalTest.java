package io.troupe.persistence.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.Counter;
import io.troupe.persistence.query.javadsl.TroupeReadJournal;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The read side, over events of real persistent actors. */
class ReadJournalTest {

    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    static Path directory;

    private static ActorTestKit kit;
    private static TroupeReadJournal journal;

    @BeforeAll
    static void start() {
        kit = ActorTestKit.create(
                "read-journal",
                ConfigFactory.parseString("troupe.persistence.query.page-size = 3")
                        .withFallback(Counter.config(directory)));
        journal = PersistenceQuery.get(kit.system())
                .getReadJournalFor(TroupeReadJournal.class, TroupeReadJournal.IDENTIFIER);
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
    }

    private static ActorRef<Counter.Command> counter(String id, int increments) {
        ActorRef<Counter.Command> counter = kit.spawn(Counter.create(id));
        add(counter, increments);
        return counter;
    }

    private static void add(ActorRef<Counter.Command> counter, int increments) {
        TestProbe<Long> probe = kit.createTestProbe();
        for (int i = 0; i < increments; i++) {
            counter.tell(new Counter.Increment(probe.ref()));
        }
        for (int i = 0; i < increments; i++) {
            probe.receiveMessage();
        }
    }

    private static <T> List<T> all(Source<T, ?> source) throws Exception {
        return source.runWith(Sink.seq(), kit.system()).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static List<Long> sequenceNrs(List<EventEnvelope> events) {
        return events.stream().map(EventEnvelope::sequenceNr).toList();
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void currentEventsAreThoseOfTheRangeInOrderAndThenItCompletes() throws Exception {
        counter("current", 10);
        List<EventEnvelope> events = all(journal.currentEventsByPersistenceId("current", 0, ALL));
        assertThat(sequenceNrs(events)).isEqualTo(range(1, 10));
        assertThat(events.get(3).persistenceId()).isEqualTo("current");
        assertThat(events.get(3).event()).isEqualTo("incremented");
        assertThat(events.get(3).offset()).isEqualTo(Offset.sequence(4));
        assertThat(events.get(3).timestamp()).isPositive();
        assertThat(sequenceNrs(all(journal.currentEventsByPersistenceId("current", 3, 7))))
                .isEqualTo(range(3, 7));
        assertThat(all(journal.currentEventsByPersistenceId("current", 11, ALL)))
                .isEmpty();
        assertThat(all(journal.currentEventsByPersistenceId("nobody", 0, ALL))).isEmpty();
    }

    @Test
    void liveEventsFollowAsTheyArePersisted() throws Exception {
        ActorRef<Counter.Command> counter = counter("live", 4);
        SinkQueueWithCancel<EventEnvelope> events =
                journal.eventsByPersistenceId("live", 2, ALL).runWith(Sink.queue(), kit.system());
        assertThat(next(events)).isEqualTo(2);
        assertThat(next(events)).isEqualTo(3);
        assertThat(next(events)).isEqualTo(4);
        add(counter, 20);
        for (long nr = 5; nr <= 24; nr++) {
            assertThat(next(events)).isEqualTo(nr);
        }
        events.cancel();
    }

    private static long next(SinkQueueWithCancel<EventEnvelope> events) throws Exception {
        return events.pull()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS)
                .orElseThrow()
                .sequenceNr();
    }

    @Test
    void liveEventsOfSomeoneWhoHasNotWrittenYetAreWaitedForAndTheUpperBoundCompletes() throws Exception {
        var events = journal.eventsByPersistenceId("later", 0, 5)
                .runWith(Sink.seq(), kit.system())
                .toCompletableFuture();
        counter("later", 8);
        assertThat(sequenceNrs(events.get(60, TimeUnit.SECONDS))).isEqualTo(range(1, 5));
    }

    @Test
    void persistenceIdsAreEachThereOnceAndLiveOnesFollow() throws Exception {
        Stream.of("id-1", "id-2", "id-3", "id-4").forEach(id -> counter(id, 2));
        List<String> ids = all(journal.currentPersistenceIds());
        assertThat(ids).contains("id-1", "id-2", "id-3", "id-4").doesNotHaveDuplicates();

        var live = journal.persistenceIds()
                .filter(id -> id.startsWith("id-"))
                .take(6)
                .runWith(Sink.seq(), kit.system())
                .toCompletableFuture();
        counter("id-5", 1);
        counter("id-6", 1);
        assertThat(live.get(60, TimeUnit.SECONDS))
                .containsExactlyInAnyOrder("id-1", "id-2", "id-3", "id-4", "id-5", "id-6");
    }

    @Test
    void theScalaSideIsTheSame() throws Exception {
        counter("scala", 3);
        var scala = PersistenceQuery.get(kit.system())
                .<io.troupe.persistence.query.scaladsl.TroupeReadJournal>readJournalFor(
                        io.troupe.persistence.query.scaladsl.TroupeReadJournal.IDENTIFIER);
        assertThat(sequenceNrs(
                        all(scala.currentEventsByPersistenceId("scala", 0, ALL).asJava())))
                .isEqualTo(range(1, 3));
        assertThat(all(scala.currentPersistenceIds().asJava())).contains("scala");
    }
}
