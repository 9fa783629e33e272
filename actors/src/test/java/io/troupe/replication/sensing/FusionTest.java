package io.troupe.replication.sensing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.replication.voting.Faults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What samples come to, some of which are wrong (Marzullo 1990, §3; Schneider 1990, §5.1). */
class FusionTest {

    private static final List<Interval> CLOCKS =
            List.of(new Interval(8, 12), new Interval(11, 13), new Interval(14, 15));

    @Test
    @DisplayName("Marzullo §3: of 8 to 12, 11 to 13 and 14 to 15, with one wrong, 11 to 12")
    void intersectionOfAllButF() {
        assertThat(Fusion.intersection().fuse(CLOCKS, 1)).contains(new Interval(11, 12));
    }

    @Test
    void whereMoreAreWrongThanMayBeThereIsNoSample() {
        assertThat(Fusion.intersection().fuse(CLOCKS, 0)).isEmpty();
    }

    @Test
    @DisplayName("Marzullo §3: where two places are possible, the sample spans both")
    void intersectionSpansWhatIsPossible() {
        var samples = List.of(new Interval(0, 4), new Interval(3, 5), new Interval(9, 12), new Interval(4, 10));
        assertThat(Fusion.intersection().fuse(samples, 2)).contains(new Interval(3, 10));
    }

    @Test
    @DisplayName("Schneider §5.1: the median of 2t+1 is not above, and not below, all right ones")
    void medianIgnoresOutliers() {
        var samples = List.of(new Interval(20, 20), new Interval(-900, -900), new Interval(21, 21));
        assertThat(Fusion.median().fuse(samples, 1)).contains(new Interval(20, 20));
        assertThat(Fusion.median().fuse(samples.subList(0, 2), 1)).isEmpty();
    }

    @Test
    void theValueIsAlwaysInTheSampleWithUpToFLiars() {
        var random = new Random(7);
        for (int run = 0; run < 20_000; run++) {
            int f = random.nextInt(4);
            int n = 2 * f + 1 + random.nextInt(4);
            double value = random.nextDouble();
            List<Interval> samples = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                double width = random.nextDouble();
                double lower = i < f ? 4 * random.nextDouble() - 2 : value - width * random.nextDouble();
                samples.add(new Interval(lower, i < f ? lower + width : Math.max(value, lower + width)));
            }
            Collections.shuffle(samples, random);
            for (Fusion fusion : List.of(Fusion.intersection(), Fusion.median())) {
                assertThat(fusion.fuse(samples, f))
                        .as("%s, %d of them wrong, the value is %s", samples, f, value)
                        .hasValueSatisfying(
                                sample -> assertThat(sample.contains(value)).isTrue());
            }
        }
    }

    @Test
    void tooFewSensorsAreRefused() {
        assertThatThrownBy(() -> new Agreement(Faults.byzantine(1), 3, Fusion.median()))
                .hasMessageContaining("3 sensors")
                .hasMessageContaining("at least 4");
    }

    @Test
    void anIntervalHasEndsInOrder() {
        assertThatThrownBy(() -> new Interval(2, 1)).hasMessageContaining("from 2.0 to 1.0");
        assertThatThrownBy(() -> new Interval(Double.NaN, 1)).hasMessageContaining("finite");
    }
}
