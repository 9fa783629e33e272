package io.troupe.persistence.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFilesTest {

    @TempDir
    private Path directory;

    @Test
    void whoOpensWhatIsPresentCreatesNothing() throws IOException {
        var files = new DiskFiles(directory);
        assertThat(files.openIfPresent("absent")).isEmpty();
        assertThat(directory).isEmptyDirectory();
        files.open("present").close();
        try (LogFile present = files.openIfPresent("present").orElseThrow()) {
            files.delete("present");
            assertThat(present.size()).isZero();
        }
        assertThat(directory).isEmptyDirectory();
    }
}
