package io.troupe.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.apache.pekko.actor.Cancellable;
import org.jspecify.annotations.Nullable;

/** What is to happen later in virtual time; at the same instant, first scheduled goes first. */
final class Timers {

    static final class Timer implements Cancellable, Comparable<Timer> {
        final long dueNanos;
        final Host host;
        final Cause cause;
        final Runnable work;
        private final long number;
        private boolean cancelled;
        private boolean fired;

        private Timer(long dueNanos, long number, Host host, Cause cause, Runnable work) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.host = host;
            this.cause = cause;
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

        @Override
        public int compareTo(Timer other) {
            return dueNanos == other.dueNanos
                    ? Long.compare(number, other.number)
                    : Long.compare(dueNanos, other.dueNanos);
        }
    }

    private final PriorityQueue<Timer> queue = new PriorityQueue<>();
    private long number;

    Timer add(long dueNanos, Host host, Cause cause, Runnable work) {
        var timer = new Timer(dueNanos, number++, host, cause, work);
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
        if (queue.peek() == timer) {
            queue.poll();
        } else if (!queue.remove(timer)) {
            throw new IllegalStateException("no such timer is pending");
        }
        timer.fired();
    }

    /** All that is neither cancelled nor of a dead host, as scheduled: earlier first. */
    List<Timer> pending() {
        queue.removeIf(timer -> timer.cancelled || timer.host.isDead());
        List<Timer> pending = new ArrayList<>(queue);
        pending.sort(Comparator.comparingLong(timer -> timer.number));
        return pending;
    }

    /** The first scheduled of what is pending and wanted. */
    @Nullable Timer first(Predicate<Cause> wanted) {
        Timer first = null;
        for (var timer : queue) {
            boolean isEarlier = first == null || timer.number < first.number;
            if (isEarlier && !timer.cancelled && !timer.host.isDead() && wanted.test(timer.cause)) {
                first = timer;
            }
        }
        return first;
    }

    void clear() {
        queue.clear();
        number = 0;
    }
}
