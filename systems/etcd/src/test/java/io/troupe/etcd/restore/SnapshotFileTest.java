package io.troupe.etcd.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {

    @TempDir
    Path folder;

    private Path file(byte[] database, byte[] digest) throws Exception {
        var bytes = new ByteArrayOutputStream();
        bytes.write(database);
        bytes.write(digest);
        return Files.write(folder.resolve("saved.db"), bytes.toByteArray());
    }

    @Test
    void aSnapshotIsSoundWhenItsChecksumIsThatOfWhatItHolds() throws Exception {
        byte[] database = new byte[8192];
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(database);
        assertThat(SnapshotFile.verify(file(database, digest))).isNotZero();
        database[7]++;
        Path damaged = file(database, digest);
        assertThatThrownBy(() -> SnapshotFile.verify(damaged)).hasMessageContaining("saved.db is damaged");
        Path bare = file(database, new byte[0]);
        assertThatThrownBy(() -> SnapshotFile.verify(bare)).hasMessageContaining("has no checksum at its end");
    }
}
