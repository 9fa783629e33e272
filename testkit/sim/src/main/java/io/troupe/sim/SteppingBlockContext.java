package io.troupe.sim;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;
import scala.Function0;
import scala.concurrent.BlockContext;
import scala.concurrent.CanAwait;
import scala.concurrent.Future;

/**
 * Where Pekko waits for a future on the simulation's thread, the run queue is stepped until that future is complete, and
 * no further. An actor of a node must not wait at all: on a real node it would hold up its thread.
 */
final class SteppingBlockContext implements BlockContext {

    private final World world;
    private final boolean actorsMayWait;

    /** @param actorsMayWait whether an actor's turn may wait: everyone else's turns then pass meanwhile */
    SteppingBlockContext(World world, boolean actorsMayWait) {
        this.world = world;
        this.actorsMayWait = actorsMayWait;
    }

    @Override
    public <T> T blockOn(Function0<T> wait, CanAwait permission) {
        if (!actorsMayWait && world.current() != world.outside()) {
            var failure = new SimulationFailure("an actor of " + world.current() + " waits for a future; an actor never"
                    + " blocks: pipe the result to self");
            world.fail(failure);
            throw failure;
        }
        var future = awaited(wait);
        while (future != null && !future.isCompleted()) {
            if (!world.execution().stepOfWaiting()) {
                throw new SimulationFailure("waiting for " + future + ", but nothing is left to run");
            }
        }
        return wait.apply();
    }

    /** The future that the suspended wait closes over. */
    private static @Nullable Future<?> awaited(Function0<?> wait) {
        for (Field field : wait.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            try {
                if (field.get(wait) instanceof Future<?> future) {
                    return future;
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("cannot see what " + wait + " waits for", e);
            }
        }
        return null;
    }
}
