package io.troupe.sim;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * {@link CompletableFuture}'s default executor, made to follow the simulation. The Java API of Pekko answers an {@code
 * ask} with a future whose callbacks run there, which would be a real thread in the middle of every run. Work that a
 * simulating thread hands over goes to its run queue; everyone else's goes where it always went.
 */
final class AsyncPool implements Executor {

    private static final ThreadLocal<@Nullable World> SIMULATING = new ThreadLocal<>();

    private final Executor real;

    private AsyncPool(Executor real) {
        this.real = real;
    }

    /** Takes the place of the JDK's executor, once a JVM. Needs no option of the JVM: the field is written below it. */
    static void install() {
        synchronized (AsyncPool.class) {
            var present = new CompletableFuture<Void>().defaultExecutor();
            if (!(present instanceof AsyncPool)) {
                Below.putStatic(CompletableFuture.class, "ASYNC_POOL", new AsyncPool(present));
            }
        }
    }

    static @Nullable World simulated() {
        return SIMULATING.get();
    }

    /** From now on this thread simulates {@code world}, or nothing; returns what it simulated before. */
    static @Nullable World enter(@Nullable World world) {
        var before = SIMULATING.get();
        SIMULATING.set(world);
        return before;
    }

    @Override
    public void execute(Runnable work) {
        var world = SIMULATING.get();
        if (world == null) {
            real.execute(work);
        } else {
            world.submit(work);
        }
    }
}
