package io.troupe.persistence.replicated;

/** The write, the deletion, or the recovery was refused: another incarnation of the persistent actor has recovered since. */
public final class WriterFencedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WriterFencedException(String detail) {
        super("Fenced: " + detail + ". Only the other may go on.");
    }
}
