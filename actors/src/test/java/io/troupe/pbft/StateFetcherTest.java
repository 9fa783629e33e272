package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.FetchNode;
import io.troupe.pbft.PbftMessage.FetchPages;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.NodeDigests;
import io.troupe.pbft.PbftMessage.Page;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.pbft.StateFetcher.Ask;
import io.troupe.pbft.StateFetcher.Failed;
import io.troupe.pbft.StateFetcher.Fetched;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.paper.PaperSystem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * State transfer (thesis): of a state only what differs is fetched, from replicas that may lie. The correct sources are one real {@link
 * StateKeeper}; what a lying one says, and the replica between them, are played here.
 */
class StateFetcherTest {

    private static final String GROUP = "g";
    private static final int PAGE_BYTES = 16;
    private static final long SEQUENCE = 1024;
    private static final List<String> SOURCES = List.of("n2", "n3", "n4");
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Digest LIE = Digest.of(ByteString.fromString("a lie"));

    private final PaperSystem system = PaperSystem.create(ConfigFactory.empty());
    private final ActorTestKit kit = system.kit();
    private final TestProbe<StateFetcher.Event> replica = kit.createTestProbe();
    private final TestProbe<StateKeeper.Event> kept = kit.createTestProbe();
    private final SnapshotStorage here = new InMemorySnapshotStorage();
    private final ActorRef<StateKeeper.Command> keeper =
            kit.spawn(StateKeeper.create(GROUP, new InMemorySnapshotStorage(), PAGE_BYTES, PATIENCE, kept.ref()));

    @AfterEach
    void stop() {
        system.close();
    }

    /** Pages that all differ, those of {@code changed} in another way. */
    private static byte[] state(int pages, Integer... changed) {
        StringBuilder text = new StringBuilder();
        List<Integer> others = List.of(changed);
        for (int page = 0; page < pages; page++) {
            text.append(String.format("%-" + PAGE_BYTES + "s", (others.contains(page) ? "changed " : "page ") + page));
        }
        return text.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** The others have this state. */
    private Checkpoint checkpoint(byte[] state) {
        keeper.tell(new StateKeeper.Save(SEQUENCE, 7, out -> out.write(state)));
        StateHeader header = ((StateKeeper.Saved) kept.receiveMessage()).header();
        return new Checkpoint(SEQUENCE, header.digest(SEQUENCE));
    }

    /** This replica has this one. */
    private SnapshotStorage.Stored own(byte[] state) throws IOException {
        try (SnapshotStorage.Writer writer = here.create(GROUP, 512, 3)) {
            writer.out().write(state);
            return writer.commit();
        }
    }

    private ActorRef<StateFetcher.Command> fetch(Checkpoint target, Optional<SnapshotStorage.Stored> own) {
        return kit.spawn(StateFetcher.create(GROUP, target, SOURCES, own, here, PAGE_BYTES, PATIENCE, replica.ref()));
    }

    private Ask asked() {
        return (Ask) replica.receiveMessage();
    }

    /** What a correct source says to that. */
    private List<PbftMessage> truth(PbftMessage question) {
        keeper.tell(new StateKeeper.Serve("n1", question));
        int answers = question instanceof FetchPages fetch ? fetch.pages().size() : 1;
        return kept.receiveSeveralMessages(answers).stream()
                .map(answer -> ((StateKeeper.Answer) answer).answer())
                .toList();
    }

    private void answer(ActorRef<StateFetcher.Command> fetcher, Ask ask) {
        truth(ask.question()).forEach(answer -> fetcher.tell(new StateFetcher.Told(ask.source(), answer)));
    }

    /** All questions until it is done, answered well. */
    private List<PbftMessage> questions(ActorRef<StateFetcher.Command> fetcher) {
        List<PbftMessage> questions = new ArrayList<>();
        StateFetcher.Event event = replica.receiveMessage();
        while (event instanceof Ask ask) {
            questions.add(ask.question());
            answer(fetcher, ask);
            event = replica.receiveMessage();
        }
        assertThat(event).isInstanceOf(Fetched.class);
        return questions;
    }

    private byte[] fetched() throws IOException {
        try (var in = here.open(here.find(GROUP, SEQUENCE, 7).orElseThrow())) {
            return in.readAllBytes();
        }
    }

    @Test
    @DisplayName(
            "the tree is gone down to where it differs from the state that is here, and only pages that do are fetched")
    void onlyPagesThatDifferAreFetched() throws IOException {
        byte[] state = state(600, 300, 599);
        Checkpoint target = checkpoint(state);
        List<PbftMessage> questions = questions(fetch(target, Optional.of(own(state(600)))));
        assertThat(questions)
                .containsExactly(
                        new FetchNode(SEQUENCE, 0, 0),
                        new FetchNode(SEQUENCE, 1, 1),
                        new FetchNode(SEQUENCE, 1, 2),
                        new FetchPages(SEQUENCE, List.of(300, 599)));
        assertThat(fetched()).isEqualTo(state);
    }

    @Test
    @DisplayName("a state that has grown is fetched from its first new page on, and one that has shrunk without any")
    void aStateOfAnotherLength() throws IOException {
        byte[] longer = state(5);
        assertThat(questions(fetch(checkpoint(longer), Optional.of(own(state(3))))))
                .endsWith(new FetchPages(SEQUENCE, List.of(3, 4)));
        assertThat(fetched()).isEqualTo(longer);

        byte[] shorter = state(2);
        assertThat(questions(fetch(checkpoint(shorter), Optional.of(own(state(3))))))
                .containsExactly(new FetchNode(SEQUENCE, 0, 0));
        assertThat(fetched()).isEqualTo(shorter);
    }

    @Test
    @DisplayName("who has nothing fetches all pages, sixteen at a time, in their order")
    void allPagesWhereNothingIsHere() throws IOException {
        byte[] state = state(40);
        List<PbftMessage> questions = questions(fetch(checkpoint(state), Optional.empty()));
        assertThat(questions)
                .containsExactly(new FetchNode(SEQUENCE, 0, 0), pages(0, 16), pages(16, 32), pages(32, 40));
        assertThat(fetched()).isEqualTo(state);
    }

    private static FetchPages pages(int from, int to) {
        return new FetchPages(SEQUENCE, IntStream.range(from, to).boxed().toList());
    }

    @Test
    @DisplayName("a source that lies about a page is left, and another is asked for what is missing")
    void aLieAboutAPage() throws IOException {
        byte[] state = state(3);
        ActorRef<StateFetcher.Command> fetcher = fetch(checkpoint(state), Optional.empty());
        answer(fetcher, asked());
        Ask first = asked();
        assertThat(first).isEqualTo(new Ask("n2", pages(0, 3)));
        List<PbftMessage> truth = truth(first.question());
        fetcher.tell(new StateFetcher.Told("n2", truth.get(0)));
        fetcher.tell(new StateFetcher.Told("n2", new Page(SEQUENCE, 1, ByteString.fromString("a lie"))));
        Ask second = asked();
        assertThat(second).as("what was right is kept").isEqualTo(new Ask("n3", pages(1, 3)));
        fetcher.tell(new StateFetcher.Told("n2", truth.get(1))); // It is not asked any more.
        answer(fetcher, second);
        assertThat(replica.receiveMessage()).isInstanceOf(Fetched.class);
        assertThat(fetched()).isEqualTo(state);
    }

    @Test
    @DisplayName("a source whose digests do not come to what is proved is left, at the root and below it")
    void liesAboutDigests() throws IOException {
        byte[] state = state(600);
        Checkpoint target = checkpoint(state);
        ActorRef<StateFetcher.Command> fetcher = fetch(target, Optional.empty());
        NodeDigests root = (NodeDigests) truth(asked().question()).get(0);
        StateHeader header = root.header().orElseThrow();
        List<NodeDigests> lies = List.of(
                lying(root, Optional.empty(), root.children()),
                lying(root, Optional.of(new StateHeader(8, header.length(), header.root())), root.children()),
                lying(root, Optional.of(header), List.of(LIE)),
                new NodeDigests(SEQUENCE, 1, 0, Optional.of(header), root.children()));
        List<String> next = List.of("n3", "n4", "n2", "n3");
        for (int i = 0; i < lies.size(); i++) {
            fetcher.tell(new StateFetcher.Told(SOURCES.get(i % SOURCES.size()), lies.get(i)));
            assertThat(asked()).isEqualTo(new Ask(next.get(i), new FetchNode(SEQUENCE, 0, 0)));
        }
        fetcher.tell(new StateFetcher.Told("n3", root));
        Ask below = asked();
        assertThat(below).isEqualTo(new Ask("n3", new FetchNode(SEQUENCE, 1, 0)));
        fetcher.tell(new StateFetcher.Told("n3", new NodeDigests(SEQUENCE, 1, 0, Optional.empty(), List.of(LIE))));
        Ask again = asked();
        assertThat(again).isEqualTo(new Ask("n4", new FetchNode(SEQUENCE, 1, 0)));
        answer(fetcher, again);
        questions(fetcher);
        assertThat(fetched()).isEqualTo(state);
    }

    private static NodeDigests lying(NodeDigests node, Optional<StateHeader> header, List<Digest> children) {
        return new NodeDigests(node.sequence(), node.level(), node.index(), header, children);
    }

    @Test
    @DisplayName("a source that is silent, or does not have the state, is left; who is not asked is not heard")
    void silentSources() throws IOException {
        byte[] state = state(1);
        ActorRef<StateFetcher.Command> fetcher = fetch(checkpoint(state), Optional.empty());
        assertThat(asked().source()).isEqualTo("n2");
        fetcher.tell(new StateFetcher.Told("n4", new NoSuchState(SEQUENCE)));
        fetcher.tell(new StateFetcher.Told("n2", new NoSuchState(SEQUENCE - 1)));
        replica.expectNoMessage();
        system.timePasses(PATIENCE);
        assertThat(asked().source()).isEqualTo("n3");
        fetcher.tell(new StateFetcher.Told("n3", new NoSuchState(SEQUENCE)));
        Ask last = asked();
        assertThat(last.source()).isEqualTo("n4");
        answer(fetcher, last);
        questions(fetcher);
        assertThat(fetched()).isEqualTo(state);
    }

    @Test
    @DisplayName(
            "it fails when nobody has the state, and leaves nothing behind; and it has asked everybody more than once")
    void nobodyHasIt() throws IOException {
        ActorRef<StateFetcher.Command> fetcher = fetch(new Checkpoint(SEQUENCE, LIE), Optional.empty());
        List<String> tried = new ArrayList<>();
        StateFetcher.Event event = replica.receiveMessage();
        while (event instanceof Ask ask) {
            tried.add(ask.source());
            fetcher.tell(new StateFetcher.Told(ask.source(), new NoSuchState(SEQUENCE)));
            event = replica.receiveMessage();
        }
        assertThat(event).isEqualTo(new Failed(SEQUENCE));
        assertThat(new TreeSet<>(tried)).containsExactlyElementsOf(SOURCES);
        assertThat(tried).hasSizeGreaterThan(2 * SOURCES.size());
        assertThat(here.list(GROUP)).isEmpty();
    }
}
