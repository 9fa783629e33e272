package io.troupe.sim.explore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A schedule that breaks a property.
 *
 * @param property what it breaks, and how
 * @param steps what happens, one line a step
 * @param cycleFrom the index of the step from which on everything repeats for ever; the number of steps when nothing does
 * @param isShortest whether every shorter schedule keeps the property
 * @param trace the run as a space-time diagram, an HTML page
 */
public record Counterexample(String property, List<String> steps, int cycleFrom, boolean isShortest, String trace) {

    public Counterexample {
        steps = List.copyOf(steps);
    }

    /** Writes {@link #trace}, and says where. */
    public Path writeTrace(Path file) throws IOException {
        var parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return Files.writeString(file, trace).toAbsolutePath();
    }

    @Override
    public String toString() {
        var text = new StringBuilder(property);
        text.append("\n  after ").append(steps.size()).append(isShortest ? " steps, the fewest possible:" : " steps:");
        for (int i = 0; i < steps.size(); i++) {
            if (i == cycleFrom) {
                text.append("\n  and from here for ever:");
            }
            text.append("\n  %3d. ".formatted(i + 1)).append(steps.get(i));
        }
        return text.toString();
    }
}
