package io.troupe.sim;

import com.typesafe.config.Config;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;

/** The executor of every dispatcher: puts work into the simulation's one run queue, and runs nothing itself. */
public final class RunQueueExecutor extends ExecutorServiceConfigurator {

    private final World world;
    private final Host owner;

    /** Called by Pekko. */
    public RunQueueExecutor(Config config, DispatcherPrerequisites prerequisites) {
        super(config, prerequisites);
        var settings = prerequisites.settings().config();
        this.world = World.of(settings);
        this.owner = world.ownerOf(settings);
    }

    @Override
    public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
        return () -> new Submitting(world, owner);
    }

    private static final class Submitting extends AbstractExecutorService {
        private final World world;
        private final Host owner;
        private boolean shutdown;

        private Submitting(World world, Host owner) {
            this.world = world;
            this.owner = owner;
        }

        @Override
        public void execute(Runnable work) {
            world.submit(owner, work);
        }

        @Override
        public void shutdown() {
            shutdown = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shutdown = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shutdown;
        }

        @Override
        public boolean isTerminated() {
            return shutdown;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return shutdown;
        }
    }
}
