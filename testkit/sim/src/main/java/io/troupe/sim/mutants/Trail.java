package io.troupe.sim.mutants;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * The seeds of a hunt in the order in which they are tried: where the mutant was found last, then all from 0. A seed does the
 * same until the code changes, so the first nearly always finds it again; what a hunt promises is the number of seeds.
 */
record Trail(Optional<Mutant> mutant, int seeds) {

    /** @return the seed whose run finds something, the first to do so */
    OptionalLong follow(LongFunction<Optional<Finding>> run) {
        OptionalLong last = last();
        OptionalLong found = LongStream.concat(last.stream(), LongStream.range(0, seeds))
                .distinct()
                .filter(seed -> finds(seed, run))
                .findFirst();
        if (last.isPresent() && !last.equals(found)) {
            System.out.printf("%s: not found at seed %d any more%n", mutant.orElseThrow(), last.getAsLong());
        }
        return found;
    }

    /** None beyond the seeds of this hunt. */
    private OptionalLong last() {
        OptionalLong last = mutant.map(Mutant::foundAt).orElse(OptionalLong.empty());
        return last.stream().filter(seed -> seed < seeds).findAny();
    }

    private boolean finds(long seed, LongFunction<Optional<Finding>> run) {
        Optional<Finding> finding = run.apply(seed);
        finding.ifPresent(found -> System.out.printf("%s: seed %d: %s%n", mutant.orElse(null), seed, found.symptom()));
        return finding.isPresent();
    }
}
