package io.troupe.bench.generals;

import io.troupe.sim.Simulation;
import io.troupe.sim.explore.Counterexample;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Where scenes print, and where their diagrams go. */
record Page(PrintWriter out, Path folder) {

    private static final int BAR_MAX = 40;

    void heading(String text) {
        out.printf("%n%s%n%n", text);
    }

    void line(String format, Object... arguments) {
        out.printf(Locale.ROOT, "  " + format + "%n", arguments);
        out.flush();
    }

    void gap() {
        out.println();
    }

    void diagram(Counterexample found, String file) throws IOException {
        line("drawn in %s", found.writeTrace(folder.resolve(file)));
    }

    void diagram(Simulation sim, String title, String file) throws IOException {
        Files.createDirectories(folder);
        sim.writeTrace(folder.resolve(file), title);
        line("drawn in %s", folder.resolve(file));
    }

    /** One bar a key. */
    void bars(String unit, Map<Integer, Integer> counts) {
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(1);
        counts.forEach((key, count) ->
                line("%s %2d  %5d  %s", unit, key, count, "#".repeat((count * BAR_MAX + most - 1) / most)));
    }
}
