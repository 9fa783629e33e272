package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {

    @Test
    void namesTheModuleSeenFromTheReactorsRoot(@TempDir Path folder) throws IOException {
        var module = Files.createDirectories(folder.resolve("project/actors/raft"));
        Files.createFile(folder.resolve("project/pom.xml"));
        Files.createFile(folder.resolve("project/actors/pom.xml"));
        assertThat(ReplayCommand.of(module, "RaftTest", "elects", 17))
                .isEqualTo("replay with: mvn -pl actors/raft -am test -Dtest='RaftTest#elects'"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dtroupe.seed=17");
    }

    @Test
    void aProjectOfOneModuleNeedsNoModule(@TempDir Path folder) {
        assertThat(ReplayCommand.of(folder, "T", "m", 0)).startsWith("replay with: mvn test -Dtest='T#m'");
    }
}
