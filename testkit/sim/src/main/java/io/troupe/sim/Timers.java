package io.troupe.sim;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.apache.pekko.actor.Cancellable;
import org.jspecify.annotations.Nullable;

/** What is to happen later in virtual time; at the same instant, first scheduled goes first. */
final class Timers {

    static final class Timer implements Cancellable {
        final long dueNanos;
        final Host host;
        final Runnable work;
        private final long number;
        private boolean cancelled;
        private boolean fired;

        private Timer(long dueNanos, long number, Host host, Runnable work) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.host = host;
            this.work = work;
        }

        void fired() {
            fired = true;
        }

        @Override
        public boolean cancel() {
            boolean first = !cancelled && !fired;
            cancelled = cancelled || first;
            return first;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    private final PriorityQueue<Timer> queue = new PriorityQueue<>(
            Comparator.comparingLong((Timer timer) -> timer.dueNanos).thenComparingLong(timer -> timer.number));
    private long number;

    Timer add(long dueNanos, Host host, Runnable work) {
        var timer = new Timer(dueNanos, number++, host, work);
        queue.add(timer);
        return timer;
    }

    /** The next that is neither cancelled nor of a dead host, without taking it. */
    @Nullable Timer peek() {
        var next = queue.peek();
        while (next != null && (next.cancelled || next.host.isDead())) {
            queue.poll();
            next = queue.peek();
        }
        return next;
    }

    void take(Timer timer) {
        if (queue.poll() != timer) {
            throw new IllegalStateException("only the next timer can be taken");
        }
        timer.fired();
    }

    void clear() {
        queue.clear();
        number = 0;
    }
}
