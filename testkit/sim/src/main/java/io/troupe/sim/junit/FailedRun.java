package io.troupe.sim.junit;

import io.troupe.sim.FaultFilter;
import io.troupe.sim.SimulatedRun;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
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

    /** The clients that {@code -Dtroupe.clients} leaves. */
    static FaultFilter clientsAskedFor() {
        return FaultFilter.parse(System.getProperty("troupe.clients", "all"));
    }

    /** @param failed the run that failed, null when it did not get so far as to have a simulation */
    String replayCommand(@Nullable SimulatedRun<?> failed) {
        boolean isShrunkAlready =
                System.getProperty("troupe.faults") != null || System.getProperty("troupe.clients") != null;
        if (isShrunkAlready || System.getProperty("troupe.seed") != null || failed == null || !canRunAgain()) {
            return ReplayCommand.of(context, seed, faultsAskedFor(), clientsAskedFor());
        }
        var numbers = failed.faults().stream()
                .map(line -> Integer.parseInt(line.substring(1, line.indexOf(' '))))
                .toList();
        long deadline = System.nanoTime() + TIME_MAX.toNanos();
        BooleanSupplier mayGoOn = () -> tries < TRIES_MAX && System.nanoTime() - deadline < 0;
        var everybody = FaultFilter.all();
        var few = numbers.isEmpty()
                ? everybody
                : FaultFilter.only(new Shrinker(faults -> failsAgain(faults, everybody), mayGoOn).shrink(numbers));
        var clients = failed.clientsTaking().stream().sorted().toList();
        var taking = clients.isEmpty()
                ? everybody
                : FaultFilter.only(new Shrinker(these -> failsAgain(few, these), mayGoOn).shrink(clients));
        var trace = traceFile(context, seed);
        run(few, taking, Optional.of(trace));
        return ReplayCommand.of(context, seed, few, taking) + "\n  ("
                + share(few, numbers.size(), "faults")
                + share(taking, clients.size(), "clients")
                + "found in " + tries + " runs; trace in " + trace.toAbsolutePath() + ")";
    }

    private static String share(FaultFilter kept, int all, String what) {
        return all == 0 ? "" : kept.size() + " of " + all + " " + what + " are enough, ";
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
                && OpenStage.isFor(types[0])
                && context.getRequiredTestClass().getEnclosingClass() == null;
    }

    private boolean failsAgain(FaultFilter faults, FaultFilter clients) {
        tries++;
        return run(faults, clients, Optional.empty()).map(FailedRun::symptom).equals(Optional.of(symptom));
    }

    /** @param trace where to write what happened */
    private Optional<Throwable> run(FaultFilter faults, FaultFilter clients, Optional<Path> trace) {
        var stage = OpenStage.of(context.getRequiredTestMethod().getParameterTypes()[0], config);
        var simulation = stage.simulate(seed, faults, clients);
        String wrong = "";
        trace.ifPresent(file -> simulation.recordTrace());
        try {
            var test = ReflectionSupport.newInstance(context.getRequiredTestClass());
            var method = context.getRequiredTestMethod();
            method.setAccessible(true);
            method.invoke(test, simulation);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            var failure = e.getCause() == null ? e : e.getCause();
            wrong = said(failure);
            return Optional.of(failure);
        } catch (ReflectiveOperationException e) {
            return Optional.of(e);
        } finally {
            if (trace.isPresent()) {
                write(simulation, trace.get(), title(context, seed, wrong));
            }
            SimulationExtension.Stages.closeQuietly(stage);
        }
    }

    static void write(SimulatedRun<?> simulation, Path trace, String title) {
        try {
            simulation.writeTrace(trace, title);
        } catch (IOException e) {
            System.err.println("the trace could not be written to " + trace.toAbsolutePath() + ": " + e);
        }
    }

    static String title(ExtensionContext context, long seed, String wrong) {
        return context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName() + ", seed " + seed + "\n" + wrong;
    }

    /** What a failure says, without what the trace shows anyway. */
    static String said(Throwable failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse(failure.toString());
        int facts = message.indexOf("\n  seed ");
        return (facts < 0 ? message : message.substring(0, facts)).strip();
    }

    /** What failed, without the numbers that differ from run to run: kind, and first line. */
    private static String symptom(Throwable failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("").strip();
        return failure.getClass().getName()
                + message.lines().findFirst().orElse("").replaceAll("\\d+", "#");
    }
}
