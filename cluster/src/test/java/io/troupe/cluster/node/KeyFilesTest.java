package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of PBFT's nodes: what they are worth, and what is said when one is missing or wrong. */
class KeyFilesTest {

    private static final List<String> NAMES = List.of("n1", "n2", "n3", "n4");
    private static final String SETTING = "troupe.pbft.keys";

    @TempDir
    private Path folder;

    private Path keys;

    @BeforeEach
    void generate() {
        keys = folder.resolve("keys");
        assertThat(KeyFiles.generate(keys, NAMES)).hasSize(8);
    }

    private Keys read(String node) {
        return KeyFiles.read(SETTING, keys, node, NAMES);
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(() -> read("n1"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void whatOneSignsTheOthersVerify() {
        ByteString content = ByteString.fromString("prepare");
        ByteString signature = read("n1").sign(content);
        assertThat(read("n2").isSigned("n1", content, signature)).isTrue();
        assertThat(read("n2").isSigned("n3", content, signature)).isFalse();
        assertThat(read("n1").mac("n2", content)).isEqualTo(read("n2").mac("n1", content));
    }

    @Test
    void aPrivateKeyIsItsOwnersAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.resolve("n1.key"))))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(keys.resolve("n1.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused("n1.key", "rw-r--r--", "chmod 600");
    }

    @Test
    void nothingIsOverwritten() {
        assertThatThrownBy(() -> KeyFiles.generate(keys, List.of("n9", "n4"))).hasMessageContainingAll("n4", "already");
        assertThat(keys.resolve("n9.key")).doesNotExist();
    }

    @Test
    void aMissingKeyIsNamed() throws Exception {
        Files.delete(keys.resolve("n3.pub"));
        assertRefused(SETTING, "n3.pub", "the member n3", "troupe keys");
        Files.delete(keys.resolve("n1.key"));
        assertRefused("n1.key", "private keys");
    }

    @Test
    void aWrongKeyIsNamed() throws Exception {
        KeyFiles.generate(folder.resolve("others"), NAMES);
        Files.copy(folder.resolve("others/n1.pub"), keys.resolve("n1.pub"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("n1.key", "n1.pub", "do not belong together");
        Files.copy(keys.resolve("n2.pub"), keys.resolve("n1.pub"), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("n1.pub", "no public keys of n1");
        Files.writeString(keys.resolve("n1.pub"), "public.n1 { signing = \"bm8ga2V5\", agreement = \"bm8ga2V5\" }");
        assertRefused("public.n1", "Ed25519");
    }

    private NodeSettings node(String more) {
        return NodeSettings.of(ConfigFactory.parseString(
                """
                troupe.cluster { name = "alpha", members = ["n1@127.0.0.1:2551", "n2@127.0.0.1:2552",
                    "n3@127.0.0.1:2553", "n4@127.0.0.1:2554"] }
                troupe.node { id = n1, data-dir = "/tmp/somewhere" }
                troupe.groups.engine = pbft
                troupe.pbft.keys = "%s"
                %s
                """
                        .formatted(keys, more)));
    }

    @Test
    void aNodeTakesPbftWithItsKeysAndFourMembers() {
        assertThat(node("").memberIds()).hasSize(4);
        assertThatThrownBy(() -> node("troupe.pbft.keys = \"\""))
                .hasMessageContainingAll("troupe.pbft.keys must be set", "troupe keys");
        assertThatThrownBy(() ->
                        node("troupe.cluster.members = [\"n1@127.0.0.1:1\", \"n2@127.0.0.1:2\", \"n3@127.0.0.1:3\"]"))
                .hasMessageContainingAll("pbft", "has 3", "at least 4");
    }
}
