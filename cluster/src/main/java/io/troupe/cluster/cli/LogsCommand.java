package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "logs", description = "Print a node's log.")
final class LogsCommand implements Callable<Integer> {

    private static final long POLL_MILLIS = 200;
    private static final int CHUNK_BYTES = 64 << 10;

    @Parameters(paramLabel = "NODE", description = "Such as n1.")
    private String node;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on printing what is added, until Ctrl-C.")
    private boolean follow;

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        LocalCluster cluster = folder.cluster();
        Path log = cluster.log(node);
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            copy(file);
            while (follow) {
                Thread.sleep(POLL_MILLIS);
                copy(file);
            }
            return ExitCodes.OK;
        } catch (IOException e) {
            throw new LocalClusterException(
                    "Cannot read " + log + ": " + e.getMessage() + ". Was " + node + " ever started?", e);
        }
    }

    private void copy(RandomAccessFile file) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        int read = file.read(chunk);
        while (read > 0) {
            spec.commandLine().getOut().print(new String(chunk, 0, read, StandardCharsets.UTF_8));
            read = file.read(chunk);
        }
        spec.commandLine().getOut().flush();
    }
}
