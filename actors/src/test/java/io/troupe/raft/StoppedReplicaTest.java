package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** What is on the disk of a replica counts, and all of it does. */
class StoppedReplicaTest {

    private static final HardState HARD = new HardState(9, Optional.empty());

    /** Remembers its commands. */
    private static final class Words implements StateMachine {
        final List<String> words = new ArrayList<>();

        @Override
        public ByteString apply(long index, ByteString command) {
            words.add(command.utf8String());
            return command;
        }

        @Override
        public ByteString query(ByteString query) {
            return query;
        }

        @Override
        public State freeze() {
            List<String> frozen = List.copyOf(words);
            return out -> out.write(String.join(" ", frozen).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void restore(InputStream state) throws IOException {
            words.addAll(List.of(new String(state.readAllBytes(), StandardCharsets.UTF_8).split(" ")));
        }
    }

    private final SnapshotStorage storage = new InMemorySnapshotStorage();
    private final StoppedReplica replica = new StoppedReplica("g");
    private final Words machine = new Words();

    private static Entry.Command word(String word) {
        return new Entry.Command(Replica.NO_SESSION, 0, 0, ByteString.fromString(word));
    }

    private static LogEvent written(long first, long term, Entry.Payload... payloads) {
        return new LogEvent.Written(
                HARD,
                LogSlice.of(
                        first,
                        List.of(payloads).stream()
                                .map(payload -> new Entry(term, payload))
                                .toList()));
    }

    private static LogEvent rebased(long index, long term) {
        return new LogEvent.Rebased(
                HARD,
                new SnapshotMetadata(new LogPosition(index, term), Configuration.of(List.of("n1", "n2", "n3"))),
                index > 0);
    }

    private void store(long index, long term, String... words) throws IOException {
        var before = new Words();
        before.words.addAll(List.of(words));
        try (SnapshotStorage.Writer writer = storage.create("g", index, term)) {
            new ReplicatedService(before).freeze().writeTo(writer.out());
            writer.commit();
        }
    }

    @Test
    void whatOneOfThreeHasCountsAlthoughNobodyElseIsKnownToHaveIt() throws Exception {
        replica.recover(rebased(0, 0));
        replica.recover(written(1, 1, new Entry.NoOp(), word("a"), word("b")));
        replica.recover(written(3, 4, new Entry.NoOp(), word("c"))); // In place of b, which was of no majority.
        assertThat(replica.applyTo(machine, storage)).isEqualTo(new StoppedReplica.End(4, 4));
        assertThat(machine.words).containsExactly("a", "c");
    }

    @Test
    void theSnapshotComesBeforeTheLogThatIsLeft() throws Exception {
        store(3, 2, "a", "b");
        replica.recover(written(2, 2, word("a"), word("b"), word("c")));
        replica.recover(rebased(3, 2));
        assertThat(replica.applyTo(machine, storage)).isEqualTo(new StoppedReplica.End(4, 2));
        assertThat(machine.words).containsExactly("a", "b", "c");
    }

    @Test
    void aCommandThatItsClientSentTwiceCountsOnce() throws Exception {
        var once = new Entry.Command(1, 1, 1, ByteString.fromString("a"));
        replica.recover(rebased(0, 0));
        replica.recover(written(1, 1, new Entry.OpenSession(), once, once));
        replica.applyTo(machine, storage);
        assertThat(machine.words).containsExactly("a");
    }

    @Test
    void whatIsNotWholeIsRefused() throws Exception {
        assertThatThrownBy(() -> replica.applyTo(machine, storage)).hasMessageContaining("There is nothing here");
        replica.recover(written(4, 2, word("d")));
        assertThatThrownBy(() -> replica.applyTo(machine, storage)).hasMessageContaining("events are not complete");
        replica.recover(rebased(3, 2));
        assertThatThrownBy(() -> replica.applyTo(machine, storage))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("index 3 of term 2", "missing or damaged");
        assertThatThrownBy(() -> replica.recover(written(9, 2, word("i"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("events are not complete");
    }

    @Test
    void aWitnessHasNoStateToTake() throws Exception {
        replica.recover(rebased(0, 0));
        replica.recover(written(1, 1, new Entry.Elided()));
        assertThatThrownBy(() -> replica.applyTo(machine, storage)).hasMessageContaining("is a witness");
    }
}
