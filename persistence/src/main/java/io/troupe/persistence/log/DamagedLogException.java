package io.troupe.persistence.log;

import java.io.IOException;

/** What was acknowledged once cannot be read any more; the log does not start on it, or the replay fails. */
public final class DamagedLogException extends IOException {

    private final String file;
    private final long offset;

    /** @param offset first byte of {@code file} that is not as it was written */
    public DamagedLogException(String file, long offset, String what, String remedy) {
        super("The log is damaged in " + file + " at offset " + offset + ": " + what + ". " + remedy);
        this.file = file;
        this.offset = offset;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}
