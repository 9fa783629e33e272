package io.troupe.bench.etcd;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a peer costs that has nothing to do.
 *
 * @param cpuPercent of one processor, for each server, on average
 * @param heapBytes in use, of the server with the most
 * @param residentBytes of the server with the most
 */
record Idle(double cpuPercent, long heapBytes, long residentBytes) {

    static Idle measure(Peer peer, Duration duration) throws InterruptedException {
        return measure(peer, duration, System::nanoTime);
    }

    /** @param nanoClock read at the beginning and at the end */
    static Idle measure(Peer peer, Duration duration, LongSupplier nanoClock) throws InterruptedException {
        var before = peer.costs();
        long begin = nanoClock.getAsLong();
        TimeUnit.MILLISECONDS.sleep(duration.toMillis());
        double seconds = (nanoClock.getAsLong() - begin) / 1e9;
        var used = peer.costs().since(before);
        double percent = 100 * used.cpu().toNanos() / 1e9 / seconds / used.servers();
        return new Idle(percent, most(peer.heapBytes()), most(peer.residentBytes()));
    }

    private static long most(List<Long> bytes) {
        return bytes.stream().max(Comparator.naturalOrder()).orElse(0L);
    }
}
