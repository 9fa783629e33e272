package io.troupe.persistence.snapshots;

import java.io.IOException;

/** A snapshot's file is not as it was written. */
final class DamagedSnapshotException extends IOException {
    DamagedSnapshotException(String message) {
        super(message);
    }
}
