package io.troupe.sim.cluster;

import java.lang.reflect.Field;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.serialization.ActorRefResolveThreadLocalCache;

/**
 * What Pekko remembers on each thread of the references that it resolved there, and of their actor system: for good, as far
 * as the thread is concerned. A test's thread would keep the nodes of every run.
 */
final class ResolvedReferences {

    private static final Field CURRENT = current();

    private ResolvedReferences() {}

    private static Field current() {
        try {
            Field field = ActorRefResolveThreadLocalCache.class.getDeclaredField("current");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(
                    "this Pekko's ActorRefResolveThreadLocalCache has no field \"current\"; the stage is made for 1.7",
                    e);
        }
    }

    /** Those of this thread, when nothing runs in {@code system} any more. */
    static void forget(ActorSystem system) {
        if (system.hasExtension(ActorRefResolveThreadLocalCache.lookup())) {
            try {
                ((ThreadLocal<?>) CURRENT.get(ActorRefResolveThreadLocalCache.get(system))).remove();
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("it was made accessible", e);
            }
        }
    }
}
