package io.troupe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class MeasuringTest {

    @Test
    void everyPassBeginsWithAnother() {
        assertThat(Measuring.inTurn(1, List.of("a", "b", "c"))).containsExactly("a", "b", "c");
        assertThat(Measuring.inTurn(2, List.of("a", "b", "c"))).containsExactly("b", "c", "a");
        assertThat(Measuring.inTurn(4, List.of("a", "b", "c"))).containsExactly("a", "b", "c");
    }

    @Test
    void whatCountsComesAfterALeadInOfTheSameLoad() throws InterruptedException {
        List<Duration> loads = new ArrayList<>();
        var measuring = new Measuring();
        int counts = measuring.measure(time -> {
            loads.add(time);
            return loads.size();
        });
        assertThat(counts).isEqualTo(2);
        assertThat(loads).containsExactly(Duration.ofMillis(500), measuring.duration());
    }

    @Test
    void theMedianOfTwoIsTheirMean() {
        assertThat(Measuring.median(DoubleStream.of(3, 1, 2))).isEqualTo(2);
        assertThat(Measuring.median(DoubleStream.of(4, 1))).isEqualTo(2.5);
    }
}
