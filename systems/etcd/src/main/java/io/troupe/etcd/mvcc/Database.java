package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Role;
import io.etcd.jetcd.api.User;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.bolt.BoltImage;
import io.troupe.etcd.bolt.Pairs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state as the buckets that etcd 3.4 keeps it in: {@code key} holds every change by its revision, the others what
 * their names say. Members are left to whoever restores the file: {@code etcdctl snapshot restore} is told them anew.
 */
final class Database {

    /** {@code authpb.User.options}, which the published classes lack, and its {@code no_password}. */
    private static final int USER_OPTIONS = 4;

    private static final int NO_PASSWORD = 1;

    private Database() {}

    static BoltImage of(FrozenState state) {
        var buckets = new TreeMap<String, Pairs>();
        buckets.put("alarm", Pairs.of(alarms(state.alarms())));
        buckets.put("auth", Pairs.of(auth(state.auth())));
        buckets.put("authRoles", Pairs.of(roles(state.auth())));
        buckets.put("authUsers", Pairs.of(users(state.auth())));
        buckets.put("cluster", Pairs.of(cluster()));
        buckets.put("key", new KeyBucket(state.store().keys(), state.store().compacted()));
        buckets.put("lease", Pairs.of(leases(state.store())));
        buckets.put("members", Pairs.of(bucket()));
        buckets.put("members_removed", Pairs.of(bucket()));
        buckets.put("meta", Pairs.of(meta(state.store())));
        return new BoltImage(buckets);
    }

    private static SortedMap<byte[], byte[]> bucket() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Each is all key. */
    private static SortedMap<byte[], byte[]> alarms(Alarms alarms) {
        SortedMap<byte[], byte[]> bucket = bucket();
        alarms.all().forEach(alarm -> bucket.put(alarm.toMessage().toByteArray(), new byte[0]));
        return bucket;
    }

    private static SortedMap<byte[], byte[]> auth(AuthState auth) {
        SortedMap<byte[], byte[]> bucket = bucket();
        bucket.put(utf8("authEnabled"), new byte[] {(byte) (auth.enabled() ? 1 : 0)});
        bucket.put(utf8("authRevision"), number(auth.revision()));
        return bucket;
    }

    private static SortedMap<byte[], byte[]> roles(AuthState auth) {
        SortedMap<byte[], byte[]> bucket = bucket();
        auth.roles()
                .forEach((name, role) -> bucket.put(
                        utf8(name),
                        Role.newBuilder()
                                .setName(ByteString.copyFromUtf8(name))
                                .addAllKeyPermission(role.permissions())
                                .build()
                                .toByteArray()));
        return bucket;
    }

    private static SortedMap<byte[], byte[]> users(AuthState auth) {
        SortedMap<byte[], byte[]> bucket = bucket();
        auth.users().forEach((name, user) -> {
            var options = UnknownFieldSet.newBuilder();
            if (user.noPassword()) {
                options.addField(
                        NO_PASSWORD,
                        UnknownFieldSet.Field.newBuilder().addVarint(1).build());
            }
            var message = User.newBuilder()
                    .setName(ByteString.copyFromUtf8(name))
                    .setPassword(ByteString.copyFromUtf8(user.passwordHash()))
                    .addAllRoles(user.roles())
                    .setUnknownFields(UnknownFieldSet.newBuilder()
                            .addField(
                                    USER_OPTIONS,
                                    UnknownFieldSet.Field.newBuilder()
                                            .addLengthDelimited(options.build().toByteString())
                                            .build())
                            .build());
            bucket.put(utf8(name), message.build().toByteArray());
        });
        return bucket;
    }

    private static SortedMap<byte[], byte[]> cluster() {
        SortedMap<byte[], byte[]> bucket = bucket();
        bucket.put(utf8("clusterVersion"), utf8("3.4.0"));
        return bucket;
    }

    /** {@code leasepb.Lease}: id, granted TTL, and the remaining one of checkpoints, of which there are none. */
    private static SortedMap<byte[], byte[]> leases(MvccStore.Frozen store) {
        SortedMap<byte[], byte[]> bucket = bucket();
        store.leases().forRange(null, null, (id, lease) -> {
            bucket.put(number(id), message(id, lease.ttlSeconds));
            return true;
        });
        return bucket;
    }

    private static byte[] message(long... fields) {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        try {
            for (int i = 0; i < fields.length; i++) {
                out.writeInt64(i + 1, fields[i]);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("an array has no room", e);
        }
        return bytes.toByteArray();
    }

    /** The index of a log that does not come along means nothing: who restores the file writes its own. */
    private static SortedMap<byte[], byte[]> meta(MvccStore.Frozen store) {
        SortedMap<byte[], byte[]> bucket = bucket();
        bucket.put(utf8("consistent_index"), number(0));
        if (store.compacted() != MvccStore.NEVER_COMPACTED) {
            bucket.put(utf8("finishedCompactRev"), KeyBucket.revision(store.compacted(), 0, false));
            bucket.put(utf8("scheduledCompactRev"), KeyBucket.revision(store.compacted(), 0, false));
        }
        return bucket;
    }
}
