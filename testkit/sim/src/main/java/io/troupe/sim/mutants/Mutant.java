package io.troupe.sim.mutants;

import java.util.OptionalLong;
import java.util.function.Function;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * A planted bug.
 *
 * @param name what the bug is, as in {@code AcknowledgesBeforeTheSync}
 * @param type whose methods are changed
 * @param method which of them; there must be one
 * @param change of those methods, made with the class files at hand
 * @param seeds within which it is to be found
 * @param foundAt seed that found it when it was last looked for, which a hunt tries before all others; nothing depends on it
 *     but how long a hunt takes
 */
public record Mutant(
        String name,
        Class<?> type,
        ElementMatcher<? super MethodDescription> method,
        Function<ClassFileLocator, AsmVisitorWrapper> change,
        int seeds,
        OptionalLong foundAt) {

    /** For a mutant that is found soon. */
    private static final int SEEDS = 20;

    public Mutant(
            String name,
            Class<?> type,
            ElementMatcher<? super MethodDescription> method,
            Function<ClassFileLocator, AsmVisitorWrapper> change) {
        this(name, type, method, change, SEEDS, OptionalLong.empty());
    }

    /** Inlines {@code advice}, a class with methods as {@link Advice} wants them, at the beginning or the end. */
    public static Mutant advised(Class<?> advice, Class<?> type, ElementMatcher<? super MethodDescription> method) {
        return new Mutant(advice.getSimpleName(), type, method, files -> Advice.to(advice, files)
                .on(method));
    }

    /** Leaves out the calls of {@code callee} within {@code method}; their results are 0, false or null. */
    public static Mutant leavingOut(
            String name,
            Class<?> type,
            ElementMatcher<? super MethodDescription> method,
            ElementMatcher<? super MethodDescription> callee) {
        return new Mutant(name, type, method, files -> MemberSubstitution.relaxed()
                .method(callee)
                .stub()
                .on(method));
    }

    /** The same, to be found within so many. */
    public Mutant within(int seeds) {
        return new Mutant(name, type, method, change, seeds, foundAt);
    }

    /** The same, last found at {@code seed}. */
    public Mutant foundAt(long seed) {
        return new Mutant(name, type, method, change, seeds, OptionalLong.of(seed));
    }

    /** Whether it is to be hunted: system property {@code troupe.mutant} names those that are, when not all are. */
    public boolean isAskedFor() {
        String names = System.getProperty("troupe.mutant", "");
        return names.isEmpty() || names.contains(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
