package io.troupe.etcd.mvcc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.etcd.jetcd.api.Permission;
import io.troupe.etcd.auth.AuthState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Who may do what, as part of a {@link StoreSnapshot}: whether it matters, revision; users counted, each a name, a
 * password's hash, whether it has none, and its roles, counted; roles counted, each a name and its permissions, counted,
 * as {@code authpb.Permission}.
 */
final class AuthSnapshot {

    private AuthSnapshot() {}

    static void write(CodedOutputStream out, AuthState auth) throws IOException {
        out.writeBoolNoTag(auth.enabled());
        out.writeInt64NoTag(auth.revision());
        out.writeUInt32NoTag(auth.users().size());
        for (AuthState.User user : auth.users().values()) {
            out.writeStringNoTag(user.name());
            out.writeStringNoTag(user.passwordHash());
            out.writeBoolNoTag(user.noPassword());
            out.writeUInt32NoTag(user.roles().size());
            for (String role : user.roles()) {
                out.writeStringNoTag(role);
            }
        }
        out.writeUInt32NoTag(auth.roles().size());
        for (AuthState.Role role : auth.roles().values()) {
            out.writeStringNoTag(role.name());
            out.writeUInt32NoTag(role.permissions().size());
            for (Permission permission : role.permissions()) {
                out.writeByteArrayNoTag(permission.toByteArray());
            }
        }
    }

    static AuthState read(CodedInputStream in) throws IOException {
        boolean enabled = in.readBool();
        long revision = in.readInt64();
        var users = new TreeMap<String, AuthState.User>();
        for (int left = in.readUInt32(); left > 0; left--) {
            AuthState.User user =
                    new AuthState.User(in.readString(), in.readString(), in.readBool(), strings(in, in.readUInt32()));
            users.put(user.name(), user);
        }
        var roles = new TreeMap<String, AuthState.Role>();
        for (int left = in.readUInt32(); left > 0; left--) {
            String name = in.readString();
            List<Permission> permissions = new ArrayList<>();
            for (int count = in.readUInt32(); count > 0; count--) {
                permissions.add(Permission.parseFrom(in.readByteArray()));
            }
            roles.put(name, new AuthState.Role(name, permissions));
        }
        return AuthState.restored(enabled, revision, users, roles);
    }

    private static List<String> strings(CodedInputStream in, int count) throws IOException {
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            strings.add(in.readString());
        }
        return strings;
    }
}
