package io.troupe.generals;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.generals.benor.BenOrMutants;
import io.troupe.generals.byzantine.ByzantineMutants;
import io.troupe.generals.dls.DlsMutants;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes that the papers' proofs guard against, each planted alone, are noticed; without them nothing is. */
class GeneralsMutantsTest {

    static List<PlantedBug> bugs() {
        return Stream.of(ByzantineMutants.all(), BenOrMutants.all(), DlsMutants.all())
                .flatMap(List::stream)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isNoticed(PlantedBug bug) throws Exception {
        var noticed = PlantedBug.noticed(bug.scenario(), Optional.of(bug));
        assertThat(noticed).as("%s by %s", bug, bug.scenario()).isPresent();
        System.out.println(bug + ": "
                + String.valueOf(noticed.get().getMessage()).lines().limit(2).toList());
    }

    /** The papers' tests run each scenario as it is, too; here once with what surrounds a bug. */
    @Test
    void withoutABugNothingIsNoticed() throws Exception {
        assertThat(PlantedBug.noticed(bugs().get(0).scenario(), Optional.empty()))
                .isEmpty();
    }
}
