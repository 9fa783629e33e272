package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalClusterException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
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

    private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK_BYTES);
    private final CharBuffer chars = CharBuffer.allocate(CHUNK_BYTES);
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    @Override
    public Integer call() {
        Path log = folder.cluster().log(node);
        try (FileChannel file = FileChannel.open(log)) {
            copy(file);
            while (follow) {
                Thread.sleep(POLL_MILLIS);
                copy(file);
            }
            return ExitCodes.OK;
        } catch (InterruptedException | ClosedByInterruptException e) {
            return ExitCodes.OK; // whoever follows stops it so
        } catch (IOException e) {
            throw new LocalClusterException(
                    "Cannot read the log " + log + " (" + e + "). " + node + " writes it when it starts: "
                            + folder.hint("restart " + node),
                    e);
        }
    }

    /** What was added since the last time; a letter of which only some bytes are there yet waits for the rest. */
    private void copy(FileChannel file) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        while (file.read(bytes) > 0) {
            bytes.flip();
            decoder.decode(bytes, chars, false);
            bytes.compact();
            out.print(chars.flip());
            chars.clear();
        }
        out.flush();
    }
}
