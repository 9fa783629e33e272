package io.troupe.cluster.lease;

import io.troupe.cluster.lease.LeaseCommand.Acquire;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * What the group knows of one lease, for as long as there is the group: the epoch never falls.
 *
 * @param epoch of the last holder, who may hold it no more; the fencing token
 */
record LeaseRecord(long epoch, Optional<Holder> holder) {

    static final LeaseRecord NEW = new LeaseRecord(0, Optional.empty());

    /**
     * @param ttlMillis how long it lasts without a renewal
     * @param renewedAt place in the log of the last renewal, or of the acquisition
     */
    record Holder(String owner, long acquisition, long ttlMillis, long renewedAt) {}

    /** Whether it is free for {@code acquire}, or its owner's already. */
    boolean isOpenTo(Acquire acquire) {
        return holder.isEmpty() || holder.get().owner().equals(acquire.owner());
    }

    /** The same acquisition that is asked for again is the same epoch; any other begins one. */
    LeaseRecord acquired(Acquire acquire, long index) {
        boolean again =
                holder.filter(now -> now.acquisition() == acquire.acquisition()).isPresent();
        return new LeaseRecord(
                again ? epoch : epoch + 1,
                Optional.of(new Holder(acquire.owner(), acquire.acquisition(), acquire.ttlMillis(), index)));
    }

    boolean isHeldBy(long acquisition) {
        return holder.filter(now -> now.acquisition() == acquisition).isPresent();
    }

    LeaseRecord renewed(long index) {
        Holder now = holder.orElseThrow();
        return new LeaseRecord(epoch, Optional.of(new Holder(now.owner(), now.acquisition(), now.ttlMillis(), index)));
    }

    /** Whether its holder has not renewed it since the entry at {@code renewedAt}. */
    boolean isUnrenewedSince(long inEpoch, long renewedAt) {
        return epoch == inEpoch
                && holder.filter(now -> now.renewedAt() == renewedAt).isPresent();
    }

    LeaseRecord freed() {
        return new LeaseRecord(epoch, Optional.empty());
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(epoch);
        out.writeBoolean(holder.isPresent());
        if (holder.isPresent()) {
            out.writeUTF(holder.get().owner());
            out.writeLong(holder.get().acquisition());
            out.writeLong(holder.get().ttlMillis());
            out.writeLong(holder.get().renewedAt());
        }
    }

    static LeaseRecord readFrom(DataInputStream in) throws IOException {
        long epoch = in.readLong();
        return new LeaseRecord(
                epoch,
                in.readBoolean()
                        ? Optional.of(new Holder(in.readUTF(), in.readLong(), in.readLong(), in.readLong()))
                        : Optional.empty());
    }
}
