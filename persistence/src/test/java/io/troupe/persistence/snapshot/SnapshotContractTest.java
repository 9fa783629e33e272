package io.troupe.persistence.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.junit.jupiter.api.Test;

/** The local snapshot store, and what damage does to it. */
class SnapshotContractTest extends SnapshotContract {

    private Path directory;

    @Override
    protected String config(Path given) {
        directory = given;
        return """
                pekko.persistence.snapshot-store.plugin = "troupe.persistence.snapshot-store"
                troupe.persistence.snapshot-store.dir = "%s"
                """
                .formatted(directory);
    }

    private Path file(int number) throws IOException {
        String name = new SnapshotName(
                        saved.get(number - 1).sequenceNr(),
                        saved.get(number - 1).timestamp())
                .fileName();
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(path -> path.getFileName().toString().equals(name))
                    .filter(path -> path.getParent().getFileName().toString().startsWith(".._p_" + actors + "_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whereverTheNewestIsDamagedTheNextOlderIsLoaded() throws IOException {
        Path newest = file(5);
        byte[] bytes = Files.readAllBytes(newest);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(newest, damaged);
            assertThat(load(LATEST, ALL)).as("byte %d", at).contains(snapshot(4));
        }
        for (int length = 0; length < bytes.length; length++) {
            Files.write(newest, java.util.Arrays.copyOf(bytes, length));
            assertThat(load(LATEST, ALL)).as("length %d", length).contains(snapshot(4));
        }
    }

    @Test
    void whenAllAreDamagedTheLoadFailsNamingTheFile() throws IOException {
        for (int number = 1; number <= 5; number++) {
            Files.write(file(number), new byte[] {1, 2, 3});
        }
        store().tell(new SnapshotProtocol.LoadSnapshot(pid, LATEST, ALL), sender.getRef());
        assertThat(sender.expectMsgClass(SnapshotProtocol.LoadSnapshotFailed.class)
                        .cause())
                .isInstanceOf(DamagedSnapshotException.class)
                .hasMessageContaining(file(5).toString());
    }

    @Test
    void whatACrashLeftOfASaveIsNotLoadedAndGoesAway() throws IOException {
        Path leftover = file(5).resolveSibling("0000000000000000099-0000000000000000001.snapshot.tmp");
        Files.write(leftover, new byte[] {1, 2, 3});
        assertThat(load(LATEST, ALL)).contains(snapshot(5));
        assertThat(leftover).doesNotExist();
    }
}
