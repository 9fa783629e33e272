package io.troupe.etcd.auth;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Permission;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthState.Role;
import io.troupe.etcd.auth.AuthState.User;
import io.troupe.etcd.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What can be changed about users and roles. Each change is refused, changes nothing, or makes the next revision. */
public final class AuthChanges {

    public sealed interface Outcome permits Changed, Refused {}

    /** @param state maybe the one before, when there was nothing to change */
    public record Changed(AuthState state) implements Outcome {}

    public record Refused(EtcdError error) implements Outcome {}

    private AuthChanges() {}

    public static Outcome enable(AuthState state) {
        if (state.enabled()) {
            return new Changed(state);
        }
        User root = state.user(AuthState.ROOT);
        if (root == null) {
            return new Refused(EtcdError.ROOT_USER_NOT_EXIST);
        }
        if (!root.isRoot()) {
            return new Refused(EtcdError.ROOT_ROLE_NOT_EXIST);
        }
        return new Changed(
                new AuthState(true, state.revision(), new TreeMap<>(state.users()), new TreeMap<>(state.roles())));
    }

    public static Outcome disable(AuthState state) {
        return new Changed(
                state.enabled()
                        ? new AuthState(
                                false, state.revision() + 1, new TreeMap<>(state.users()), new TreeMap<>(state.roles()))
                        : state);
    }

    public static Outcome addUser(AuthState state, String name, String passwordHash, boolean noPassword) {
        if (name.isEmpty()) {
            return new Refused(EtcdError.USER_EMPTY);
        }
        if (state.users().containsKey(name)) {
            return new Refused(EtcdError.USER_ALREADY_EXIST);
        }
        return withUser(state, new User(name, noPassword ? "" : passwordHash, noPassword, List.of()));
    }

    public static Outcome deleteUser(AuthState state, String name) {
        if (state.enabled() && name.equals(AuthState.ROOT)) {
            return new Refused(EtcdError.INVALID_AUTH_MGMT);
        }
        var users = new TreeMap<>(state.users());
        return users.remove(name) == null
                ? new Refused(EtcdError.USER_NOT_FOUND)
                : next(state, users, new TreeMap<>(state.roles()));
    }

    public static Outcome changePassword(AuthState state, String name, String passwordHash) {
        User user = state.user(name);
        return user == null
                ? new Refused(EtcdError.USER_NOT_FOUND)
                : withUser(state, new User(name, passwordHash, user.noPassword(), user.roles()));
    }

    public static Outcome grantRole(AuthState state, String name, String role) {
        User user = state.user(name);
        if (user == null) {
            return new Refused(EtcdError.USER_NOT_FOUND);
        }
        if (!role.equals(AuthState.ROOT) && !state.roles().containsKey(role)) {
            return new Refused(EtcdError.ROLE_NOT_FOUND);
        }
        if (user.roles().contains(role)) {
            return new Changed(state);
        }
        List<String> roles = new ArrayList<>(user.roles());
        roles.add(role);
        roles.sort(null);
        return withUser(state, user.withRoles(roles));
    }

    public static Outcome revokeRole(AuthState state, String name, String role) {
        if (state.enabled() && name.equals(AuthState.ROOT) && role.equals(AuthState.ROOT)) {
            return new Refused(EtcdError.INVALID_AUTH_MGMT);
        }
        User user = state.user(name);
        if (user == null) {
            return new Refused(EtcdError.USER_NOT_FOUND);
        }
        return user.roles().contains(role)
                ? withUser(state, without(user, role))
                : new Refused(EtcdError.ROLE_NOT_GRANTED);
    }

    private static User without(User user, String role) {
        return user.withRoles(
                user.roles().stream().filter(name -> !name.equals(role)).toList());
    }

    public static Outcome addRole(AuthState state, String name) {
        if (name.isEmpty()) {
            return new Refused(EtcdError.ROLE_EMPTY);
        }
        return state.roles().containsKey(name)
                ? new Refused(EtcdError.ROLE_ALREADY_EXIST)
                : withRole(state, new Role(name, List.of()));
    }

    public static Outcome deleteRole(AuthState state, String name) {
        if (state.enabled() && name.equals(AuthState.ROOT)) {
            return new Refused(EtcdError.INVALID_AUTH_MGMT);
        }
        var roles = new TreeMap<>(state.roles());
        if (roles.remove(name) == null) {
            return new Refused(EtcdError.ROLE_NOT_FOUND);
        }
        var users = new TreeMap<>(state.users());
        users.replaceAll((key, user) -> without(user, name));
        return next(state, users, roles);
    }

    /** Replaces the permission on the same range, if the role has one. */
    public static Outcome grantPermission(AuthState state, String name, Permission permission) {
        Role role = state.roles().get(name);
        if (role == null) {
            return new Refused(EtcdError.ROLE_NOT_FOUND);
        }
        List<Permission> permissions = new ArrayList<>(role.permissions());
        permissions.removeIf(granted -> isOn(granted, permission.getKey(), permission.getRangeEnd()));
        permissions.add(permission);
        permissions.sort((a, b) -> KeyRange.KEY_ORDER.compare(a.getKey(), b.getKey()));
        return withRole(state, new Role(name, permissions));
    }

    public static Outcome revokePermission(AuthState state, String name, ByteString key, ByteString rangeEnd) {
        Role role = state.roles().get(name);
        if (role == null) {
            return new Refused(EtcdError.ROLE_NOT_FOUND);
        }
        List<Permission> kept = role.permissions().stream()
                .filter(granted -> !isOn(granted, key, rangeEnd))
                .toList();
        return kept.size() == role.permissions().size()
                ? new Refused(EtcdError.PERMISSION_NOT_GRANTED)
                : withRole(state, new Role(name, kept));
    }

    private static boolean isOn(Permission permission, ByteString key, ByteString rangeEnd) {
        return permission.getKey().equals(key) && permission.getRangeEnd().equals(rangeEnd);
    }

    private static Outcome withUser(AuthState state, User user) {
        var users = new TreeMap<>(state.users());
        users.put(user.name(), user);
        return next(state, users, new TreeMap<>(state.roles()));
    }

    private static Outcome withRole(AuthState state, Role role) {
        var roles = new TreeMap<>(state.roles());
        roles.put(role.name(), role);
        return next(state, new TreeMap<>(state.users()), roles);
    }

    private static Outcome next(AuthState state, TreeMap<String, User> users, TreeMap<String, Role> roles) {
        return new Changed(new AuthState(state.enabled(), state.revision() + 1, users, roles));
    }
}
