package io.troupe.etcd.mvcc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.Role;
import io.etcd.jetcd.api.User;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.bolt.BoltFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What etcd 3.4 keeps in its database file, read. Alarms and members are left out, as {@code etcdctl snapshot restore}
 * leaves them: they are about a cluster that this one is not.
 */
public final class DatabaseReader {

    private static final int REVISION_BYTES = 17;
    private static final int LEASE_ID = 1;
    private static final int LEASE_TTL = 2;
    private static final int USER_OPTIONS = 4;

    /** Told of each change, in order of revision. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Imports.Stored change) throws IOException;
    }

    private final BoltFile file;

    public DatabaseReader(BoltFile file) {
        this.file = file;
    }

    /** @throws IOException also when the file is a database of something else */
    public void forEachChange(Visitor visitor) throws IOException {
        boolean found = file.forEach("key", (key, value) -> {
            if (key.length < REVISION_BYTES) {
                throw new IOException(
                        "the bucket of changes has a key of " + key.length + " bytes, not " + REVISION_BYTES);
            }
            var revision = ByteBuffer.wrap(key);
            visitor.visit(new Imports.Stored(
                    revision.getLong(0),
                    Math.toIntExact(revision.getLong(9)),
                    key.length > REVISION_BYTES,
                    KeyValue.parseFrom(value)));
        });
        if (!found) {
            throw new IOException("the database has no bucket of changes: it is not etcd's");
        }
    }

    /** Where it was compacted, or was about to be; {@link MvccRevisions#NEVER_COMPACTED} if it never was. */
    public long compacted() throws IOException {
        long[] compacted = {MvccRevisions.NEVER_COMPACTED};
        file.forEach("meta", (key, value) -> {
            if (new String(key, StandardCharsets.UTF_8).endsWith("CompactRev") && value.length >= Long.BYTES) {
                compacted[0] = Math.max(compacted[0], ByteBuffer.wrap(value).getLong());
            }
        });
        return compacted[0];
    }

    /** Granted TTL in seconds, by id. */
    public SortedMap<Long, Long> leases() throws IOException {
        var leases = new TreeMap<Long, Long>();
        file.forEach("lease", (key, value) -> {
            long id = 0;
            long ttl = 0;
            var in = CodedInputStream.newInstance(value);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case LEASE_ID -> id = in.readInt64();
                    case LEASE_TTL -> ttl = in.readInt64();
                    default -> in.skipField(tag);
                }
            }
            leases.put(id, ttl);
        });
        return leases;
    }

    public AuthState auth() throws IOException {
        boolean[] enabled = new boolean[1];
        long[] revision = {AuthState.INITIAL.revision()};
        file.forEach("auth", (key, value) -> {
            switch (new String(key, StandardCharsets.UTF_8)) {
                case "authEnabled" -> enabled[0] = value.length == 1 && value[0] == 1;
                case "authRevision" -> revision[0] = ByteBuffer.wrap(value).getLong();
                default -> {}
            }
        });
        var users = new TreeMap<String, AuthState.User>();
        file.forEach("authUsers", (key, value) -> {
            User user = User.parseFrom(value);
            boolean noPassword = user.getUnknownFields().getField(USER_OPTIONS).getLengthDelimitedList().stream()
                    .anyMatch(options -> !options.isEmpty());
            String name = user.getName().toStringUtf8();
            users.put(
                    name,
                    new AuthState.User(
                            name,
                            user.getPassword().toStringUtf8(),
                            noPassword,
                            user.getRolesList().stream().sorted().toList()));
        });
        var roles = new TreeMap<String, AuthState.Role>();
        file.forEach("authRoles", (key, value) -> {
            Role role = Role.parseFrom(value);
            String name = role.getName().toStringUtf8();
            roles.put(name, new AuthState.Role(name, role.getKeyPermissionList()));
        });
        return AuthState.restored(
                enabled[0],
                revision[0],
                Collections.unmodifiableSortedMap(users),
                Collections.unmodifiableSortedMap(roles));
    }
}
