package io.troupe.persistence.replicated;

/** The write, or the deletion, was refused and is not done: another incarnation of the persistent actor has recovered since. */
public final class WriterFencedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WriterFencedException(String detail) {
        super("Fenced: " + detail + ". Only the other may go on.");
    }
}
