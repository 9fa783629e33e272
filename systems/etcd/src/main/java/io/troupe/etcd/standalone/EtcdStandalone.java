package io.troupe.etcd.standalone;

import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.cli.Standalone;
import io.troupe.cluster.node.NodeFailure;
import io.troupe.cluster.node.SettingsException;
import io.troupe.etcd.EtcdSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code troupe etcd}: one member, by etcd's own flags. */
public final class EtcdStandalone implements Standalone {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdStandalone.class);

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String description() {
        return "Run one etcd member in the foreground, by the flags of etcd's own server: a drop-in for it.";
    }

    @Override
    public int run(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        try {
            Optional<FlagValues> flags = flags(arguments, environment);
            if (flags.isEmpty()) {
                out.print(Usage.text());
                out.flush();
                return ExitCodes.OK;
            }
            if (flags.get().flagged("version")) {
                out.println("etcd Version: " + EtcdSystem.API_VERSION);
                out.println("Served by: Troupe");
                return ExitCodes.OK;
            }
            return flags.get().text("snapshot-to").isEmpty() ? live(flags.get(), err) : save(flags.get(), out);
        } catch (FlagException e) {
            err.println(e.getMessage());
            if (e.isUnreadable()) {
                err.print(Usage.SYNOPSIS);
            }
            err.flush();
            return e.exitCode();
        } catch (FileSystemException e) {
            return failed(err, "cannot access data directory: " + FileProblem.of(e));
        } catch (SettingsException | NodeFailure | IOException e) {
            return failed(err, SettingNames.inFlags(String.valueOf(e.getMessage())));
        }
    }

    private static int failed(PrintWriter err, String message) {
        err.println("etcd: " + message);
        err.flush();
        return ExitCodes.FAILURE; // etcd has one code for everything that goes wrong when it starts.
    }

    /** Empty when help is asked for. */
    private static Optional<FlagValues> flags(List<String> arguments, Map<String, String> environment) {
        Optional<FlagValues> given = FlagParser.parse(arguments);
        if (given.isEmpty() || given.get().flagged("version")) {
            return given;
        }
        String file = given.get().isGiven("config-file")
                ? given.get().text("config-file")
                : environment.getOrDefault("ETCD_CONFIG_FILE", "");
        if (!file.isEmpty()) {
            FlagValues read = ConfigFile.read(Path.of(file));
            read.note("Loaded server configuration from \"" + file + "\". Other configuration command line flags and"
                    + " environment variables will be ignored if provided.");
            return Optional.of(read);
        }
        FlagParser.readEnvironment(given.get(), environment);
        return given;
    }

    private static int save(FlagValues flags, PrintWriter out) throws IOException {
        FlagRules.check(flags);
        List<String> warnings = flags.warnings();
        EtcdLog.setUpForReading(flags);
        warnings.forEach(LOG::warn);
        Path file = Path.of(flags.text("snapshot-to")).toAbsolutePath().normalize();
        StoppedMember.Saved saved = StoppedMember.save(dataDir(flags), file);
        out.println("Snapshot saved at " + flags.text("snapshot-to"));
        out.println("It holds all that " + saved.member() + " has: revision " + saved.revision() + ", its log to index "
                + saved.end().index() + " of term " + saved.end().term());
        out.flush();
        return ExitCodes.OK;
    }

    private static int live(FlagValues flags, PrintWriter err) throws IOException {
        FlagRules.check(flags);
        return LiveMember.run(flags, dataDir(flags), err);
    }

    /** Where a link to a directory leads, because one that is created must not be a link. */
    private static Path dataDir(FlagValues flags) throws IOException {
        String given = flags.text("data-dir");
        Path path = Path.of(given.isEmpty() ? flags.text("name") + ".etcd" : given)
                .toAbsolutePath()
                .normalize();
        return Files.isDirectory(path) ? path.toRealPath() : path;
    }
}
