package io.troupe.sim.mutants;

import java.io.IOException;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.Optional;
import java.util.OptionalLong;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.pool.TypePool;

/**
 * A {@link Mutant} in the place of its class while it is hunted: the class is redefined where it is, and redefined as its file
 * says afterwards. All other classes stay loaded and compiled, which is what makes a hunt quick; and whatever runs in this JVM
 * meanwhile meets the mutant.
 */
final class Planting {

    /** What is done while the mutant is there. */
    interface Attempt {
        OptionalLong run() throws ReflectiveOperationException;
    }

    private final Instrumentation agent;
    private final Class<?> type;
    private final byte[] original;

    /** @throws IllegalStateException when the class has no such method, or when this JVM lets no class be redefined */
    static OptionalLong during(Optional<Mutant> mutant, Attempt attempt) throws ReflectiveOperationException {
        if (mutant.isEmpty()) {
            return attempt.run();
        }
        var planting = new Planting(mutant.get());
        try {
            return attempt.run();
        } finally {
            planting.redefine(planting.original);
        }
    }

    private Planting(Mutant mutant) {
        agent = attached();
        type = mutant.type();
        ClassFileLocator files = ClassFileLocator.ForClassLoader.of(type.getClassLoader());
        original = file(files, type);
        redefine(mutated(mutant, files));
    }

    private static Instrumentation attached() {
        try {
            return ByteBuddyAgent.install(); // Where it is attached already, this is the same.
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "a planted bug redefines a class, and this JVM lets no agent attach to itself; run it on a JDK (not a JRE"
                            + " without jdk.attach), without -XX:+DisableAttachMechanism, or start it with"
                            + " -javaagent:byte-buddy-agent.jar",
                    e);
        }
    }

    private static byte[] file(ClassFileLocator files, Class<?> type) {
        try {
            return files.locate(type.getName()).resolve();
        } catch (IOException e) {
            throw new IllegalStateException("the class file of " + type + " cannot be read", e);
        }
    }

    private static byte[] mutated(Mutant mutant, ClassFileLocator files) {
        var type = TypePool.Default.of(files).describe(mutant.type().getName()).resolve();
        if (type.getDeclaredMethods().filter(mutant.method()).isEmpty()) {
            throw new IllegalStateException(type + " has no method for " + mutant + " any more");
        }
        return new ByteBuddy()
                .with(
                        Implementation.Context.Disabled.Factory
                                .INSTANCE) // A loaded class cannot be given another member.
                .redefine(type, files)
                .visit(mutant.change().apply(files))
                .make()
                .getBytes();
    }

    private void redefine(byte[] bytes) {
        try {
            agent.redefineClasses(new ClassDefinition(type, bytes));
        } catch (ClassNotFoundException | UnmodifiableClassException e) {
            throw new IllegalStateException(type + " cannot be redefined", e);
        }
    }
}
