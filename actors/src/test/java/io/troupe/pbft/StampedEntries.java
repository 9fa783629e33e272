package io.troupe.pbft;

import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * A service that needs non-determinism (§4.6): entries of a list, whatever that is, each of which has the time at which it was
 * ordered, as the replicas agree on it. Time does not go back: one that is before the last counts as that.
 */
final class StampedEntries implements StateMachine, NonDeterminism {

    /** Told of each entry. */
    interface Witness {
        /** @param stamp the entry's, {@code chosen} the value that it follows from */
        void onStamped(long index, Instant stamp, Instant chosen);

        /** It is in a state that is frozen: it is not taken back any more. */
        default void onKept(long index, Instant stamp) {}
    }

    private final StateMachine list;
    private final Choice choice;
    private final Witness witness;
    private final TreeMap<Long, Instant> stamps = new TreeMap<>();
    private Instant chosen = Instant.EPOCH;
    private Instant now = Instant.EPOCH;

    StampedEntries(StateMachine list, Choice choice, Witness witness) {
        this.list = list;
        this.choice = choice;
        this.witness = witness;
    }

    @Override
    public Choice choice() {
        return choice;
    }

    @Override
    public void onChosen(ByteString value) {
        chosen = AgreedTime.read(value);
        now = chosen.isAfter(now) ? chosen : now;
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        stamps.put(index, now);
        witness.onStamped(index, now, chosen);
        return list.apply(index, command);
    }

    @Override
    public boolean isRevocable() {
        return list.isRevocable();
    }

    @Override
    public ByteString query(ByteString query) {
        return list.query(query);
    }

    /** The time is part of it: it may be later than the last entry, by a batch with nothing to apply. */
    @Override
    public State freeze() {
        Instant frozenAt = now;
        TreeMap<Long, Instant> frozen = new TreeMap<>(stamps);
        stamps.forEach(witness::onKept);
        State rest = list.freeze();
        return to -> {
            DataOutputStream out = new DataOutputStream(to);
            out.writeLong(frozenAt.toEpochMilli());
            out.writeInt(frozen.size());
            for (Map.Entry<Long, Instant> stamp : frozen.entrySet()) {
                out.writeLong(stamp.getKey());
                out.writeLong(stamp.getValue().toEpochMilli());
            }
            out.flush();
            rest.writeTo(to);
        };
    }

    @Override
    public void restore(InputStream state) throws IOException {
        DataInputStream in = new DataInputStream(state);
        now = Instant.ofEpochMilli(in.readLong());
        stamps.clear();
        for (int count = in.readInt(); count > 0; count--) {
            stamps.put(in.readLong(), Instant.ofEpochMilli(in.readLong()));
        }
        list.restore(in);
    }
}
