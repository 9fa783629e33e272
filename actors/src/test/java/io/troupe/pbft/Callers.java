package io.troupe.pbft;

/** Whom a mutated method is called by: for a bug that is one for some of them alone. */
final class Callers {

    private Callers() {}

    /** Of the mutated method's own caller. */
    static boolean isAskedBy(String method) {
        int below = 3; // This method, what is inlined calls it by, and the mutated one.
        return StackWalker.getInstance().walk(frames -> frames.skip(below)
                .findFirst()
                .filter(frame -> frame.getMethodName().equals(method))
                .isPresent());
    }

    /** Of the mutated method, near or far. */
    static boolean isCalledBy(String method) {
        return StackWalker.getInstance().walk(frames -> frames.limit(10)
                .anyMatch(frame -> frame.getMethodName().contains(method)));
    }
}
