package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import io.troupe.wire.Wire;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The log of a replica that asks for all it writes at once, and does nothing else. */
class WriteAheadLogTest {

    private static final String CONFIG =
            """
            pekko.actor {
              allow-java-serialization = on
              warn-about-java-serializer-usage = off
              serialization-bindings { "io.troupe.replication.WriteAheadLogTest$Word" = java }
            }
            """;

    /**
     * @param index that the word is about
     * @param covered words about nothing above it are not needed beside this one
     */
    record Word(String text, long index, long covered) implements Wire, Serializable {
        Word(String text, long index) {
            this(text, index, WriteAheadLog.Contents.NOTHING);
        }
    }

    record Read(List<String> texts) implements Replica.Message {}

    /** Five letters to a write; a number is written alone. */
    private static final class Words implements WriteAheadLog.Contents<Word> {
        private final List<String> texts = new ArrayList<>();

        @Override
        public Class<Word> eventType() {
            return Word.class;
        }

        @Override
        public void recover(Word word) {
            texts.add(word.text());
        }

        @Override
        public Read recovered() {
            return new Read(List.copyOf(texts));
        }

        @Override
        public long size(Word word) {
            return word.text().matches("\\d+") ? ALONE : word.text().length();
        }

        @Override
        public Word joined(List<Word> words) {
            String text = words.stream().map(Word::text).collect(Collectors.joining("+"));
            return new Word(text, words.get(words.size() - 1).index());
        }

        @Override
        public long highestIndex(Word word) {
            return word.index();
        }

        @Override
        public long coveredThrough(Word word) {
            return word.covered();
        }
    }

    private final List<String> read = new ArrayList<>();
    private long durable;

    private Node<Replica.Message> replica(Simulation sim, String name, String journal, Word... words) {
        List<Word> unwritten = new ArrayList<>(List.of(words));
        return sim.node(
                name,
                node -> Behaviors.setup(context -> {
                    var log = WriteAheadLog.spawn(context, "log-g", journal, 5, new Words());
                    for (int i = 0; i < unwritten.size(); i++) {
                        log.tell(new WriteAheadLog.Write<>(i + 1, unwritten.get(i)));
                    }
                    unwritten.clear();
                    return Behaviors.receiveMessage(this::heard);
                }));
    }

    private Behavior<Replica.Message> heard(Replica.Message message) {
        if (message instanceof Read all) {
            read.addAll(all.texts());
        } else if (message instanceof WriteAheadLog.Stored stored) {
            assertThat(stored.ticket()).isGreaterThan(durable);
            durable = stored.ticket();
        }
        return Behaviors.same();
    }

    private List<String> readAfterACrash(Simulation sim, Node<?> replica) {
        replica.crash();
        read.clear();
        replica.restart();
        sim.runFor(Duration.ofSeconds(1));
        return read;
    }

    @SimulationTest(seeds = 3, config = CONFIG)
    void whatIsAskedForMeanwhileIsTheNextWrite(Simulation sim) {
        Word[] words = {
            new Word("a", 1),
            new Word("bb", 2),
            new Word("ccc", 3),
            new Word("d", 4),
            new Word("5", 5),
            new Word("e", 6),
            new Word("sixsix", 7),
            new Word("f", 8)
        };
        var replica = replica(sim, "n1", "", words);
        sim.runUntil(() -> durable == words.length, Duration.ofSeconds(5));
        assertThat(readAfterACrash(sim, replica)).containsExactly("a", "bb+ccc", "d", "5", "e", "sixsix", "f");
    }

    @SimulationTest(seeds = 3, config = CONFIG)
    void whatALaterEventCoversIsDeleted(Simulation sim) {
        var replica = replica(
                sim,
                "n1",
                "",
                new Word("1", 1),
                new Word("2", 0),
                new Word("3", 3),
                new Word("4", 2),
                new Word("5", 5, 2));
        sim.runUntil(() -> durable == 5, Duration.ofSeconds(5));
        sim.runFor(Duration.ofSeconds(1)); // What is deleted is told to nobody.
        assertThat(readAfterACrash(sim, replica))
                .as("a log is cut at its beginning alone, so what is behind 3 stays")
                .containsExactly("3", "4", "5");
    }

    @SimulationTest(seeds = 3, config = CONFIG)
    void whatIsReportedIsDurable(Simulation sim) {
        var replica = replica(sim, "n1", "", new Word("1", 1), new Word("2", 2), new Word("3", 3), new Word("4", 4));
        sim.runUntil(() -> durable > 1, Duration.ofSeconds(5));
        long promised = durable;
        assertThat(readAfterACrash(sim, replica)).hasSizeGreaterThanOrEqualTo((int) promised);
    }

    @SimulationTest(seeds = 3, checksReplay = true, config = CONFIG)
    void aLogIsInTheJournalThatItsEngineNames(Simulation sim) {
        replica(sim, "n1", "troupe.sim.shared-journal", new Word("1", 1));
        sim.runUntil(() -> durable == 1, Duration.ofSeconds(5));
        replica(sim, "n2", "");
        sim.runFor(Duration.ofSeconds(1));
        assertThat(read).isEmpty();
        replica(sim, "n3", "troupe.sim.shared-journal");
        sim.runFor(Duration.ofSeconds(1));
        assertThat(read).containsExactly("1");
    }
}
