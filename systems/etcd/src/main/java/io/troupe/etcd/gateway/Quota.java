package io.troupe.etcd.gateway;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.mvcc.Alarms;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether the store on this member may grow, as far as this member has applied what was decided: how large it is, and what
 * alarms are raised. The replica tells it, gRPC's threads ask. As in etcd, requests that are under way when the quota is
 * reached go through; from when the alarm is applied, none does.
 */
public final class Quota {

    /** etcd's estimates of what a pair and a lease cost beside their own bytes. */
    private static final int PAIR_OVERHEAD = 256;

    static final int LEASE_COST = 64;

    private final LongSupplier member;
    private final long bytesMax;
    private volatile long bytes;
    private volatile Optional<Alarms> alarms = Optional.empty();

    /**
     * @param member this one's id
     * @param bytesMax no bound when negative
     */
    public Quota(LongSupplier member, long bytesMax) {
        this.member = member;
        this.bytesMax = bytesMax;
    }

    public void onSize(long present) {
        bytes = present;
    }

    /** What the store takes on this member. */
    long bytes() {
        return bytes;
    }

    /** Negative for no bound. */
    long bytesMax() {
        return bytesMax;
    }

    public void onAlarms(Alarms present) {
        alarms = Optional.of(present);
    }

    boolean hasRoomFor(long more) {
        return bytesMax < 0 || more == 0 || bytes + more < bytesMax;
    }

    /** The alarm this member raises when its room is used up. */
    Alarms.Alarm noSpace() {
        return new Alarms.Alarm(Alarms.NOSPACE, member.getAsLong());
    }

    boolean isRaised(Alarms.Alarm alarm) {
        return alarms.map(present -> present.contains(alarm)).orElse(false);
    }

    List<Alarms.Alarm> raised() {
        return alarms.map(Alarms::all).orElse(List.of());
    }

    static long costOf(PutRequest put) {
        return costOf(put.getKey(), put.getValue());
    }

    static long costOf(ByteString key, ByteString value) {
        return PAIR_OVERHEAD + (long) key.size() + value.size();
    }

    /** Of the branch that costs more. */
    static long costOf(TxnRequest txn) {
        return Math.max(costOf(txn.getSuccessList()), costOf(txn.getFailureList()));
    }

    private static long costOf(List<RequestOp> ops) {
        return ops.stream()
                .mapToLong(op -> op.hasRequestPut()
                        ? costOf(op.getRequestPut())
                        : op.hasRequestTxn() ? costOf(op.getRequestTxn()) : 0)
                .sum();
    }
}
