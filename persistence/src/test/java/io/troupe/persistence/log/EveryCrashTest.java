package io.troupe.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EveryCrashTest {

    private static final MutantHunt HUNT = new MutantHunt(EveryCrash.class, ConfigFactory.empty());

    @Test
    void whateverACrashAfterAnyOperationLeavesEverythingAcknowledgedIsFoundAndNothingElse() throws IOException {
        EveryCrash every = new EveryCrash();
        every.explore();
        System.out.printf(
                "%d operations, %d different states after a crash, %d after another in the recovery%n",
                every.operations, every.crashes, every.crashesInRecovery);
        assertThat(every.operations).isGreaterThan(150);
        assertThat(every.crashes).isGreaterThan(1500);
        assertThat(every.crashesInRecovery).isGreaterThan(500);
        assertThat(every.kinds).anyMatch(kind -> kind.startsWith("torn")).anyMatch(kind -> kind.startsWith("all but"));
    }

    static List<Mutant> mutants() {
        return LogMutants.ofEveryCrash();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void aPlantedBugIsFound(Mutant bug) throws ReflectiveOperationException {
        assertThat(HUNT.seedThatFinds(Optional.of(bug), 1)).hasValue(0);
    }
}
