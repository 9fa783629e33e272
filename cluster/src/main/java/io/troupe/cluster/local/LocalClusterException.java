package io.troupe.cluster.local;

/** A local cluster could not do what was asked; the message says why and what to do next. */
public final class LocalClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LocalClusterException(String message) {
        super(message);
    }

    public LocalClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
