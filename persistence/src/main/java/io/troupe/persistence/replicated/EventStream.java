package io.troupe.persistence.replicated;

import io.troupe.persistence.replicated.Operation.Append;
import io.troupe.persistence.replicated.Operation.DeleteEvents;
import io.troupe.persistence.replicated.Operation.DeleteSnapshots;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * What the group knows of one persistence id, beside its events; who may write is decided here.
 *
 * <p>An epoch belongs to one incarnation of the persistent actor: it begins with a {@link Operation.Claim}, which the
 * snapshot store and the journal make when an actor recovers, and is bound to the first writer that writes in it. A write of
 * an earlier epoch, of another writer, or of the writer before, is fenced: so no event follows that its actor's last recovery
 * did not see, whatever a node that was cut off, or a message that was late, still asks for. A deletion of an earlier epoch, be
 * it of events or of snapshots, is fenced, too: it may name more than there was when it was asked for.
 *
 * @param epoch how often it was claimed
 * @param writer who writes in this epoch; empty when nobody has yet
 * @param former who wrote before; empty when nobody has
 * @param highest sequence number that was ever written
 * @param deletedTo last sequence number that was deleted
 */
record EventStream(long epoch, String writer, String former, long highest, long deletedTo) {

    static final EventStream NEW = new EventStream(0, "", "", 0, 0);

    EventStream claimed() {
        return new EventStream(epoch + 1, "", writer.isEmpty() ? former : writer, highest, deletedTo);
    }

    /** Why {@code append} may not be done; empty when it may. */
    Optional<Outcome> objectionTo(Append append) {
        String who = "writer " + append.writer() + " of " + append.persistenceId();
        if (append.epoch() != epoch && !(append.epoch() == 0 && append.writer().equals(writer))) {
            return fenced(who + " writes in epoch " + append.epoch() + ", and another has recovered in epoch " + epoch);
        }
        if (append.writer().equals(former)) {
            return fenced(who + " wrote before epoch " + epoch + ", in which another has recovered");
        }
        if (!writer.isEmpty() && !append.writer().equals(writer)) {
            return fenced(who + " is not the one that writes in epoch " + epoch + ", which is " + writer);
        }
        boolean isRun = append.last() >= append.first() && append.last() - append.first() <= Integer.MAX_VALUE;
        if (append.first() <= highest || !isRun) {
            return Optional.of(new Outcome.Refused("the events of " + append.persistenceId() + " end with " + highest
                    + ", " + append.first() + " to " + append.last() + " cannot follow"));
        }
        return Optional.empty();
    }

    /** Why {@code delete} may not be done; empty when it may. */
    Optional<Outcome> objectionTo(DeleteEvents delete) {
        return objectionToDeletion("events", delete.persistenceId(), delete.epoch());
    }

    /** Why {@code delete} may not be done; empty when it may. */
    Optional<Outcome> objectionTo(DeleteSnapshots delete) {
        return objectionToDeletion("snapshots", delete.persistenceId(), delete.epoch());
    }

    private Optional<Outcome> objectionToDeletion(String what, String persistenceId, long of) {
        return of == 0 || of == epoch
                ? Optional.empty()
                : fenced("who recovered " + persistenceId + " in epoch " + of + " deletes " + what
                        + ", and another has recovered in epoch " + epoch);
    }

    private static Optional<Outcome> fenced(String detail) {
        return Optional.of(new Outcome.Fenced(detail));
    }

    EventStream appended(Append append) {
        return new EventStream(epoch, append.writer(), former, append.last(), deletedTo);
    }

    EventStream deleted(long upTo) {
        return new EventStream(epoch, writer, former, highest, Math.max(deletedTo, Math.min(upTo, highest)));
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(epoch);
        Wired.writeString(writer, out);
        Wired.writeString(former, out);
        out.writeLong(highest);
        out.writeLong(deletedTo);
    }

    static EventStream readFrom(DataInputStream in) throws IOException {
        return new EventStream(in.readLong(), Wired.readString(in), Wired.readString(in), in.readLong(), in.readLong());
    }
}
