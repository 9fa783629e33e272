package io.troupe.sim.jvms;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.apache.pekko.util.ByteString;

/**
 * The log of a replicated state machine, given to two of them: one has all of it, the other a state of the first in the
 * middle of it and the rest. What comes of it, as lines of text that are the same wherever the machine is deterministic.
 *
 * @param commands the first has index 1
 */
public record ReplayedLog(List<ByteString> commands) {

    public ReplayedLog {
        commands = List.copyOf(commands);
    }

    /** A state machine, by what is done with it. */
    public record Machine(Apply apply, Write write, Restore restore) {}

    @FunctionalInterface
    public interface Apply {
        ByteString apply(long index, ByteString command);
    }

    /** Writes the state as of now. */
    @FunctionalInterface
    public interface Write {
        void writeTo(OutputStream out) throws IOException;
    }

    @FunctionalInterface
    public interface Restore {
        void restore(InputStream state) throws IOException;
    }

    /** @param machines makes one with nothing in it, twice */
    public List<String> fingerprints(Supplier<Machine> machines) throws IOException {
        int middle = commands.size() / 2;
        Machine one = machines.get();
        Machine other = machines.get();
        List<String> lines = new ArrayList<>();
        lines.add(line("log", commands));
        lines.add(line("results of the first half", apply(one, 0, middle)));
        ByteString state = state(one);
        lines.add(line("state in the middle", List.of(state)));
        other.restore().restore(new ByteArrayInputStream(state.toArray()));
        lines.add(line("state restored", List.of(state(other))));
        lines.add(line("results of the second half", apply(one, middle, commands.size())));
        lines.add(line("results after a restore", apply(other, middle, commands.size())));
        lines.add(line("state at the end", List.of(state(one))));
        lines.add(line("state at the end after a restore", List.of(state(other))));
        return lines;
    }

    /** For a {@code main}. */
    public void print(Supplier<Machine> machines) throws IOException {
        fingerprints(machines).forEach(System.out::println);
    }

    private List<ByteString> apply(Machine machine, int from, int to) {
        List<ByteString> results = new ArrayList<>();
        for (int i = from; i < to; i++) {
            results.add(machine.apply().apply(i + 1L, commands.get(i)));
        }
        return results;
    }

    private static ByteString state(Machine machine) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.write().writeTo(out);
        return ByteString.fromArrayUnsafe(out.toByteArray());
    }

    private static String line(String what, List<ByteString> parts) {
        MessageDigest digest = sha256();
        long bytes = 0;
        for (ByteString part : parts) {
            digest.update((part.length() + "\n").getBytes(StandardCharsets.US_ASCII));
            digest.update(part.toArrayUnsafe());
            bytes += part.length();
        }
        return what + ": " + parts.size() + " of " + bytes + " bytes, "
                + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
