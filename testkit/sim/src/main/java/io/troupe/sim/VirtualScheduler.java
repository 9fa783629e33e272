package io.troupe.sim;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.dispatch.MessageDispatcher;
import org.apache.pekko.event.LoggingAdapter;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** Pekko's scheduler on virtual time. A timer belongs to the node that set it, and counts by that node's clock. */
public final class VirtualScheduler extends AbstractScheduler {

    /** Asked at every timer, and the JDK parses the class's name each time. */
    private static final ClassValue<Boolean> ENDS_A_DISPATCHER = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> work) {
            return work.getEnclosingClass() == MessageDispatcher.class;
        }
    };

    private final World world;
    private final Host owner;

    /** Called by Pekko. */
    public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
        this.world = World.of(config);
        this.owner = world.ownerOf(config);
    }

    @Override
    public Cancellable scheduleOnce(FiniteDuration delay, Runnable work, ExecutionContext executor) {
        if (world.isForeign(work) || endsADispatcher(work)) {
            return Cancellable.alreadyCancelled();
        }
        return schedule(delay.toNanos(), work, executor);
    }

    /**
     * A dispatcher's executor has no threads here to give up when it has nothing to do; and the dispatcher, which outlives
     * the run, would take this timer for pending in all later ones.
     */
    private static boolean endsADispatcher(Runnable work) {
        return ENDS_A_DISPATCHER.get(work.getClass());
    }

    @Override
    public Cancellable schedule(
            FiniteDuration initialDelay, FiniteDuration interval, Runnable work, ExecutionContext executor) {
        if (world.isForeign(work)) {
            return Cancellable.alreadyCancelled();
        }
        var repeated = new Repeated(interval.toNanos(), work, executor);
        repeated.next = schedule(initialDelay.toNanos(), repeated, executor);
        return repeated;
    }

    private Timers.Timer schedule(long delayNanos, Runnable work, ExecutionContext executor) {
        var host = owner == world.outside() ? world.current() : owner;
        long due = world.nowNanos() + (long) (Math.max(delayNanos, 0) / host.clockRate());
        return world.at(due, host, new Cause.Timeout(host, work), () -> executor.execute(work));
    }

    @Override
    public double maxFrequency() {
        return 1e9;
    }

    private final class Repeated implements Runnable, Cancellable {
        private final long intervalNanos;
        private final Runnable work;
        private final ExecutionContext executor;
        private @Nullable Cancellable next;
        private boolean cancelled;

        private Repeated(long intervalNanos, Runnable work, ExecutionContext executor) {
            this.intervalNanos = intervalNanos;
            this.work = work;
            this.executor = executor;
        }

        @Override
        public void run() {
            if (!cancelled) {
                next = schedule(intervalNanos, this, executor);
                work.run();
            }
        }

        @Override
        public boolean cancel() {
            boolean first = !cancelled;
            cancelled = true;
            if (next != null) {
                next.cancel();
            }
            return first;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
