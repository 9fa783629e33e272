package io.troupe.persistence.replicated;

/** The write was refused, and is not stored: another incarnation of the persistent actor has recovered since. */
public final class WriterFencedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WriterFencedException(String detail) {
        super("Fenced: " + detail + ". This one has stopped; only the other may go on.");
    }
}
