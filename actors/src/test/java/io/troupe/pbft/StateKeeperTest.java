package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.FetchNode;
import io.troupe.pbft.PbftMessage.FetchPages;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.Page;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.paper.PaperSystem;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which states are kept, and for whom. */
class StateKeeperTest {

    private static final String GROUP = "g";
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final PaperSystem system = PaperSystem.create(ConfigFactory.empty());
    private final ActorTestKit kit = system.kit();
    private final SnapshotStorage storage = new InMemorySnapshotStorage();
    private final TestProbe<StateKeeper.Event> replica = kit.createTestProbe();
    private final ActorRef<StateKeeper.Command> keeper =
            kit.spawn(StateKeeper.create(GROUP, storage, 16, PATIENCE, replica.ref()));

    @AfterEach
    void stop() {
        system.close();
    }

    private void save(long... sequences) {
        for (long sequence : sequences) {
            keeper.tell(new StateKeeper.Save(sequence, sequence, out -> out.write((int) sequence)));
            replica.expectMessageClass(StateKeeper.Saved.class);
        }
    }

    private PbftMessage asks(String reader, PbftMessage question) {
        keeper.tell(new StateKeeper.Serve(reader, question));
        StateKeeper.Answer answer = replica.expectMessageClass(StateKeeper.Answer.class);
        assertThat(answer.to()).isEqualTo(reader);
        return answer.answer();
    }

    private PbftMessage fetches(String reader, long sequence) {
        return asks(reader, new FetchPages(sequence, List.of(0)));
    }

    private static Page page(long sequence) {
        return new Page(sequence, 0, ByteString.fromArray(new byte[] {(byte) sequence}));
    }

    private List<Long> stored() throws IOException {
        return storage.list(GROUP).stream().map(SnapshotStorage.Stored::index).toList();
    }

    @Test
    void whatIsBelowTheStableCheckpointAndNobodyFetchesIsDeleted() throws IOException {
        save(4, 8, 12);
        keeper.tell(new StateKeeper.Prune(8));
        assertThat(fetches("n2", 4)).isEqualTo(new NoSuchState(4));
        assertThat(fetches("n2", 8)).isEqualTo(page(8));
        assertThat(stored()).containsExactly(8L, 12L);
    }

    @Test
    void aStateThatIsBeingFetchedIsKeptThoughLaterOnesAreStable() throws IOException {
        save(4, 8, 12);
        asks("n2", new FetchNode(4, 0, 0));
        for (long stable : new long[] {8, 12}) {
            keeper.tell(new StateKeeper.Prune(stable));
            assertThat(fetches("n2", 4)).isEqualTo(page(4));
        }
        assertThat(stored()).containsExactly(4L, 12L);
    }

    @Test
    void itIsKeptForAsLongAsItIsAskedForAndALittleLonger() throws IOException {
        save(4, 8);
        fetches("n2", 4);
        keeper.tell(new StateKeeper.Prune(8));
        for (int questions = 0; questions < 5; questions++) {
            system.timePasses(PATIENCE.minusMillis(1));
            assertThat(fetches("n2", 4)).isEqualTo(page(4));
        }
        system.timePasses(PATIENCE);
        assertThat(fetches("n2", 4)).isEqualTo(new NoSuchState(4));
        assertThat(stored()).containsExactly(8L);
    }

    @Test
    void forEachReaderThatIsOneState() throws IOException {
        save(4, 8, 12);
        fetches("n2", 4);
        fetches("n3", 4);
        keeper.tell(new StateKeeper.Prune(8));
        fetches("n2", 8);
        assertThat(stored()).as("n3 fetches the first").containsExactly(4L, 8L, 12L);
        keeper.tell(new StateKeeper.Prune(12));
        fetches("n3", 12);
        assertThat(stored()).containsExactly(8L, 12L);
        fetches("n2", 12);
        assertThat(stored()).containsExactly(12L);
    }
}
