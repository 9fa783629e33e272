package io.troupe.etcd.auth;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Permission;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Users, roles and whether they matter. Immutable: a change makes a new one, with the next revision ({@link
 * AuthChanges}). A new user's or role's fate is decided by etcd's rules, in the order etcd asks them.
 */
public final class AuthState {

    /** The user that must exist, and the role that may do everything. */
    public static final String ROOT = "root";

    /**
     * @param passwordHash bcrypt's, or empty for one without a password
     * @param noPassword known by its client certificate alone
     * @param roles sorted
     */
    public record User(String name, String passwordHash, boolean noPassword, List<String> roles) {

        public User {
            roles = List.copyOf(roles);
        }

        boolean isRoot() {
            return roles.contains(ROOT);
        }

        User withRoles(List<String> others) {
            return new User(name, passwordHash, noPassword, others);
        }
    }

    /** @param permissions by key */
    public record Role(String name, List<Permission> permissions) {

        public Role {
            permissions = List.copyOf(permissions);
        }
    }

    private record Granted(KeyRanges read, KeyRanges write) {}

    /** As etcd begins. */
    public static final AuthState INITIAL = new AuthState(false, 1, new TreeMap<>(), new TreeMap<>());

    private final boolean enabled;
    private final long revision;
    private final SortedMap<String, User> users;
    private final SortedMap<String, Role> roles;
    private final SortedMap<String, Granted> granted = new TreeMap<>();

    AuthState(boolean enabled, long revision, SortedMap<String, User> users, SortedMap<String, Role> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = Collections.unmodifiableSortedMap(users);
        this.roles = Collections.unmodifiableSortedMap(roles);
        users.values().forEach(user -> granted.put(user.name(), granted(user)));
    }

    /** As a snapshot has it. */
    public static AuthState restored(
            boolean enabled, long revision, SortedMap<String, User> users, SortedMap<String, Role> roles) {
        return new AuthState(enabled, revision, users, roles);
    }

    private Granted granted(User user) {
        List<KeyRange> read = new ArrayList<>();
        List<KeyRange> write = new ArrayList<>();
        for (String name : user.roles()) {
            Role role = roles.get(name);
            for (Permission permission : role == null ? List.<Permission>of() : role.permissions()) {
                KeyRange range = KeyRange.of(permission.getKey(), permission.getRangeEnd());
                if (permission.getPermType() != Permission.Type.WRITE) {
                    read.add(range);
                }
                if (permission.getPermType() != Permission.Type.READ) {
                    write.add(range);
                }
            }
        }
        return new Granted(KeyRanges.of(read), KeyRanges.of(write));
    }

    public boolean enabled() {
        return enabled;
    }

    public long revision() {
        return revision;
    }

    public SortedMap<String, User> users() {
        return users;
    }

    public SortedMap<String, Role> roles() {
        return roles;
    }

    public @Nullable User user(String name) {
        return users.get(name);
    }

    public Optional<EtcdError> mayRead(Caller caller, ByteString key, ByteString rangeEnd) {
        return mayTouch(caller, KeyRange.of(key, rangeEnd), false);
    }

    public Optional<EtcdError> mayWrite(Caller caller, ByteString key, ByteString rangeEnd) {
        return mayTouch(caller, KeyRange.of(key, rangeEnd), true);
    }

    /** etcd looks for this after each read, also while authentication is off: with a token that tells its revision. */
    public Optional<EtcdError> mayBeAnswered(Caller caller) {
        return caller.revision() != 0 && caller.revision() < revision
                ? Optional.of(EtcdError.AUTH_OLD_REVISION)
                : Optional.empty();
    }

    private Optional<EtcdError> mayTouch(Caller caller, KeyRange range, boolean write) {
        if (!enabled) {
            return Optional.empty();
        }
        if (caller.revision() == 0) {
            return Optional.of(EtcdError.USER_EMPTY);
        }
        if (caller.revision() < revision) {
            return Optional.of(EtcdError.AUTH_OLD_REVISION);
        }
        User user = users.get(caller.user());
        Granted grants = granted.get(caller.user());
        if (user == null || grants == null) {
            return Optional.of(EtcdError.PERMISSION_DENIED);
        }
        boolean allowed = user.isRoot() || (write ? grants.write() : grants.read()).cover(range);
        return allowed ? Optional.empty() : Optional.of(EtcdError.PERMISSION_DENIED);
    }

    /** What only root may do. */
    public Optional<EtcdError> mayAdminister(Caller caller) {
        if (!enabled) {
            return Optional.empty();
        }
        if (caller.user().isEmpty()) {
            return Optional.of(EtcdError.USER_EMPTY);
        }
        User user = users.get(caller.user());
        if (user == null) {
            return Optional.of(EtcdError.USER_NOT_FOUND);
        }
        return user.isRoot() ? Optional.empty() : Optional.of(EtcdError.PERMISSION_DENIED);
    }

    /** A user may look at itself. */
    public Optional<EtcdError> maySeeUser(Caller caller, String name) {
        return name.equals(caller.user()) ? Optional.empty() : mayAdminister(caller);
    }

    /** A user may look at a role it has. */
    public Optional<EtcdError> maySeeRole(Caller caller, String role) {
        User user = users.get(caller.user());
        return user != null && user.roles().contains(role) ? Optional.empty() : mayAdminister(caller);
    }
}
