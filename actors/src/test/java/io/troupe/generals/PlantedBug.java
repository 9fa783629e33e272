package io.troupe.generals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/**
 * A bug, inlined at the beginning or the end of one method of otherwise unchanged production bytes.
 *
 * @param bug with the {@link Advice}
 * @param type the binary name of the class whose method is changed
 * @param method its name
 * @param scenario the binary name of the {@link Runnable} that throws an {@link AssertionError} when it notices
 */
public record PlantedBug(Class<?> bug, String type, String method, String scenario) {

    @Override
    public String toString() {
        return bug.getSimpleName();
    }

    /** Runs the scenario against the changed bytes, or against those as they are, and tells what it noticed. */
    static Optional<AssertionError> noticed(String scenario, Optional<PlantedBug> planted) throws Exception {
        var loader = new Loader(planted);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader); // Where Pekko takes an application's classes from.
        try {
            var constructor = loader.loadClass(scenario).getDeclaredConstructor();
            constructor.setAccessible(true);
            ((Runnable) constructor.newInstance()).run();
            return Optional.empty();
        } catch (AssertionError noticed) {
            return Optional.of(noticed);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Defines the project's own classes a second time; the simulator and all libraries stay those of the parent. */
    private static final class Loader extends ClassLoader {

        private final Optional<PlantedBug> planted;

        Loader(Optional<PlantedBug> planted) {
            super(PlantedBug.class.getClassLoader());
            this.planted = planted;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.troupe.") || name.startsWith("io.troupe.sim.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            byte[] bytes = planted.filter(bug -> bug.type().equals(name))
                    .map(this::mutated)
                    .orElseGet(() -> original(name));
            if (bytes.length == 0) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        /** Empty when there is no such class. */
        private byte[] original(String name) {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                return in == null ? new byte[0] : in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private byte[] mutated(PlantedBug bug) {
            ClassFileLocator files = ClassFileLocator.ForClassLoader.of(getParent());
            var type = TypePool.Default.of(files).describe(bug.type()).resolve();
            var method = ElementMatchers.named(bug.method());
            if (type.getDeclaredMethods().filter(method).isEmpty()) {
                throw new IllegalStateException(type + " has no method for " + bug + " any more");
            }
            var advice = Advice.to(bug.bug(), files).on(method);
            return new ByteBuddy().redefine(type, files).visit(advice).make().getBytes();
        }
    }
}
