package io.troupe.etcd.standalone;

import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.node.Lives;
import io.troupe.cluster.node.NodeSettings;
import io.troupe.cluster.node.SettingsException;
import io.troupe.etcd.restore.RestoredDirectory;
import io.troupe.etcd.restore.SnapshotFile;
import io.troupe.etcd.tls.SelfSigned;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member that runs until it is told to end: from flags and what its data directory says to a node's settings. */
final class LiveMember {

    private static final Logger LOG = LoggerFactory.getLogger(LiveMember.class);

    private LiveMember() {}

    /**
     * @param flags checked
     * @param dataDir absolute; it need not be there yet
     * @return an exit code
     * @throws FlagException when flags contradict each other, or the directory
     * @throws SettingsException when the node can make nothing of a value
     * @throws IOException when a file cannot be read or written
     */
    static int run(FlagValues flags, Path dataDir, PrintWriter err) throws IOException {
        Optional<RestoredDirectory> restored = RestoredDirectory.in(dataDir, walDir(flags, dataDir));
        boolean again = MemberSetup.isIn(dataDir);
        MemberSetup member = again
                ? MemberSetup.keptIn(dataDir)
                : restored.map(directory -> MemberSetup.of(directory, flags)).orElseGet(() -> MemberSetup.of(flags));
        if (again || restored.isPresent()) {
            warnOfWhatIsIgnored(flags, member, dataDir);
        }
        restored.ifPresent(ignored -> flags.set(Flags.named("restore-from").orElseThrow(), dataDir.toString()));
        NodeSettings settings = settings(flags, member, dataDir);
        List<String> warnings = flags.warnings();
        if (!again && restored.isEmpty() && !flags.text("restore-from").isEmpty()) {
            SnapshotFile.verify(Path.of(flags.text("restore-from")));
        }
        Files.createDirectories(dataDir);
        EtcdLog.setUp(flags);
        flags.notes().forEach(LOG::info);
        warnings.forEach(LOG::warn);
        sayWhoBegins(member, dataDir, again, restored.isPresent());
        if (!again) {
            member.keepIn(dataDir);
        }
        int code = Lives.run(settings, true, err);
        return code == ExitCodes.OK ? ExitCodes.OK : ExitCodes.FAILURE;
    }

    /** Who a member is does not depend on flags where its data directory says so, as in etcd. */
    private static void warnOfWhatIsIgnored(FlagValues flags, MemberSetup member, Path dataDir) {
        if (flags.isGiven("name") && !flags.text("name").equals(member.name())) {
            flags.warn(
                    "--name=" + flags.text("name") + " is ignored: " + dataDir + " holds the member " + member.name());
        }
        if (!flags.text("restore-from").isEmpty()) {
            flags.warn("--restore-from=" + flags.text("restore-from")
                    + " is for the first start with an empty data directory; a store that is there is left as it is");
        }
    }

    private static void sayWhoBegins(MemberSetup member, Path dataDir, boolean again, boolean isRestored) {
        if (again) {
            LOG.info("the server is already initialized as member before, starting as etcd member...");
        } else if (isRestored) {
            LOG.info(
                    "{} was restored for the member {}: the cluster begins from the snapshot in it, which stays as it is",
                    dataDir,
                    member.name());
        }
        LOG.info(
                "name = {}, data dir = {}, cluster {} of {}", member.name(), dataDir, member.token(), member.members());
    }

    /**
     * What a node is configured with that behaves as an etcd with these flags.
     *
     * @throws FlagException when flags contradict each other
     * @throws SettingsException when the node can make nothing of a value
     * @throws IOException when a certificate of its own cannot be written
     */
    static NodeSettings settings(FlagValues flags, MemberSetup member, Path dataDir) throws IOException {
        FlagRules.checkPeerTls(flags, member);
        useOwnCertificate(flags, dataDir);
        return NodeSettings.of(NodeConfig.of(flags, member, dataDir));
    }

    /** {@code --auto-tls}: where no certificate is given, one of our own making. */
    private static void useOwnCertificate(FlagValues flags, Path dataDir) throws IOException {
        List<String> hosts = flags.urls("listen-client-urls").stream()
                .filter(MemberUrl::isSecure)
                .map(MemberUrl::host)
                .toList();
        if (!flags.flagged("auto-tls") || !flags.text("cert-file").isEmpty() || hosts.isEmpty()) {
            return;
        }
        SelfSigned made = SelfSigned.in(dataDir.resolve("fixtures").resolve("client"), hosts);
        flags.set(Flags.named("cert-file").orElseThrow(), made.certFile().toString());
        flags.set(Flags.named("key-file").orElseThrow(), made.keyFile().toString());
    }

    /** Where the log of {@code etcdctl snapshot restore} lies. */
    private static Path walDir(FlagValues flags, Path dataDir) {
        String given = flags.text("wal-dir");
        return given.isEmpty() ? RestoredDirectory.log(dataDir) : Path.of(given);
    }
}
