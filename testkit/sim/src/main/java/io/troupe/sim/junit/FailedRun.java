package io.troupe.sim.junit;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.FaultFilter;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.ReflectionSupport;

/** A seed that failed, to be run again with fewer faults: what of it is worth telling. */
final class FailedRun {

    private static final int TRIES_MAX = 60;
    private static final Duration TIME_MAX = Duration.ofSeconds(30);

    private final ExtensionContext context;
    private final String config;
    private final long seed;
    private final String symptom;
    private int tries;

    FailedRun(ExtensionContext context, String config, long seed, Throwable failure) {
        this.context = context;
        this.config = config;
        this.seed = seed;
        this.symptom = symptom(failure);
    }

    /** The faults that {@code -Dtroupe.faults} leaves. */
    static FaultFilter faultsAskedFor() {
        return FaultFilter.parse(System.getProperty("troupe.faults", "all"));
    }

    /** @param struck what the nemesis did, as {@link Simulation#faults()} tells */
    String replayCommand(List<String> struck) {
        var asked = System.getProperty("troupe.faults");
        if (asked != null || struck.isEmpty() || !canRunAgain()) {
            return ReplayCommand.of(context, seed, faultsAskedFor());
        }
        var numbers = struck.stream()
                .map(line -> Integer.parseInt(line.substring(1, line.indexOf(' '))))
                .toList();
        long deadline = System.nanoTime() + TIME_MAX.toNanos();
        var shrinker = new Shrinker(this::failsAgain, () -> tries < TRIES_MAX && System.nanoTime() - deadline < 0);
        var few = shrinker.shrink(numbers);
        var trace = traceFile(context, seed);
        run(FaultFilter.only(few), Optional.of(trace));
        var command = ReplayCommand.of(context, seed, FaultFilter.only(few));
        return command + "\n  (" + few.size() + " of " + numbers.size() + " faults are enough, found in " + tries
                + " runs; trace in " + trace.toAbsolutePath() + ")";
    }

    static Path traceFile(ExtensionContext context, long seed) {
        return Path.of(
                "target",
                "simulations",
                context.getRequiredTestClass().getSimpleName() + "."
                        + context.getRequiredTestMethod().getName() + "-" + seed + ".html");
    }

    /** Shrinking calls the method again by itself: only what JUnit would give it no more than a simulation. */
    private boolean canRunAgain() {
        var types = context.getRequiredTestMethod().getParameterTypes();
        return types.length == 1
                && types[0] == Simulation.class
                && context.getRequiredTestClass().getEnclosingClass() == null;
    }

    private boolean failsAgain(FaultFilter faults) {
        tries++;
        return run(faults, Optional.empty()).map(FailedRun::symptom).equals(Optional.of(symptom));
    }

    /** @param trace where to write what happened */
    private Optional<Throwable> run(FaultFilter faults, Optional<Path> trace) {
        var stage = Stage.open(ConfigFactory.parseString(config));
        var simulation = stage.simulate(seed, faults);
        trace.ifPresent(file -> simulation.recordTrace());
        try {
            var test = ReflectionSupport.newInstance(context.getRequiredTestClass());
            var method = context.getRequiredTestMethod();
            method.setAccessible(true);
            method.invoke(test, simulation);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(e.getCause() == null ? e : e.getCause());
        } catch (ReflectiveOperationException e) {
            return Optional.of(e);
        } finally {
            trace.ifPresent(file -> write(simulation, file));
            SimulationExtension.Stages.closeQuietly(stage);
        }
    }

    static void write(Simulation simulation, Path trace) {
        try {
            simulation.writeTrace(trace);
        } catch (IOException e) {
            System.err.println("the trace could not be written to " + trace.toAbsolutePath() + ": " + e);
        }
    }

    /** What failed, without the numbers that differ from run to run: kind, and first line. */
    private static String symptom(Throwable failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("").strip();
        return failure.getClass().getName()
                + message.lines().findFirst().orElse("").replaceAll("\\d+", "#");
    }
}
