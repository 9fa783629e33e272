package io.troupe.etcd.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthRoleGetResponse;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthRoleListResponse;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthUserGetResponse;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserListResponse;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthChanges;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.Caller;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** Commands and queries about users and roles, decoded. */
public final class AuthCommands {

    /** {@code AuthUserAddRequest.options}, and {@code UserAddOptions.no_password}: the published stubs lack them. */
    private static final int OPTIONS_FIELD = 3;

    private static final int NO_PASSWORD_FIELD = 1;

    private AuthCommands() {}

    /** Whether the client asks for a user that is known by its certificate alone. */
    public static boolean wantsNoPassword(AuthUserAddRequest request) throws InvalidProtocolBufferException {
        for (var options : request.getUnknownFields().getField(OPTIONS_FIELD).getLengthDelimitedList()) {
            List<Long> values = UnknownFieldSet.parseFrom(options)
                    .getField(NO_PASSWORD_FIELD)
                    .getVarintList();
            if (!values.isEmpty() && values.get(values.size() - 1) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether a command of this tag is one of those that {@link #change} carries out. */
    static boolean isChange(byte tag) {
        return tag >= Commands.AUTH_ENABLE && tag <= Commands.ROLE_REVOKE_PERMISSION;
    }

    /** Every change is root's to make, once authentication is on. */
    static AuthChanges.Outcome change(AuthState state, Caller caller, byte tag, ByteBuffer body)
            throws InvalidProtocolBufferException {
        Optional<EtcdError> refusal = state.mayAdminister(caller);
        if (refusal.isPresent()) {
            return new AuthChanges.Refused(refusal.get());
        }
        return switch (tag) {
            case Commands.AUTH_ENABLE -> AuthChanges.enable(state);
            case Commands.AUTH_DISABLE -> AuthChanges.disable(state);
            case Commands.USER_ADD -> {
                var add = AuthUserAddRequest.parseFrom(body);
                yield AuthChanges.addUser(state, add.getName(), add.getPassword(), wantsNoPassword(add));
            }
            case Commands.USER_DELETE ->
                AuthChanges.deleteUser(
                        state, AuthUserDeleteRequest.parseFrom(body).getName());
            case Commands.USER_CHANGE_PASSWORD -> {
                var change = AuthUserChangePasswordRequest.parseFrom(body);
                yield AuthChanges.changePassword(state, change.getName(), change.getPassword());
            }
            case Commands.USER_GRANT_ROLE -> {
                var grant = AuthUserGrantRoleRequest.parseFrom(body);
                yield AuthChanges.grantRole(state, grant.getUser(), grant.getRole());
            }
            case Commands.USER_REVOKE_ROLE -> {
                var revoke = AuthUserRevokeRoleRequest.parseFrom(body);
                yield AuthChanges.revokeRole(state, revoke.getName(), revoke.getRole());
            }
            case Commands.ROLE_ADD ->
                AuthChanges.addRole(state, AuthRoleAddRequest.parseFrom(body).getName());
            case Commands.ROLE_DELETE ->
                AuthChanges.deleteRole(
                        state, AuthRoleDeleteRequest.parseFrom(body).getRole());
            case Commands.ROLE_GRANT_PERMISSION -> {
                var grant = AuthRoleGrantPermissionRequest.parseFrom(body);
                yield AuthChanges.grantPermission(state, grant.getName(), grant.getPerm());
            }
            case Commands.ROLE_REVOKE_PERMISSION -> {
                var revoke = AuthRoleRevokePermissionRequest.parseFrom(body);
                yield AuthChanges.revokePermission(state, revoke.getRole(), revoke.getKey(), revoke.getRangeEnd());
            }
            default -> new AuthChanges.Refused(EtcdError.MALFORMED);
        };
    }

    /** The password was checked against a state that may be another by now. */
    static Optional<EtcdError> mayAuthenticate(AuthState state, Caller user) {
        if (!state.enabled()) {
            return Optional.of(EtcdError.AUTH_NOT_ENABLED);
        }
        if (state.user(user.user()) == null) {
            return Optional.of(EtcdError.AUTH_FAILED);
        }
        return user.revision() == state.revision() ? Optional.empty() : Optional.of(EtcdError.AUTH_OLD_REVISION);
    }

    static ByteString credentials(AuthState state, AuthUserGetRequest request) {
        AuthState.User user = state.user(request.getName());
        if (!state.enabled()) {
            return Result.refused(EtcdError.AUTH_NOT_ENABLED);
        }
        if (user == null) {
            return Result.refused(EtcdError.AUTH_FAILED);
        }
        return user.noPassword()
                ? Result.refused(EtcdError.NO_PASSWORD_USER)
                : Result.ok(new Queries.Credentials(state.revision(), user.passwordHash()).toBytes());
    }

    static ByteString user(AuthState state, Caller caller, AuthUserGetRequest request, long revision) {
        Optional<EtcdError> refusal = state.maySeeUser(caller, request.getName());
        AuthState.User user = state.user(request.getName());
        if (refusal.isPresent() || user == null) {
            return Result.refused(refusal.orElse(EtcdError.USER_NOT_FOUND));
        }
        return Result.ok(AuthUserGetResponse.newBuilder()
                .setHeader(TxnExecutor.header(revision))
                .addAllRoles(user.roles())
                .build());
    }

    static ByteString users(AuthState state, Caller caller, long revision) {
        return state.mayAdminister(caller)
                .map(Result::refused)
                .orElseGet(() -> Result.ok(AuthUserListResponse.newBuilder()
                        .setHeader(TxnExecutor.header(revision))
                        .addAllUsers(state.users().keySet())
                        .build()));
    }

    static ByteString role(AuthState state, Caller caller, AuthRoleGetRequest request, long revision) {
        Optional<EtcdError> refusal = state.maySeeRole(caller, request.getRole());
        AuthState.Role role = state.roles().get(request.getRole());
        if (refusal.isPresent() || role == null) {
            return Result.refused(refusal.orElse(EtcdError.ROLE_NOT_FOUND));
        }
        return Result.ok(AuthRoleGetResponse.newBuilder()
                .setHeader(TxnExecutor.header(revision))
                .addAllPerm(role.permissions())
                .build());
    }

    static ByteString roles(AuthState state, Caller caller, long revision) {
        return state.mayAdminister(caller)
                .map(Result::refused)
                .orElseGet(() -> Result.ok(AuthRoleListResponse.newBuilder()
                        .setHeader(TxnExecutor.header(revision))
                        .addAllRoles(state.roles().keySet())
                        .build()));
    }
}
