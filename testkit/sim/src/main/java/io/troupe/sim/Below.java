package io.troupe.sim;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/** The few fields of the JDK that stand between a seed and its run, reached without options of the JVM. */
final class Below {

    private static final Unsafe UNSAFE = unsafe();
    private static final long SEED = offset("threadLocalRandomSeed");
    private static final long PROBE = offset("threadLocalRandomProbe");

    private Below() {}

    /**
     * Seeds this thread's {@link java.util.concurrent.ThreadLocalRandom}. Pekko draws the uid of every actor from it, and
     * an {@code ActorRef}'s hash code is its uid: without this every hash map of references would be iterated in another
     * order in every run.
     */
    static void seedThreadLocalRandom(long seed) {
        var thread = Thread.currentThread();
        // A probe of 0 would make the JDK seed the thread again at first use.
        UNSAFE.putInt(thread, PROBE, 1);
        UNSAFE.putLong(thread, SEED, RandomStreams.mix(seed));
    }

    @SuppressWarnings("deprecation")
    static void putStatic(Class<?> owner, String name, Object value) {
        try {
            var field = owner.getDeclaredField(name);
            UNSAFE.putObjectVolatile(UNSAFE.staticFieldBase(field), UNSAFE.staticFieldOffset(field), value);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this JDK's " + owner.getName() + " has no field " + name, e);
        }
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("deprecation")
    private static long offset(String name) {
        try {
            return UNSAFE.objectFieldOffset(Thread.class.getDeclaredField(name));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
