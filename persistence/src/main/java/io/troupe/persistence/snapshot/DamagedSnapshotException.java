package io.troupe.persistence.snapshot;

import java.io.IOException;

/** A snapshot's file is not as it was written. */
public final class DamagedSnapshotException extends IOException {
    DamagedSnapshotException(String file, String what) {
        super("The snapshot " + file + " is damaged: " + what + ". Put it back from a backup, or delete it to recover"
                + " from an older snapshot or from the events, if those are still there.");
    }
}
