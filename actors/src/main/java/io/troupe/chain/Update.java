package io.troupe.chain;

import io.troupe.replication.Operation;
import org.apache.pekko.util.ByteString;

/** An update request, as the head of {@code epoch} put it in order; its index is its place. */
record Update(long epoch, Request request) {

    /** What an update takes beside its command, in memory and on the wire, roughly. */
    private static final int OVERHEAD_BYTES = 48;

    sealed interface Request extends Operation permits OpenSession, Command {}

    /** Opens a client session whose id is the index. */
    record OpenSession() implements Request, Operation.OpenSession {}

    /** A client's command; see {@link io.troupe.replication.Replica.Propose}. */
    record Command(long session, long serial, long acknowledgedBelow, ByteString command)
            implements Request, Operation.Command {}

    long sizeBytes() {
        return OVERHEAD_BYTES
                + (request instanceof Command command ? command.command().length() : 0);
    }
}
