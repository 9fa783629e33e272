package io.troupe.persistence.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.persistence.files.MemoryDisk;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.SnapshotStorage.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotStorageTest {

    private static final String GROUP = "etcd/../odd name";

    @TempDir
    Path folder;

    private final byte[] state = new byte[100_000];
    private FileSnapshotStorage storage;

    @BeforeEach
    void open() throws IOException {
        new SplittableRandom(1).nextBytes(state);
        storage = new FileSnapshotStorage(folder);
    }

    private Stored save(long index) throws IOException {
        try (SnapshotStorage.Writer writer = storage.create(GROUP, index, 3)) {
            writer.out().write(state, 0, 10);
            writer.out().write(state[10]);
            writer.out().write(state, 11, state.length - 11);
            return writer.commit();
        }
    }

    private byte[] read(Stored stored) throws IOException {
        try (InputStream in = storage.open(stored)) {
            return in.readAllBytes();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aCommittedSnapshotIsThereForWhoeverOpensTheFolderNext() throws IOException {
        Stored saved = save(7);
        storage = new FileSnapshotStorage(folder);
        assertThat(storage.list(GROUP)).containsExactly(saved);
        assertThat(saved.length()).isEqualTo(state.length);
        assertThat(read(saved)).isEqualTo(state);
        assertThat(storage.list("another")).isEmpty();
    }

    @Test
    void aSnapshotIsSyncedMiBByMiBSoThatNoSyncIsLong() throws IOException {
        var disk = new MemoryDisk();
        MemoryDisk group = disk.directory("group-g");
        try (SnapshotStorage.Writer writer = new FileSnapshotStorage(disk).create("g", 1, 1)) {
            for (int i = 0; i < 50; i++) {
                writer.out().write(state);
                assertThat(group.unforced()).isLessThan(1 << 20);
            }
            assertThat(group.forces()).as("syncs of 1.1 MB each").isEqualTo(4);
            writer.commit();
        }
        assertThat(group.forces()).isEqualTo(5);
        assertThat(group.unforced()).isZero();
    }

    @Test
    void snapshotsAreListedByIndexAndNotByName() throws IOException {
        save(10);
        save(9);
        save(100);
        assertThat(storage.list(GROUP)).extracting(Stored::index).containsExactly(9L, 10L, 100L);
    }

    @Test
    void anUncommittedSnapshotIsNeverSeenAndLeavesNothing() throws IOException {
        try (SnapshotStorage.Writer writer = storage.create(GROUP, 1, 1)) {
            writer.out().write(state);
            assertThat(storage.list(GROUP)).isEmpty();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void whatACrashLeftHalfWrittenIsRemovedAtTheNextStart() throws IOException {
        SnapshotStorage.Writer crashed = storage.create(GROUP, 1, 1);
        crashed.out().write(state);
        assertThat(files()).hasSize(1);
        storage = new FileSnapshotStorage(folder);
        assertThat(files()).isEmpty();
    }

    @Test
    void aReaderStaysReadableWhenItsSnapshotIsDeleted() throws IOException {
        Stored saved = save(7);
        try (InputStream in = storage.open(saved)) {
            storage.delete(saved);
            assertThat(in.readAllBytes()).isEqualTo(state);
        }
        assertThat(storage.list(GROUP)).isEmpty();
        assertThatThrownBy(() -> storage.open(saved)).hasMessageContaining("does not exist");
    }

    @Test
    void oneThatIsDeletedWhileTheyAreListedIsLeftOutAndNothingOfItIsLeft() throws IOException {
        var disk = new MemoryDisk();
        storage = new FileSnapshotStorage(disk);
        save(7);
        Stored kept = save(8);
        MemoryDisk group = disk.directory(disk.directories().get(0));
        String deleted = group.list().get(0);
        group.afterList(() -> group.delete(deleted));
        assertThat(storage.list(GROUP)).containsExactly(kept);
        assertThat(group.list()).doesNotContain(deleted).hasSize(1);
    }

    @Test
    void aReaderCanSkipToWhereAnotherStopped() throws IOException {
        Stored saved = save(7);
        try (InputStream in = storage.open(saved)) {
            in.skipNBytes(99_990);
            assertThat(in.readAllBytes()).hasSize(10).endsWith(state[99_999]);
        }
    }

    @Test
    void aFlippedBitIsFoundAtTheLatestAtTheEnd() throws IOException {
        Stored saved = save(7);
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[50_000] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> read(saved))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining("checksum");
    }

    @Test
    void aTruncatedFileIsRefusedByNameAndPassedOverInTheList() throws IOException {
        Stored damaged = save(7);
        Path file = files().get(0);
        Stored older = save(6);
        Stored newer = save(8);
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 500));
        assertThat(storage.list(GROUP)).containsExactly(older, newer);
        assertThat(read(newer)).isEqualTo(state);
        assertThatThrownBy(() -> storage.open(damaged))
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining("damaged");
    }
}
