package io.troupe.persistence.files;

import java.io.IOException;

/** Another actor system, of this or another process, holds the directory. */
public final class DirectoryInUseException extends IOException {
    public DirectoryInUseException(String lock, String holder) {
        super("The directory is in use: lock " + lock + " is held by " + holder
                + ". Stop that process, or configure another directory; one directory serves one actor system.");
    }
}
