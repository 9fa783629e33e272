package io.troupe.etcd.jvms;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without the archive members would start all the same, only slower: nothing else would tell. */
class MemberJvmsTest {

    @TempDir
    private Path folder;

    @Test
    void membersTakeTheirOwnClassesAndThoseOfTheirLibrariesFromTheArchive() throws Exception {
        Path loaded = folder.resolve("loaded");
        Process process = MemberJvms.etcd(folder, List.of("-Xlog:class+load:file=" + loaded), List.of("--version"))
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String archived = " source: shared objects file (top)";
        assertThat(Files.readString(loaded))
                .contains("io.troupe.cluster.cli.Troupe" + archived, "org.slf4j.LoggerFactory" + archived);
    }
}
