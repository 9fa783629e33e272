package io.troupe.bench.generals;

import io.troupe.sim.Simulation;
import io.troupe.sim.explore.Counterexample;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;

/**
 * Where scenes print, and where their diagrams go.
 *
 * @param folder exists
 */
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
        draw(found.trace(), file);
    }

    void diagram(Simulation sim, String title, String file) throws IOException {
        draw(sim.trace(title), file);
    }

    /** Under its name there is all of it, or what was there before. */
    private void draw(String html, String file) throws IOException {
        Path target = folder.resolve(file);
        Path part = folder.resolve(file + ".part");
        try {
            Files.writeString(part, html);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        line("drawn in %s", target);
    }

    /** One bar a key. */
    void bars(String unit, Map<Integer, Integer> counts) {
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(1);
        counts.forEach((key, count) ->
                line("%s %2d  %5d  %s", unit, key, count, "#".repeat((count * BAR_MAX + most - 1) / most)));
    }
}
