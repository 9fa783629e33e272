package io.troupe.sim.mutants;

import io.troupe.sim.SimulatedRun;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * What a property said of a run: an invariant that does not hold, a checker's verdict, something that was waited for in
 * vain. Nothing else finds a mutant. One whose code, or whose scenario, ends in a {@link NullPointerException} would be
 * found whatever is checked, and shows nothing of the checks: it is a broken mutant.
 *
 * <p>What production code refuses in its own words, as with an {@link IllegalStateException}, is a property, too, where a
 * scenario says that no actor may fail.
 */
record Finding(AssertionError said) {

    /** No author throws these on purpose. */
    private static final List<Class<? extends Throwable>> BLUNDERS = List.of(
            NullPointerException.class,
            ClassCastException.class,
            IndexOutOfBoundsException.class,
            NoSuchElementException.class,
            ArithmeticException.class,
            NegativeArraySizeException.class,
            ArrayStoreException.class,
            UnsupportedOperationException.class,
            ConcurrentModificationException.class,
            LinkageError.class,
            StackOverflowError.class);

    /**
     * @param ended with this the run did
     * @throws IllegalStateException when it was a crash, and no property
     */
    static Finding of(Throwable ended, SimulatedRun<?> run, Optional<Mutant> mutant) {
        List<Throwable> crashes = new ArrayList<>();
        for (Throwable cause = ended; cause != null; cause = cause.getCause()) {
            if (cause instanceof RuntimeException || cause instanceof LinkageError) {
                crashes.add(cause);
            }
        }
        run.actorFailures().stream().filter(Finding::isBlunder).forEach(crashes::add);
        if (!crashes.isEmpty() || !(ended instanceof AssertionError said)) {
            throw new IllegalStateException(
                    mutant.map(Mutant::name).orElse("No mutant") + " at seed " + run.seed()
                            + " ends in a crash, where a property must be broken: " + crashes,
                    ended);
        }
        return new Finding(said);
    }

    private static boolean isBlunder(Throwable failure) {
        return BLUNDERS.stream().anyMatch(blunder -> blunder.isInstance(failure))
                || (failure.getCause() != null && isBlunder(failure.getCause()));
    }

    /** In one line. */
    String symptom() {
        return String.valueOf(said.getMessage())
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("")
                .replaceAll("(.{200}).*", "$1 …");
    }
}
