package io.troupe.sim.junit;

import io.troupe.sim.Coverage;
import io.troupe.sim.SimulatedRun;
import io.troupe.sim.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.opentest4j.TestAbortedException;

/** Runs a {@link SimulationTest} for its seeds, all on one reused {@link Stage}. */
final class SimulationExtension implements TestTemplateInvocationContextProvider {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SimulationExtension.class);
    private static final int FAILED_SEEDS_MAX = 3;
    /** A suite longer than this says how far it is whenever it has run as many again. */
    private static final int PROGRESS_SEEDS = 1_000;

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(SimulationTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        var test = context.getRequiredTestMethod().getAnnotation(SimulationTest.class);
        var suite = new Suite(test, seeds(test).max().orElse(0), seeds(test).count());
        Stream<TestTemplateInvocationContext> once = seeds(test).mapToObj(seed -> new OneSeed(suite, seed, false));
        return test.checksReplay() && !isReplay()
                ? Stream.concat(once, seeds(test).limit(1).mapToObj(seed -> new OneSeed(suite, seed, true)))
                : once;
    }

    private static LongStream seeds(SimulationTest test) {
        var one = System.getProperty("troupe.seed");
        if (one != null) {
            return LongStream.of(Long.parseLong(one));
        }
        int count = Integer.getInteger("troupe.seeds", test.seeds());
        return LongStream.range(test.firstSeed(), test.firstSeed() + count);
    }

    /** One seed was asked for: somebody wants to see it. */
    private static boolean isReplay() {
        return System.getProperty("troupe.seed") != null;
    }

    /** What the seeds of one test have in common. */
    private static final class Suite {
        private final SimulationTest test;
        private final long lastSeed;
        private final long seedCount;
        private final long begunNanos = System.nanoTime();
        private final AtomicInteger failedSeeds = new AtomicInteger();
        private final AtomicInteger endedSeeds = new AtomicInteger();
        private final Coverage coverage;
        /** Of the first seed, which in its second run must come to the same. */
        private volatile @Nullable Long fingerprint;

        private Suite(SimulationTest test, long lastSeed, long seedCount) {
            this.test = test;
            this.lastSeed = lastSeed;
            this.seedCount = seedCount;
            this.coverage = new Coverage(List.of(test.expects()));
        }

        /** Says now and then how far a long suite is. */
        private void progress(ExtensionContext context) {
            int ended = endedSeeds.incrementAndGet();
            if (seedCount > PROGRESS_SEEDS && ended % PROGRESS_SEEDS == 0) {
                System.out.printf(
                        "%s: %,d of %,d seeds in %,d s, %d failed%n",
                        nameOf(context),
                        ended,
                        seedCount,
                        (System.nanoTime() - begunNanos) / 1_000_000_000,
                        failedSeeds.get());
            }
        }

        private static String nameOf(ExtensionContext context) {
            return context.getRequiredTestClass().getSimpleName() + "."
                    + context.getRequiredTestMethod().getName();
        }

        /** @throws AssertionError when the first seed did something else the second time */
        private void compare(long seed, long second) {
            var first = fingerprint;
            if (first == null) {
                fingerprint = second;
            } else if (first != second) {
                var what = "seed %d did not do the same again: its fingerprint was %x, and then %x"
                        .formatted(seed, first, second);
                throw new AssertionError(
                        what + "; something in it does not go by the seed: a clock or random numbers of"
                                + " its own, the order of a hash table, what a run leaves behind in a static field");
            }
        }

        /** Says after the last seed what all of them have reached. */
        private void seedEnded(ExtensionContext context, long seed, SimulatedRun<?> simulation) {
            coverage.add(simulation.reached());
            var report = coverage.report();
            if (seed != lastSeed || report.isEmpty()) {
                return;
            }
            var name = nameOf(context);
            System.out.println(name + " has reached\n" + report);
            boolean isWhole = seedCount >= test.seeds();
            if (isWhole && test.failsOnUnreached() && !coverage.missing().isEmpty()) {
                throw new AssertionError(
                        name + " never reached " + coverage.missing() + ", in all its seeds\n" + report);
            }
        }
    }

    private record OneSeed(Suite suite, long seed, boolean again) implements TestTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed + (again ? " again" : "");
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new Run(suite, seed, again));
        }
    }

    private static final class Run
            implements ExecutionCondition, ParameterResolver, TestExecutionExceptionHandler, AfterEachCallback {
        private final Suite suite;
        private final SimulationTest test;
        private final long seed;
        private final boolean again;
        private String wrong = "";
        private @Nullable SimulatedRun<?> simulation;
        private boolean failed;

        private Run(Suite suite, long seed, boolean again) {
            this.suite = suite;
            this.test = suite.test;
            this.seed = seed;
            this.again = again;
        }

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return suite.failedSeeds.get() < FAILED_SEEDS_MAX
                    ? ConditionEvaluationResult.enabled("")
                    : ConditionEvaluationResult.disabled(FAILED_SEEDS_MAX + " seeds have failed already");
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return OpenStage.isFor(parameter.getParameter().getType());
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            simulation = stages(context)
                    .get(parameter.getParameter().getType(), test.config())
                    .simulate(seed, FailedRun.faultsAskedFor(), FailedRun.clientsAskedFor());
            if (isReplay()) {
                simulation.recordTrace();
            }
            return simulation;
        }

        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
            if (!(failure instanceof TestAbortedException)) {
                failed = true;
                wrong = FailedRun.said(failure);
                suite.failedSeeds.incrementAndGet();
                var again = new FailedRun(context, test.config(), seed, failure);
                var command = again.replayCommand(simulation);
                failure.addSuppressed(new Replay(command));
                System.err.println(command);
            }
            throw failure;
        }

        @Override
        public void afterEach(ExtensionContext context) {
            if (isReplay() && simulation != null) {
                var trace = FailedRun.traceFile(context, seed);
                FailedRun.write(simulation, trace, FailedRun.title(context, seed, wrong));
                System.err.println("fingerprint " + Long.toHexString(simulation.fingerprint()) + ", trace in "
                        + trace.toAbsolutePath());
            }
            if (!again) {
                suite.progress(context);
            }
            if (failed) {
                // Whatever the failed run left behind must not reach the next seed.
                stages(context).discard(context.getRequiredTestMethod().getParameterTypes(), test.config());
            } else if (simulation != null) {
                long fingerprint = simulation.fingerprint();
                simulation.close();
                if (test.checksReplay() && seed == test.firstSeed()) {
                    suite.compare(seed, fingerprint);
                }
                if (!isReplay() && !again) {
                    suite.seedEnded(context, seed, simulation);
                }
            }
        }

        private static Stages stages(ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .getOrComputeIfAbsent(
                            "stages of " + Thread.currentThread().getId(), key -> new Stages(), Stages.class);
        }
    }

    /** The stages of one thread, by configuration. */
    static final class Stages implements AutoCloseable {
        private record Kind(Class<?> parameter, String config) {}

        private final Map<Kind, OpenStage> open = new LinkedHashMap<>();

        OpenStage get(Class<?> parameter, String config) {
            return open.computeIfAbsent(new Kind(parameter, config), kind -> OpenStage.of(parameter, config));
        }

        void discard(Class<?>[] parameters, String config) {
            for (var parameter : parameters) {
                Optional.ofNullable(open.remove(new Kind(parameter, config))).ifPresent(Stages::closeQuietly);
            }
        }

        @Override
        public void close() {
            open.values().forEach(Stages::closeQuietly);
        }

        static void closeQuietly(OpenStage stage) {
            try {
                stage.close();
            } catch (RuntimeException | AssertionError e) {
                System.err.println("the stage of a failed simulation could not be taken down: " + e);
            }
        }
    }

    /** Carries the replay command into the test report. */
    private static final class Replay extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Replay(String command) {
            super(command, null, false, false);
        }
    }
}
