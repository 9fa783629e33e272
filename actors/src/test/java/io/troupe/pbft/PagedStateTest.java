package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A state as pages with digests, and one put together from pages that were fetched and pages that are here. */
class PagedStateTest {

    private static final String GROUP = "g";
    private static final int PAGE_BYTES = 4;

    private final SnapshotStorage storage = new InMemorySnapshotStorage();

    private PagedState stored(long index, String state) throws IOException {
        try (SnapshotStorage.Writer writer = storage.create(GROUP, index, 1)) {
            writer.out().write(bytes(state));
            return PagedState.read(storage, writer.commit(), PAGE_BYTES);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    @DisplayName("its pages and their digests are the same in whatever pieces it was written")
    void howItWasWrittenDoesNotMatter() throws IOException {
        byte[] state = bytes("aaaabbbbccccdd");
        PagedState whole = stored(1, "aaaabbbbccccdd");
        for (int piece = 1; piece <= state.length; piece++) {
            PagedState.Pages pages = new PagedState.Pages(OutputStream.nullOutputStream(), PAGE_BYTES);
            for (int at = 0; at < state.length; at += piece) {
                pages.write(state, at, Math.min(piece, state.length - at));
            }
            assertThat(pages.finish(whole.stored()).header())
                    .as("in pieces of %d", piece)
                    .isEqualTo(whole.header());
        }
        assertThat(whole.header().length()).isEqualTo(14);
        assertThat(whole.tree().pages())
                .isEqualTo(PagedState.pages(14, PAGE_BYTES))
                .isEqualTo(4);
        assertThat(whole.tree().page(3)).as("the last one is short").isEqualTo(Digest.of(ByteString.fromString("dd")));
    }

    @Test
    @DisplayName("the digest of a checkpoint covers its number, its operations, its length, and every byte")
    void whatADigestCovers() throws IOException {
        Digest digest = stored(1, "aaaabbbb").header().digest(1);
        assertThat(digest).isEqualTo(stored(2, "aaaabbbb").header().digest(1));
        assertThat(digest).isNotEqualTo(stored(1, "aaaabbbb").header().digest(2));
        assertThat(digest).isNotEqualTo(stored(1, "aaaabbbB").header().digest(1));
        assertThat(digest).isNotEqualTo(stored(1, "aaaabbb").header().digest(1));
        var header = stored(1, "aaaabbbb").header();
        assertThat(digest)
                .isNotEqualTo(new PbftMessage.StateHeader(9, header.length(), header.root()).digest(1))
                .isNotEqualTo(new PbftMessage.StateHeader(header.operations(), 9, header.root()).digest(1));
    }

    @Test
    @DisplayName("an empty state has no pages, and a digest")
    void emptyState() throws IOException {
        PagedState empty = stored(1, "");
        assertThat(empty.tree().pages())
                .isEqualTo(PagedState.pages(0, PAGE_BYTES))
                .isZero();
        assertThat(empty.header().digest(1))
                .isNotEqualTo(stored(1, "a").header().digest(1));
    }

    private static TreeMap<Integer, Digest> digests(String state) {
        TreeMap<Integer, Digest> digests = new TreeMap<>();
        for (int at = 0; at < state.length(); at += PAGE_BYTES) {
            String page = state.substring(at, Math.min(at + PAGE_BYTES, state.length()));
            digests.put(at / PAGE_BYTES, Digest.of(ByteString.fromString(page)));
        }
        return digests;
    }

    @Test
    @DisplayName(
            "it asks for the pages that are nowhere, so many at a time, and writes them in their order, whichever came first")
    void whatIsMissingNext() throws IOException {
        String state = "aaaaBBBBccccDDDDEEEEf";
        Assembly assembly = new Assembly(storage, GROUP, 9, 1, PAGE_BYTES, stored(1, "aaaabbbbccccddddeeeef"));
        TreeMap<Integer, ByteString> arrived = new TreeMap<>();
        assertThat(assembly.append(digests(state), arrived, 2)).containsExactly(1, 3);
        arrived.put(3, ByteString.fromString("DDDD"));
        assertThat(assembly.append(digests(state), arrived, 2)).containsExactly(1, 4);
        arrived.put(1, ByteString.fromString("BBBB"));
        assertThat(assembly.append(digests(state), arrived, 2)).containsExactly(4);
        assertThat(arrived).as("what is written is let go").isEmpty();
        assertThat(storage.list(GROUP))
                .as("it is not there before all of it is")
                .hasSize(1);
        arrived.putAll(Map.of(4, ByteString.fromString("EEEE")));
        assertThat(assembly.append(digests(state), arrived, 2)).isEmpty();
        assembly.finish();
        try (var in = storage.open(storage.find(GROUP, 9, 1).orElseThrow())) {
            assertThat(in.readAllBytes()).isEqualTo(bytes(state));
        }
    }

    @Test
    @DisplayName("what is given up half way is not there")
    void givenUp() throws IOException {
        Assembly assembly = new Assembly(storage, GROUP, 9, 1, PAGE_BYTES, null);
        TreeMap<Integer, ByteString> arrived = new TreeMap<>(Map.of(0, ByteString.fromString("aaaa")));
        assertThat(assembly.append(digests("aaaabbbb"), arrived, 2)).isEqualTo(List.of(1));
        assembly.close();
        assertThat(storage.list(GROUP)).isEmpty();
    }
}
