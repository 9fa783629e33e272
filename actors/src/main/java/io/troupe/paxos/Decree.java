package io.troupe.paxos;

import io.troupe.replication.Operation;
import io.troupe.replication.Replica.Members;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What one instance of Paxos decides on (The Part-Time Parliament, §3). */
sealed interface Decree extends Operation permits Decree.NoOp, Decree.OpenSession, Decree.Command, Decree.Reconfigure {

    /** Counted for whatever surrounds a command. */
    long OVERHEAD_BYTES = 48;

    /** Changes nothing: fills a gap (Paxos Made Simple, §3). */
    record NoOp() implements Decree {}

    /** Opens a client session whose id is the instance. */
    record OpenSession() implements Decree, Operation.OpenSession {}

    /** A client's command; see {@link io.troupe.replication.Replica.Propose}. */
    record Command(long session, long serial, long acknowledgedBelow, ByteString command)
            implements Decree, Operation.Command {}

    /** Decided in instance i, it says who decides from instance i + α on (Paxos Made Simple, §3). */
    record Reconfigure(Membership membership) implements Decree, Operation.Reconfigure {
        @Override
        public Optional<Members> members() {
            return Optional.of(membership.asMembers());
        }
    }

    default long sizeBytes() {
        return OVERHEAD_BYTES
                + (this instanceof Command command ? command.command().length() : 0);
    }
}
