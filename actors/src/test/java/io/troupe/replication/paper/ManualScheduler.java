package io.troupe.replication.paper;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** What is scheduled waits until time is told to pass. */
public final class ManualScheduler extends AbstractScheduler {

    private final PriorityQueue<Task> waiting = new PriorityQueue<>();
    private long nowNanos;
    private long scheduled;

    /** As Pekko makes the scheduler that its settings name. */
    public ManualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {}

    private final class Task implements Cancellable, Comparable<Task> {
        final long atNanos;
        final long number = scheduled++;
        final Runnable work;
        private boolean isOver;

        Task(long atNanos, Runnable work) {
            this.atNanos = atNanos;
            this.work = work;
        }

        @Override
        public boolean cancel() {
            synchronized (ManualScheduler.this) {
                waiting.remove(this);
                boolean isFirst = !isOver;
                isOver = true;
                return isFirst;
            }
        }

        @Override
        public boolean isCancelled() {
            synchronized (ManualScheduler.this) {
                return isOver;
            }
        }

        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    @Override
    public synchronized Cancellable scheduleOnce(FiniteDuration delay, Runnable work, ExecutionContext executor) {
        Task task = new Task(nowNanos + delay.toNanos(), work);
        waiting.add(task);
        return task;
    }

    /** At a fixed rate, which is the same here: nothing is late. */
    @Override
    public Cancellable schedule(
            FiniteDuration delay, FiniteDuration interval, Runnable work, ExecutionContext executor) {
        return scheduleWithFixedDelay(delay, interval, work, executor);
    }

    @Override
    public double maxFrequency() {
        return 1000;
    }

    /**
     * What falls due meanwhile is run in its order, here.
     *
     * @param settled returns when what was run last has had its effects, before time goes on
     */
    void timePasses(Duration duration, Runnable settled) {
        long until;
        synchronized (this) {
            until = nowNanos + duration.toNanos();
        }
        while (true) {
            Task next;
            synchronized (this) {
                next = waiting.peek();
                if (next == null || next.atNanos > until) {
                    nowNanos = until;
                    return;
                }
                waiting.remove();
                next.isOver = true;
                nowNanos = Math.max(nowNanos, next.atNanos);
            }
            next.work.run();
            settled.run();
        }
    }
}
