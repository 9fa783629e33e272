package io.troupe.sim;

import java.io.IOException;

/** What was read from a simulated disk is not what was written. */
public final class DamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedException(String what) {
        super(what + " is damaged: its checksum is not that of its bytes. Restore it from a copy");
    }
}
