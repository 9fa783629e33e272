package io.troupe.etcd.mvcc;

import com.google.protobuf.AbstractMessageLite;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.auth.Caller;
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

    /** Another command, in a user's name. */
    static final byte AS_CALLER = 10;

    static final byte AUTH_ENABLE = 11;
    static final byte AUTH_DISABLE = 12;
    static final byte USER_ADD = 13;
    static final byte USER_DELETE = 14;
    static final byte USER_CHANGE_PASSWORD = 15;
    static final byte USER_GRANT_ROLE = 16;
    static final byte USER_REVOKE_ROLE = 17;
    static final byte ROLE_ADD = 18;
    static final byte ROLE_DELETE = 19;
    static final byte ROLE_GRANT_PERMISSION = 20;
    static final byte ROLE_REVOKE_PERMISSION = 21;
    static final byte AUTHENTICATE = 22;
    static final byte ALARM = 23;
    static final byte MEMBER_FOUND = 24;
    static final byte MEMBER_STARTED = 25;
    static final byte MEMBER_ADD = 26;
    static final byte MEMBER_REMOVE = 27;
    static final byte MEMBER_UPDATE = 28;
    static final byte MEMBER_PROMOTE = 29;
    static final byte IMPORT_BEGIN = 30;
    static final byte IMPORT_CHANGES = 31;
    static final byte IMPORT_END = 32;
    static final byte HASH_POINT = 33;
    static final byte HASH_CLAIM = 34;
    /** As those without LAX, whoever has started. */
    static final byte MEMBER_ADD_LAX = 35;

    static final byte MEMBER_REMOVE_LAX = 36;

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

    /** The command as {@code caller} gives it; nobody's is as it is. */
    public static ByteString as(Caller caller, ByteString command) {
        return caller.isNobody() ? command : caller.wrap(AS_CALLER, command);
    }

    public static ByteString authEnable() {
        return ByteString.fromArrayUnsafe(new byte[] {AUTH_ENABLE});
    }

    public static ByteString authDisable() {
        return ByteString.fromArrayUnsafe(new byte[] {AUTH_DISABLE});
    }

    /** @param request its password is bcrypt's hash of the client's, and a user without one says so */
    public static ByteString userAdd(AuthUserAddRequest request) {
        return tagged(USER_ADD, request);
    }

    public static ByteString userDelete(AuthUserDeleteRequest request) {
        return tagged(USER_DELETE, request);
    }

    /** @param request its password is bcrypt's hash of the client's */
    public static ByteString userChangePassword(AuthUserChangePasswordRequest request) {
        return tagged(USER_CHANGE_PASSWORD, request);
    }

    public static ByteString userGrantRole(AuthUserGrantRoleRequest request) {
        return tagged(USER_GRANT_ROLE, request);
    }

    public static ByteString userRevokeRole(AuthUserRevokeRoleRequest request) {
        return tagged(USER_REVOKE_ROLE, request);
    }

    public static ByteString roleAdd(AuthRoleAddRequest request) {
        return tagged(ROLE_ADD, request);
    }

    public static ByteString roleDelete(AuthRoleDeleteRequest request) {
        return tagged(ROLE_DELETE, request);
    }

    public static ByteString roleGrantPermission(AuthRoleGrantPermissionRequest request) {
        return tagged(ROLE_GRANT_PERMISSION, request);
    }

    public static ByteString roleRevokePermission(AuthRoleRevokePermissionRequest request) {
        return tagged(ROLE_REVOKE_PERMISSION, request);
    }

    /**
     * A user gave the right password; answered by its token, which every replica's listener is told.
     *
     * @param revision of the auth state that the password was checked against
     * @param tokenPrefix random; empty when no token is to be kept
     */
    public static ByteString authenticate(String user, long revision, String tokenPrefix) {
        return new Caller(user, revision).wrap(AUTHENTICATE, ByteString.fromString(tokenPrefix));
    }

    /**
     * Raises an alarm or ends one.
     *
     * @param request names a member and a type; what it does to alarms that are so already is nothing
     */
    public static ByteString alarm(AlarmRequest request) {
        return tagged(ALARM, request);
    }

    /** Every replica's listener is to be handed the state of this place in the log. */
    public static ByteString hashPoint(long id) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(9).put(HASH_POINT).putLong(id).array());
    }

    /** What a leader's state is at that point; every replica's listener is to be told. */
    public static ByteString hashClaim(long id, int hash) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(13).put(HASH_CLAIM).putLong(id).putInt(hash).array());
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
