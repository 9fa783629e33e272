package io.troupe.raft;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;

/**
 * Defines the project's own classes a second time, one of them with a {@link Mutants.Mutant} in its bytes; the simulator
 * and all libraries stay those of the parent. The mutant goes with its loader, and nothing else in the JVM meets it.
 */
final class MutantLoader extends ClassLoader {

    private final Optional<Mutants.Mutant> mutant;

    /** @param mutant empty for the bytes as they are */
    MutantLoader(Optional<Mutants.Mutant> mutant) {
        super(MutantLoader.class.getClassLoader());
        this.mutant = mutant;
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

    private byte[] mutated(Mutants.Mutant bug) {
        ClassFileLocator files = ClassFileLocator.ForClassLoader.of(getParent());
        var type = TypePool.Default.of(files).describe(bug.type().getName()).resolve();
        if (type.getDeclaredMethods().filter(bug.method()).isEmpty()) {
            throw new IllegalStateException(type + " has no method for " + bug + " any more");
        }
        var advice = Advice.to(bug.bug(), files).on(bug.method());
        return new ByteBuddy().redefine(type, files).visit(advice).make().getBytes();
    }
}
