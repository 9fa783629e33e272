package io.troupe.etcd.mvcc;

import com.google.protobuf.CodedInputStream;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.troupe.etcd.auth.Caller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What is asked of the state machine: a tag and protobuf or fixed-width numbers, as {@link Commands}. */
public final class Queries {

    static final byte RANGE = 1;
    static final byte TXN = 2;
    static final byte HISTORY = 3;
    static final byte LEASE = 4;
    static final byte LEASES = 5;
    static final byte STATUS = 6;
    static final byte HASH = 7;
    static final byte LESSOR = 8;
    /** Another query, in a user's name. */
    static final byte AS_CALLER = 9;

    static final byte USER = 10;
    static final byte USERS = 11;
    static final byte ROLE = 12;
    static final byte ROLES = 13;
    static final byte CREDENTIALS = 14;
    static final byte FREEZE = 15;
    static final byte ALARMS = 16;
    static final byte MEMBERS = 17;
    static final byte IMPORT = 18;
    static final byte LEASE_WITH_KEYS = 19;

    private Queries() {}

    /** The query as {@code caller} asks it; nobody's is as it is. */
    public static ByteString as(Caller caller, ByteString query) {
        return caller.isNobody() ? query : caller.wrap(AS_CALLER, query);
    }

    /** Answered by an {@code AuthUserGetResponse}. */
    public static ByteString user(AuthUserGetRequest request) {
        return Commands.tagged(USER, request);
    }

    /** Answered by an {@code AuthUserListResponse}. */
    public static ByteString users() {
        return ByteString.fromArrayUnsafe(new byte[] {USERS});
    }

    /** Answered by an {@code AuthRoleGetResponse}. */
    public static ByteString role(AuthRoleGetRequest request) {
        return Commands.tagged(ROLE, request);
    }

    /** Answered by an {@code AuthRoleListResponse}. */
    public static ByteString roles() {
        return ByteString.fromArrayUnsafe(new byte[] {ROLES});
    }

    /**
     * What a user's password must match, for the gateway alone. Answered by {@link Credentials}, or refused when
     * authentication is off or the user cannot have given one.
     */
    public static ByteString credentials(AuthUserGetRequest request) {
        return Commands.tagged(CREDENTIALS, request);
    }

    /** @param authRevision of the state that says so */
    public record Credentials(long authRevision, String passwordHash) {

        byte[] toBytes() {
            byte[] hash = passwordHash.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(8 + hash.length)
                    .putLong(authRevision)
                    .put(hash)
                    .array();
        }

        public static Credentials parse(byte[] bytes) {
            long revision = ByteBuffer.wrap(bytes).getLong();
            return new Credentials(revision, new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8));
        }
    }

    public static ByteString range(RangeRequest request) {
        return Commands.tagged(RANGE, request);
    }

    /** @param request a transaction of reads alone, see {@link TxnRules#isReadOnly} */
    public static ByteString txn(TxnRequest request) {
        return Commands.tagged(TXN, request);
    }

    /** The past from {@code watch.start_revision} on, as far as the watch wants it. Answered by {@link History}. */
    public static ByteString history(WatchCreateRequest watch) {
        return Commands.tagged(HISTORY, watch);
    }

    /** Answered by a {@link LeaseView} without the keys: anybody may ask. */
    public static ByteString lease(long id) {
        return ofLease(LEASE, id);
    }

    /** Answered by a {@link LeaseView} with the keys, when the caller may read each of them. */
    public static ByteString leaseWithKeys(long id) {
        return ofLease(LEASE_WITH_KEYS, id);
    }

    private static ByteString ofLease(byte tag, long id) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(9).put(tag).putLong(id).array());
    }

    /** Answered by a {@link LeaseList}. */
    public static ByteString leases() {
        return ByteString.fromArrayUnsafe(new byte[] {LEASES});
    }

    /** Who is lessor. Answered by its term, see {@link #lessorTerm(byte[])}. */
    public static ByteString lessor() {
        return ByteString.fromArrayUnsafe(new byte[] {LESSOR});
    }

    static byte[] lessorTerm(long term) {
        return ByteBuffer.allocate(8).putLong(term).array();
    }

    /** The term of the last lessor that took office, 0 before the first. */
    public static long lessorTerm(byte[] answer) {
        return ByteBuffer.wrap(answer).getLong();
    }

    /** Answered by a {@link StoreStatus}. */
    public static ByteString status() {
        return ByteString.fromArrayUnsafe(new byte[] {STATUS});
    }

    /** The alarms of a type, or of all. Answered by an {@code AlarmResponse}. */
    public static ByteString alarms(AlarmRequest request) {
        return Commands.tagged(ALARMS, request);
    }

    /** Answered by a {@code MemberListResponse}; empty before the first leader has recorded who there is. */
    public static ByteString members() {
        return ByteString.fromArrayUnsafe(new byte[] {MEMBERS});
    }

    /** Answered by an {@link ImportState}. */
    public static ByteString importState() {
        return ByteString.fromArrayUnsafe(new byte[] {IMPORT});
    }

    /**
     * Whether a snapshot may be imported, and from where on.
     *
     * @param open the store has not been used, or an import is under way
     * @param revision the store's
     */
    public record ImportState(boolean open, long revision) {

        byte[] toBytes() {
            return ByteBuffer.allocate(9)
                    .put((byte) (open ? 1 : 0))
                    .putLong(revision)
                    .array();
        }

        public static ImportState parse(byte[] bytes) {
            return new ImportState(bytes[0] == 1, ByteBuffer.wrap(bytes).getLong(1));
        }
    }

    /** Has the whole state of now handed to this replica's {@link StoreListener#onFrozen}. Answered by nothing. */
    public static ByteString freeze(long ticket) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(9).put(FREEZE).putLong(ticket).array());
    }

    /**
     * etcd's hash over all that is kept up to {@code revision} (0 for the present). Answered by a {@code
     * HashKVResponse}.
     */
    public static ByteString hash(long revision) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(9).put(HASH).putLong(revision).array());
    }

    /**
     * A stretch of the past.
     *
     * @param next every event of the watch before this revision has been given; ask from here for more
     * @param present the store's revision when it was asked
     * @param compacted other than 0 when the start lies before it: then there are no events; -1 before any compaction
     */
    public record History(long next, long present, long compacted, List<Event> events) {

        byte[] toBytes() {
            byte[] body =
                    WatchResponse.newBuilder().addAllEvents(events).build().toByteArray();
            return ByteBuffer.allocate(24 + body.length)
                    .putLong(next)
                    .putLong(present)
                    .putLong(compacted)
                    .put(body)
                    .array();
        }

        public static History parse(byte[] bytes) throws IOException {
            var in = ByteBuffer.wrap(bytes);
            long next = in.getLong();
            long present = in.getLong();
            long compacted = in.getLong();
            var body = WatchResponse.parseFrom(CodedInputStream.newInstance(bytes, 24, bytes.length - 24));
            return new History(next, present, compacted, body.getEventsList());
        }
    }

    /**
     * A lease as the store has it.
     *
     * @param revision the store's when it was asked
     * @param lease empty when there is none of that id
     */
    public record LeaseView(long revision, Optional<LeaseFacts> lease) {

        byte[] toBytes() {
            byte[] body = lease.map(LeaseFacts::toBytes).orElse(new byte[0]);
            return ByteBuffer.allocate(8 + body.length)
                    .putLong(revision)
                    .put(body)
                    .array();
        }

        public static LeaseView parse(byte[] bytes) throws IOException {
            long revision = ByteBuffer.wrap(bytes).getLong();
            return new LeaseView(
                    revision,
                    bytes.length == 8
                            ? Optional.empty()
                            : Optional.of(LeaseFacts.parse(Arrays.copyOfRange(bytes, 8, bytes.length))));
        }
    }

    /**
     * The ids of all leases.
     *
     * @param revision the store's when it was asked
     */
    public record LeaseList(long revision, List<Long> ids) {

        static LeaseList of(MvccStore store) {
            return new LeaseList(
                    store.revision(),
                    store.leases().all().stream().map(lease -> lease.id).toList());
        }

        byte[] toBytes() {
            var out = ByteBuffer.allocate(8 + 8 * ids.size()).putLong(revision);
            ids.forEach(out::putLong);
            return out.array();
        }

        public static LeaseList parse(byte[] bytes) {
            var in = ByteBuffer.wrap(bytes);
            long revision = in.getLong();
            List<Long> ids = new ArrayList<>(bytes.length / 8);
            while (in.hasRemaining()) {
                ids.add(in.getLong());
            }
            return new LeaseList(revision, ids);
        }
    }

    /**
     * Numbers about the store.
     *
     * @param bytes accounted size, history included
     * @param bytesInUse the share of it that the present needs
     */
    public record StoreStatus(long revision, long compacted, long bytes, long bytesInUse) {

        byte[] toBytes() {
            return ByteBuffer.allocate(32)
                    .putLong(revision)
                    .putLong(compacted)
                    .putLong(bytes)
                    .putLong(bytesInUse)
                    .array();
        }

        public static StoreStatus parse(byte[] bytes) {
            var in = ByteBuffer.wrap(bytes);
            return new StoreStatus(in.getLong(), in.getLong(), in.getLong(), in.getLong());
        }
    }
}
