package io.troupe.replication;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.pekko.util.ByteString;

/**
 * A state machine with its client sessions: all that is replicated, whatever engine orders the operations, and all that a
 * snapshot holds. What happens here follows from the operations alone.
 */
public final class ReplicatedService {

    private static final int SNAPSHOT_FORMAT = 1;
    /** Where sessions have owners. */
    private static final int SNAPSHOT_FORMAT_WITH_OWNERS = 2;

    private final StateMachine machine;
    private final Sessions sessions = new Sessions();

    public ReplicatedService(StateMachine machine) {
        this.machine = machine;
    }

    /** As {@link #apply(long, Operation, String)}, where nobody asks whose an operation is. */
    public Replica.Reply apply(long index, Operation operation) {
        return apply(index, operation, Sessions.ANYBODY);
    }

    /**
     * @param index strictly increasing, from 1
     * @param client whose operation it is: the session that it opens is its own, and it has no part in those of others
     */
    public Replica.Reply apply(long index, Operation operation, String client) {
        if (operation instanceof Operation.OpenSession) {
            sessions.open(index, client);
            return new Replica.SessionOpened(index);
        }
        if (operation instanceof Operation.Command command) {
            return applyCommand(index, command, client);
        }
        if (operation instanceof Operation.Reconfigure reconfigure) {
            reconfigure.members().ifPresent(members -> machine.onMembers(index, members));
        }
        if (operation instanceof Operation.Elided) {
            throw new IllegalStateException(
                    "What was ordered at index " + index + " is not known here: this replica was a"
                            + " witness when it came. Remove this node from the group and its data, and add it anew");
        }
        return new Replica.Applied(Replica.NO_SESSION, 0, index, ByteString.emptyByteString());
    }

    private Replica.Reply applyCommand(long index, Operation.Command command, String client) {
        long session = command.session();
        long serial = command.serial();
        if (session == Replica.NO_SESSION) {
            return new Replica.Applied(session, serial, index, machine.apply(index, command.command()));
        }
        Sessions.Verdict verdict = sessions.admit(session, client, serial, command.acknowledgedBelow());
        if (verdict instanceof Sessions.Repeated repeated) {
            return new Replica.Applied(session, serial, repeated.index(), repeated.result());
        }
        if (verdict instanceof Sessions.Expired expired) {
            return new Replica.Rejected(session, serial, Replica.Reason.SESSION_EXPIRED, expired.detail());
        }
        ByteString result = machine.apply(index, command.command());
        sessions.remember(session, serial, index, result);
        return new Replica.Applied(session, serial, index, result);
    }

    /** See {@link StateMachine#appliesQuickly}. */
    boolean appliesQuickly(Operation operation) {
        return !(operation instanceof Operation.Command command) || machine.appliesQuickly(command.command());
    }

    public ByteString query(ByteString query) {
        return machine.query(query);
    }

    /** See {@link StateMachine#answersQuickly}. */
    boolean answersQuickly(ByteString query) {
        return machine.answersQuickly(query);
    }

    /** As {@link StateMachine#freeze}, sessions included. */
    public StateMachine.State freeze() {
        StateMachine.State state = machine.freeze();
        Sessions frozen = sessions.copy();
        return out -> write(frozen, state, out);
    }

    private static void write(Sessions sessions, StateMachine.State state, OutputStream to) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(to);
        DataOutputStream header = new DataOutputStream(buffered);
        boolean withOwners = sessions.haveOwners();
        header.writeInt(withOwners ? SNAPSHOT_FORMAT_WITH_OWNERS : SNAPSHOT_FORMAT);
        sessions.writeTo(header, withOwners);
        header.flush();
        state.writeTo(buffered);
        buffered.flush();
    }

    /** @throws IOException also when the snapshot has a format that this version does not read */
    public void restore(InputStream snapshot) throws IOException {
        DataInputStream header = new DataInputStream(snapshot);
        int format = header.readInt();
        if (format != SNAPSHOT_FORMAT && format != SNAPSHOT_FORMAT_WITH_OWNERS) {
            throw new IOException("The snapshot has format " + format + "; this version reads " + SNAPSHOT_FORMAT
                    + " and " + SNAPSHOT_FORMAT_WITH_OWNERS);
        }
        sessions.readFrom(header, format == SNAPSHOT_FORMAT_WITH_OWNERS);
        machine.restore(snapshot);
    }
}
