package io.troupe.cluster.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;

/** A local cluster could not do what was asked; the message says why and what to do next. */
public final class LocalClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LocalClusterException(String message) {
        super(message);
    }

    /** What is wrong with a file of JSON, in one line. */
    static String problem(IOException e) {
        return e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e.getMessage());
    }

    public LocalClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
