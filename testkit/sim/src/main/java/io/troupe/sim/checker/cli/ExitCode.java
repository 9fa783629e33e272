package io.troupe.sim.checker.cli;

/** What the exit code of {@code check} means. Of several files the one earliest in 3, 1, 2, 0 counts. */
final class ExitCode {

    static final int VALID = 0;
    static final int INVALID = 1;
    /** Undecided within the limits: no good news. */
    static final int UNKNOWN = 2;
    /** A file that cannot be read, or is no history of this kind. */
    static final int BAD_INPUT = 3;
    /** A command line that makes no sense (EX_USAGE of sysexits.h). */
    static final int USAGE = 64;
    /** A bug of the checker (EX_SOFTWARE). */
    static final int BUG = 70;

    private ExitCode() {}

    static int of(Judgement.Answer answer) {
        return switch (answer) {
            case VALID -> VALID;
            case INVALID -> INVALID;
            case UNKNOWN -> UNKNOWN;
        };
    }

    static int worse(int one, int other) {
        return badness(one) >= badness(other) ? one : other;
    }

    private static int badness(int code) {
        return switch (code) {
            case VALID -> 0;
            case UNKNOWN -> 1;
            case INVALID -> 2;
            default -> 3;
        };
    }
}
