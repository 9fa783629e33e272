package io.troupe.persistence.replicated;

/** The group did not answer in time, or cannot be asked. Says whether a write may have been stored all the same. */
public final class JournalUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    JournalUnavailableException(String message) {
        super(message);
    }
}
