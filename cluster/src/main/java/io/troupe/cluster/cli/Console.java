package io.troupe.cluster.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** What a command prints: results to standard output, progress to the error stream. */
final class Console {

    private final PrintWriter out;
    private final PrintWriter err;

    Console(CommandSpec spec) {
        this.out = spec.commandLine().getOut();
        this.err = spec.commandLine().getErr();
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    void progress(String line) {
        err.println("  " + line);
        err.flush();
    }

    /** Columns as wide as their widest cell, two spaces between. */
    void table(List<String> header, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(List.of(header));
        all.addAll(rows);
        int[] widths = new int[header.size()];
        for (List<String> row : all) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String cell = row.get(c);
                line.append(cell).append(" ".repeat(widths[c] - cell.length() + 2));
            }
            say(line.toString().stripTrailing());
        }
    }
}
