package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.cluster.cli.ExitCodes;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    private Path folder;

    private static void refused(ThrowingCallable opening, String... parts) {
        assertThatThrownBy(opening)
                .isInstanceOfSatisfying(
                        NodeFailure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.DATA_DIRECTORY))
                .hasMessageContainingAll(parts);
    }

    @Test
    void itIsTheNodesOwnAgainAfterARestart() {
        DataDirectory.open(folder, "n1", "alpha").close();
        try (DataDirectory again = DataDirectory.open(folder, "n1", "alpha")) {
            assertThat(again.of("etcd")).isDirectory().hasParent(folder);
        }
    }

    @Test
    void itHasAnIdOfItsOwnAlsoWhenItWasStampedWithoutOne() throws Exception {
        String id;
        try (DataDirectory first = DataDirectory.open(folder, "n1", "alpha")) {
            id = first.id();
        }
        try (DataDirectory again = DataDirectory.open(folder, "n1", "alpha");
                DataDirectory other = DataDirectory.open(folder.resolve("other"), "n1", "alpha")) {
            assertThat(again.id()).isEqualTo(id).isNotEmpty().isNotEqualTo(other.id());
        }
        Path stamp = folder.resolve("node.properties");
        Files.writeString(stamp, Files.readString(stamp).replace("id=" + id, ""));
        try (DataDirectory older = DataDirectory.open(folder, "n1", "alpha")) {
            id = older.id();
        }
        try (DataDirectory again = DataDirectory.open(folder, "n1", "alpha")) {
            assertThat(again.id()).isEqualTo(id).isNotEmpty();
        }
    }

    @Test
    void anotherNodesDirectoryIsRefused() {
        DataDirectory.open(folder, "n1", "alpha").close();
        refused(
                () -> DataDirectory.open(folder, "n2", "alpha"),
                "belongs to node 'n1'",
                "not to 'n2'",
                "troupe.node.id");
    }

    @Test
    void anotherClustersDirectoryIsRefused() {
        DataDirectory.open(folder, "n1", "alpha").close();
        refused(() -> DataDirectory.open(folder, "n1", "beta"), "belongs to cluster 'alpha'", "troupe.cluster.name");
    }

    @Test
    void aNewerFormatIsRefused() throws Exception {
        DataDirectory.open(folder, "n1", "alpha").close();
        Path stamp = folder.resolve("node.properties");
        Files.writeString(stamp, Files.readString(stamp).replace("format=1", "format=2"));
        refused(() -> DataDirectory.open(folder, "n1", "alpha"), "format 2", "newer Troupe");
    }

    @Test
    void dataWithoutAStampIsRefused() throws Exception {
        DataDirectory.open(folder, "n1", "alpha").close();
        Files.createFile(folder.resolve("journal").resolve("segment"));
        Files.delete(folder.resolve("node.properties"));
        Files.delete(folder.resolve("lock"));
        refused(() -> DataDirectory.open(folder, "n1", "alpha"), "'journal'", "no node.properties", "backup");
    }

    @Test
    void aStartThatEndedBeforeTheStampIsNothingToRefuse() throws Exception {
        Files.createDirectory(folder.resolve("journal"));
        DataDirectory.open(folder, "n1", "alpha").close();
    }

    @Test
    void aDirectoryWhoseJournalAloneWasTakenAwayIsRefused() throws Exception {
        DataDirectory.open(folder, "n1", "alpha").close();
        Files.move(folder.resolve("journal"), folder.resolve("journal.damaged"));
        refused(() -> DataDirectory.open(folder, "n1", "alpha"), "lost its 'journal'", "Put it back", "whole data");
    }

    @Test
    void aDirectoryInUseIsRefusedAndFreeAgainAfterwards() {
        try (DataDirectory held = DataDirectory.open(folder, "n1", "alpha")) {
            assertThat(held.path()).isEqualTo(folder);
            refused(() -> DataDirectory.open(folder, "n1", "alpha"), "in use by a running node");
        }
        DataDirectory.open(folder, "n1", "alpha").close();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsRefused() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        refused(() -> DataDirectory.open(file.resolve("data"), "n1", "alpha"), "cannot be written", "data-dir");
    }
}
