package io.troupe.cluster.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.troupe.pbft.KeyRing;
import io.troupe.pbft.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.util.ByteString;

/**
 * The keys of PBFT's nodes in a folder: {@code NODE.key}, which its node alone may read (an Ed25519 key that it signs with,
 * and an X25519 key by which it shares a secret with each other node), and {@code NODE.pub} of every node, which everybody
 * may know. Both are HOCON, keys in Base64 of PKCS#8 and of X.509.
 */
public final class KeyFiles {

    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rw-------");

    private KeyFiles() {}

    /** Who else may read or write a private key's file makes it no secret. */
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    /**
     * Makes fresh keys for these nodes.
     *
     * @return the files written
     * @throws SettingsException when there are keys of one of them already, or the folder cannot be written; nothing is
     *     overwritten
     */
    public static List<Path> generate(Path folder, List<String> nodes) {
        for (String node : nodes) {
            if (Files.exists(secret(folder, node)) || Files.exists(open(folder, node))) {
                throw new SettingsException("There are keys of " + node + " in " + folder
                        + " already; remove them, or name another folder: a node with other keys is another node");
            }
        }
        Map<String, KeyRing.Pair> pairs = KeyRing.generate(nodes);
        List<Path> written = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (String node : nodes) {
                Config keys = ConfigFactory.parseString(KeyRing.describe(node, pairs));
                written.add(write(secret(folder, node), keys.withOnlyPath("private")));
                written.add(write(open(folder, node), keys.withOnlyPath("public.\"" + node + "\"")));
            }
            return written;
        } catch (IOException e) {
            throw new SettingsException("Cannot write keys into " + folder + ": " + e);
        }
    }

    private static Path write(Path file, Config keys) throws IOException {
        boolean isSecret = file.toString().endsWith(".key");
        if (isSecret && isPosix(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ALONE));
        }
        String text = keys.root()
                .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
        return Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /**
     * Reads the node's own keys and everybody's public ones.
     *
     * @param setting where the folder was configured, for errors
     * @throws SettingsException when a file is missing or wrong; it names it
     */
    public static Keys read(String setting, Path folder, String node, List<String> members) {
        requireSecret(setting, secret(folder, node));
        Config all = parse(setting, secret(folder, node), "the node's private keys");
        for (String member : members) {
            Path file = open(folder, member);
            Config keys = parse(setting, file, "the public keys of the member " + member);
            if (!keys.hasPath("public.\"" + member + "\"")) {
                throw new SettingsException(
                        file + " has no public keys of " + member + "; make them with: troupe keys");
            }
            all = all.withFallback(keys.withOnlyPath("public.\"" + member + "\""));
        }
        try {
            Keys keys = KeyRing.from(all);
            requireOwn(keys, folder, node);
            return keys;
        } catch (IllegalArgumentException | ConfigException e) {
            throw new SettingsException(setting + ": among the keys in " + folder + " " + e.getMessage());
        }
    }

    private static void requireOwn(Keys keys, Path folder, String node) {
        ByteString content = ByteString.fromString("the words of " + node);
        if (!keys.isSigned(node, content, keys.sign(content))) {
            throw new SettingsException(secret(folder, node) + " and " + open(folder, node)
                    + " do not belong together: what the first signs, the second does not verify. Take both from the"
                    + " same run of troupe keys");
        }
    }

    private static Config parse(String setting, Path file, String what) {
        if (!Files.isReadable(file)) {
            throw new SettingsException(setting + ": " + file + " with " + what
                    + " does not exist, or cannot be read; make keys for all members with: troupe keys");
        }
        try {
            return ConfigFactory.parseFile(file.toFile());
        } catch (ConfigException e) {
            throw new SettingsException(setting + ": " + file + " cannot be read as keys: " + e.getMessage());
        }
    }

    private static void requireSecret(String setting, Path file) {
        try {
            if (Files.exists(file)
                    && isPosix(file)
                    && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                throw new SettingsException(setting + ": others may read " + file + " ("
                        + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                        + "), and speak in this node's name; chmod 600 it");
            }
        } catch (IOException e) {
            throw new SettingsException(setting + ": " + file + " cannot be read: " + e);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static Path secret(Path folder, String node) {
        return folder.resolve(node + ".key");
    }

    private static Path open(Path folder, String node) {
        return folder.resolve(node + ".pub");
    }
}
