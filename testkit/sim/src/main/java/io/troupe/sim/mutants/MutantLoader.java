package io.troupe.sim.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Predicate;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;

/**
 * Defines an application's own classes a second time, one of them with a {@link Mutant} in its bytes; the simulator and
 * all libraries stay those of the parent. The mutant goes with its loader, and nothing else in the JVM meets it.
 */
final class MutantLoader extends ClassLoader {

    private static final String SIMULATOR = "io.troupe.sim.";

    private final Predicate<String> own;
    private final Optional<Mutant> mutant;

    /**
     * @param own which class names are of the application
     * @param mutant empty for the bytes as they are
     */
    MutantLoader(ClassLoader parent, Predicate<String> own, Optional<Mutant> mutant) {
        super(parent);
        this.own = own;
        this.mutant = mutant;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!own.test(name) || name.startsWith(SIMULATOR)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = mutant.filter(bug -> bug.type().getName().equals(name))
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

    private byte[] mutated(Mutant bug) {
        ClassFileLocator files = ClassFileLocator.ForClassLoader.of(getParent());
        var type = TypePool.Default.of(files).describe(bug.type().getName()).resolve();
        if (type.getDeclaredMethods().filter(bug.method()).isEmpty()) {
            throw new IllegalStateException(type + " has no method for " + bug + " any more");
        }
        return new ByteBuddy()
                .redefine(type, files)
                .visit(bug.change().apply(files))
                .make()
                .getBytes();
    }
}
