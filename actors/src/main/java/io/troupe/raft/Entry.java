package io.troupe.raft;

import io.troupe.replication.ByteArena;
import io.troupe.replication.Operation;
import io.troupe.replication.Replica.Members;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** A log entry (§5.3): what to do, and the term in which its leader received it. Its index is its place. */
record Entry(long term, Payload payload) {

    /** What an entry takes beside its command, in memory and on the wire, roughly. */
    private static final int OVERHEAD_BYTES = 48;

    sealed interface Payload extends Operation permits NoOp, OpenSession, Command, Reconfigure, Elided {}

    /** Starts a term, so that it has an entry to commit (§8). */
    record NoOp() implements Payload {}

    /** Opens a client session whose id is the entry's index (thesis §6.3). */
    record OpenSession() implements Payload, Operation.OpenSession {}

    /** A client's command; see {@link io.troupe.replication.Replica.Propose}. */
    record Command(long session, long serial, long acknowledgedBelow, ByteString command)
            implements Payload, Operation.Command {}

    /** Takes effect when it is appended, committed or not (§6). */
    record Reconfigure(Configuration configuration) implements Payload, Operation.Reconfigure {
        @Override
        public Optional<Members> members() {
            return Optional.of(configuration).filter(now -> !now.isJoint()).map(Configuration::asMembers);
        }
    }

    /** What a witness has instead of anything but a configuration. */
    record Elided() implements Payload, Operation.Elided {}

    /** As a witness gets it. */
    Entry elided() {
        return payload instanceof Reconfigure || payload instanceof Elided ? this : new Entry(term, new Elided());
    }

    /** The same, with the command's bytes in the arena. */
    Entry keptIn(ByteArena arena) {
        if (!(payload instanceof Command command)) {
            return this;
        }
        ByteString kept = arena.keep(command.command());
        return kept == command.command()
                ? this
                : new Entry(term, new Command(command.session(), command.serial(), command.acknowledgedBelow(), kept));
    }

    long sizeBytes() {
        return OVERHEAD_BYTES
                + (payload instanceof Command command ? command.command().length() : 0);
    }
}
