package io.troupe.etcd.standalone;

/** The flags, variables or the configuration file cannot be used. */
final class FlagException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What could not be read as flags at all, and what was read and cannot be. */
    private static final int UNREADABLE = 2;

    private static final int WRONG = 1;

    private final int exitCode;

    private FlagException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** In the words of Go's flag package; etcd's usage follows. */
    static FlagException unreadable(String message) {
        return new FlagException(UNREADABLE, message);
    }

    static FlagException wrong(String message) {
        String stop = message.endsWith(".") ? "" : ".";
        return new FlagException(WRONG, "error verifying flags, " + message + stop + " See 'etcd --help'.");
    }

    /** etcd's own. */
    int exitCode() {
        return exitCode;
    }

    /** Whether etcd would show its usage. */
    boolean isUnreadable() {
        return exitCode == UNREADABLE;
    }
}
