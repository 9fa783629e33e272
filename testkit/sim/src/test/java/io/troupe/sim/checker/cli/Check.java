package io.troupe.sim.checker.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the command on text. */
final class Check {

    record Ran(int code, String out, String err) {}

    private Check() {}

    /** @param history goes into a file, which is the last argument */
    static Ran check(String history, String... args) {
        try {
            var file = Files.createTempFile("history", ".txt");
            try {
                Files.writeString(file, history);
                List<String> all = new ArrayList<>(List.of(args));
                all.add(file.toString());
                return run(all.toArray(String[]::new));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Ran check(Path file, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add(file.toString());
        return run(all.toArray(String[]::new));
    }

    static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = CheckCommand.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        int code = line.execute(args);
        return new Ran(code, out.toString(), err.toString());
    }
}
