package io.troupe.cluster.node;

import io.troupe.cluster.cli.ExitCodes;

/** Why a node could not start: one line that says what to do, and the exit code that goes with it. */
public final class NodeFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private NodeFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static NodeFailure dataDirectory(String message) {
        return new NodeFailure(ExitCodes.DATA_DIRECTORY, message);
    }

    static NodeFailure address(String message) {
        return new NodeFailure(ExitCodes.ADDRESS, message);
    }

    static NodeFailure other(String message) {
        return new NodeFailure(ExitCodes.FAILURE, message);
    }

    /** From {@link ExitCodes}. */
    public int exitCode() {
        return exitCode;
    }
}
