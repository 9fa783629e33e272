package io.troupe.etcd.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.AuthDisableRequest;
import io.etcd.jetcd.api.AuthDisableResponse;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthEnableResponse;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleAddResponse;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleDeleteResponse;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthRoleGetResponse;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionResponse;
import io.etcd.jetcd.api.AuthRoleListRequest;
import io.etcd.jetcd.api.AuthRoleListResponse;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionResponse;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserAddResponse;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordResponse;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserDeleteResponse;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthUserGetResponse;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleResponse;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.AuthUserListResponse;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.etcd.jetcd.api.AuthUserRevokeRoleResponse;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthView.Credentials;
import io.troupe.etcd.auth.Passwords;
import io.troupe.etcd.mvcc.AuthCommands;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/** {@code etcdserverpb.Auth}. Passwords are hashed here, on threads that may take their time, before they are replicated. */
final class AuthService extends AuthGrpc.AuthImplBase {

    private final UnaryCalls calls;
    private final NodeView node;
    private final Passwords passwords;
    private final Authentications authentications;
    private final Executor slow;

    /** @param slow where hashing may take its tenth of a second */
    AuthService(UnaryCalls calls, NodeView node, Passwords passwords, Authentications authentications, Executor slow) {
        this.calls = calls;
        this.node = node;
        this.passwords = passwords;
        this.authentications = authentications;
        this.slow = slow;
    }

    private interface Response<T> {
        T with(ResponseHeader header);
    }

    private <T> void change(ByteString command, Response<T> response, StreamObserver<T> observer) {
        calls.apply(
                command,
                body -> response.with(node.header(ResponseHeader.parseFrom(body).getRevision())),
                observer);
    }

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> observer) {
        change(
                Commands.authEnable(),
                header -> AuthEnableResponse.newBuilder().setHeader(header).build(),
                observer);
    }

    @Override
    public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> observer) {
        change(
                Commands.authDisable(),
                header -> AuthDisableResponse.newBuilder().setHeader(header).build(),
                observer);
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
        authentications.authenticate(request, observer);
    }

    /** Hashes a password for a client who has said who it is, where that matters, and has the command applied. */
    private <T> void hashing(
            String password, Function<String, ByteString> command, Response<T> response, StreamObserver<T> observer) {
        if (calls.auth().state().enabled() && CallerCredentials.shown().equals(Credentials.NONE)) {
            UnaryCalls.refuse(EtcdError.USER_EMPTY, observer);
            return;
        }
        calls.applyWhenMade(
                () -> CompletableFuture.supplyAsync(() -> command.apply(passwords.hash(password)), slow),
                body -> response.with(node.header(ResponseHeader.parseFrom(body).getRevision())),
                observer);
    }

    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> observer) {
        Response<AuthUserAddResponse> response =
                header -> AuthUserAddResponse.newBuilder().setHeader(header).build();
        try {
            if (request.getName().isEmpty() || AuthCommands.wantsNoPassword(request)) {
                change(Commands.userAdd(request.toBuilder().clearPassword().build()), response, observer);
                return;
            }
        } catch (InvalidProtocolBufferException e) {
            UnaryCalls.refuse(EtcdError.MALFORMED, observer);
            return;
        }
        hashing(
                request.getPassword(),
                hash -> Commands.userAdd(request.toBuilder().setPassword(hash).build()),
                response,
                observer);
    }

    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request, StreamObserver<AuthUserChangePasswordResponse> observer) {
        hashing(
                request.getPassword(),
                hash -> Commands.userChangePassword(
                        request.toBuilder().setPassword(hash).build()),
                header -> AuthUserChangePasswordResponse.newBuilder()
                        .setHeader(header)
                        .build(),
                observer);
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> observer) {
        calls.readInOrder(
                Queries.user(request),
                body -> {
                    var response = AuthUserGetResponse.parseFrom(body);
                    return response.toBuilder()
                            .setHeader(node.header(response.getHeader().getRevision()))
                            .build();
                },
                observer);
    }

    @Override
    public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> observer) {
        calls.readInOrder(
                Queries.users(),
                body -> {
                    var response = AuthUserListResponse.parseFrom(body);
                    return response.toBuilder()
                            .setHeader(node.header(response.getHeader().getRevision()))
                            .build();
                },
                observer);
    }

    @Override
    public void userDelete(AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> observer) {
        change(
                Commands.userDelete(request),
                header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build(),
                observer);
    }

    @Override
    public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> observer) {
        change(
                Commands.userGrantRole(request),
                header ->
                        AuthUserGrantRoleResponse.newBuilder().setHeader(header).build(),
                observer);
    }

    @Override
    public void userRevokeRole(AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> observer) {
        change(
                Commands.userRevokeRole(request),
                header -> AuthUserRevokeRoleResponse.newBuilder()
                        .setHeader(header)
                        .build(),
                observer);
    }

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> observer) {
        change(
                Commands.roleAdd(request),
                header -> AuthRoleAddResponse.newBuilder().setHeader(header).build(),
                observer);
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> observer) {
        calls.readInOrder(
                Queries.role(request),
                body -> {
                    var response = AuthRoleGetResponse.parseFrom(body);
                    return response.toBuilder()
                            .setHeader(node.header(response.getHeader().getRevision()))
                            .build();
                },
                observer);
    }

    @Override
    public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> observer) {
        calls.readInOrder(
                Queries.roles(),
                body -> {
                    var response = AuthRoleListResponse.parseFrom(body);
                    return response.toBuilder()
                            .setHeader(node.header(response.getHeader().getRevision()))
                            .build();
                },
                observer);
    }

    @Override
    public void roleDelete(AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> observer) {
        change(
                Commands.roleDelete(request),
                header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build(),
                observer);
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request, StreamObserver<AuthRoleGrantPermissionResponse> observer) {
        change(
                Commands.roleGrantPermission(request),
                header -> AuthRoleGrantPermissionResponse.newBuilder()
                        .setHeader(header)
                        .build(),
                observer);
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request, StreamObserver<AuthRoleRevokePermissionResponse> observer) {
        change(
                Commands.roleRevokePermission(request),
                header -> AuthRoleRevokePermissionResponse.newBuilder()
                        .setHeader(header)
                        .build(),
                observer);
    }
}
