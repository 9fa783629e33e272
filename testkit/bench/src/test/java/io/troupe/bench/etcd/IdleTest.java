package io.troupe.bench.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.troupe.bench.load.Costs;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleTest {

    private static final Duration SPAN = Duration.ofMillis(200);

    /** Two servers that together take half of a processor between the two times that somebody looks. */
    private record KnownPeer(List<Long> heapBytes, List<Long> residentBytes, Iterator<Duration> cpu) implements Peer {

        KnownPeer(List<Long> heapBytes, List<Long> residentBytes) {
            this(
                    heapBytes,
                    residentBytes,
                    List.of(Duration.ofHours(1), Duration.ofHours(1).plus(SPAN.dividedBy(2)))
                            .iterator());
        }

        @Override
        public Costs costs() {
            return new Costs(cpu.next(), 0, 2);
        }

        @Override
        public String name() {
            return "known";
        }

        @Override
        public List<InetSocketAddress> endpoints() {
            return List.of();
        }

        @Override
        public void kill(int member) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void restart(int member) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private static Idle measure(List<Long> heap, List<Long> resident) throws InterruptedException {
        Iterator<Long> clock = List.of(7L, 7L + SPAN.toNanos()).iterator();
        return Idle.measure(new KnownPeer(heap, resident), Duration.ZERO, clock::next);
    }

    @Test
    void theProcessorsTimeIsThatOfTheMeasuredSpanForEachServer() throws Exception {
        assertThat(measure(List.of(), List.of()).cpuPercent()).isCloseTo(25, within(0.001));
    }

    @Test
    void memoryIsThatOfTheServerWithTheMost() throws Exception {
        Idle idle = measure(List.of(5L, 9L, 7L), List.of(30L, 10L, 20L));
        assertThat(idle.heapBytes()).isEqualTo(9);
        assertThat(idle.residentBytes()).isEqualTo(30);
    }

    @Test
    void memoryThatNobodyTellsIsNone() throws Exception {
        Idle idle = measure(List.of(), List.of());
        assertThat(idle.heapBytes()).isZero();
        assertThat(idle.residentBytes()).isZero();
    }
}
