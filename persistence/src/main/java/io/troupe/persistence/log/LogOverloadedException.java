package io.troupe.persistence.log;

import java.io.IOException;

/** More waits for the disk than may wait; nothing of the refused write was written. */
public final class LogOverloadedException extends IOException {
    LogOverloadedException(long queued, long most) {
        super("The journal's writer has " + queued + " bytes waiting and takes at most " + most
                + " (queue-size-max); the disk is slower than the writers. Write less at once, or raise the bound.");
    }
}
