package io.troupe.etcd.mvcc;

import com.google.protobuf.AbstractMessageLite;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.TxnRequest;
import java.nio.ByteBuffer;
import org.apache.pekko.util.ByteString;

/**
 * What is proposed to the state machine: one byte that says which, then the client's own request as protobuf, or
 * fixed-width numbers. The tags are part of the log's format and never reused.
 */
public final class Commands {

    static final byte PUT = 1;
    static final byte DELETE_RANGE = 2;
    static final byte TXN = 3;
    static final byte COMPACT = 4;
    static final byte LEASE_GRANT = 5;
    static final byte LEASE_REVOKE = 6;
    static final byte LESSOR_PROMOTED = 7;
    /** As {@link #LEASE_EXPIRED}, without saying which grant of the id ran out. */
    static final byte LEASE_EXPIRED_V1 = 8;

    static final byte LEASE_EXPIRED = 9;

    private Commands() {}

    public static ByteString put(PutRequest request) {
        return tagged(PUT, request);
    }

    public static ByteString deleteRange(DeleteRangeRequest request) {
        return tagged(DELETE_RANGE, request);
    }

    public static ByteString txn(TxnRequest request) {
        return tagged(TXN, request);
    }

    public static ByteString compact(CompactionRequest request) {
        return tagged(COMPACT, request);
    }

    /** @param request names its id: choosing one is not for the state machine */
    public static ByteString leaseGrant(LeaseGrantRequest request) {
        return tagged(LEASE_GRANT, request);
    }

    public static ByteString leaseRevoke(LeaseRevokeRequest request) {
        return tagged(LEASE_REVOKE, request);
    }

    /** A lessor begins its office in {@code term}: expiries decided in earlier terms are void from here on. */
    public static ByteString lessorPromoted(long term) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(9).put(LESSOR_PROMOTED).putLong(term).array());
    }

    /**
     * The lessor of {@code term} found the lease not renewed within its TTL.
     *
     * @param grantedAt log index of its grant: void when the lease has been revoked and its id granted anew meanwhile
     */
    public static ByteString leaseExpired(long id, long term, long grantedAt) {
        return ByteString.fromArrayUnsafe(ByteBuffer.allocate(25)
                .put(LEASE_EXPIRED)
                .putLong(id)
                .putLong(term)
                .putLong(grantedAt)
                .array());
    }

    static ByteString tagged(byte tag, AbstractMessageLite<?, ?> message) {
        byte[] bytes = new byte[1 + message.getSerializedSize()];
        bytes[0] = tag;
        var out = com.google.protobuf.CodedOutputStream.newInstance(bytes, 1, bytes.length - 1);
        try {
            message.writeTo(out);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException("an array of the message's own size was too short", e);
        }
        return ByteString.fromArrayUnsafe(bytes);
    }
}
