package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.Passwords;
import io.troupe.etcd.auth.Tokens;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A password for a token: reads the hash, checks the password against it, has the token replicated. When users or roles
 * changed between the first and the last, the whole is done again.
 */
final class Authentications {

    private static final int ATTEMPTS_MAX = 5;
    /** The one failure there is, in etcd's words. */
    private static final String VERIFY_ONLY = "auth: token signing attempted with verify-only key";

    private final UnaryCalls calls;
    private final NodeView node;
    private final Tokens tokens;
    private final Executor slow;

    Authentications(UnaryCalls calls, NodeView node, Tokens tokens, Executor slow) {
        this.calls = calls;
        this.node = node;
        this.tokens = tokens;
        this.slow = slow;
    }

    void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
        Duration deadline = calls.deadline();
        calls.readAsNobody(query(request), observer, result -> attempt(request, result, deadline, ATTEMPTS_MAX)
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        answer(answer, observer);
                    } else {
                        observer.onError(
                                Status.UNKNOWN.withDescription(VERIFY_ONLY).asRuntimeException());
                    }
                }));
    }

    private static org.apache.pekko.util.ByteString query(AuthenticateRequest request) {
        return Queries.credentials(
                AuthUserGetRequest.newBuilder().setName(request.getName()).build());
    }

    private CompletionStage<Result> attempt(
            AuthenticateRequest request, Result credentials, Duration deadline, int attempts) {
        if (!(credentials instanceof Result.Ok ok)) {
            return CompletableFuture.completedFuture(credentials);
        }
        var known = Queries.Credentials.parse(ok.body());
        return CompletableFuture.supplyAsync(() -> Passwords.matches(request.getPassword(), known.passwordHash()), slow)
                .thenCompose(right -> right
                        ? calls.applyOn(
                                Commands.authenticate(request.getName(), known.authRevision(), tokens.newPrefix()),
                                deadline)
                        : CompletableFuture.completedFuture(new Result.Refused(EtcdError.AUTH_FAILED)))
                .thenCompose(result -> {
                    if (!isStale(result) || attempts <= 1) {
                        return CompletableFuture.completedFuture(issued(request, known, result));
                    }
                    return calls.readOn(query(request), ReadConsistency.LINEARIZABLE, deadline)
                            .thenCompose(again -> attempt(request, again, deadline, attempts - 1));
                });
    }

    private static boolean isStale(Result result) {
        return result instanceof Result.Refused refused && refused.error() == EtcdError.AUTH_OLD_REVISION;
    }

    private Result issued(AuthenticateRequest request, Queries.Credentials known, Result result) {
        if (!(result instanceof Result.Ok ok)) {
            return result;
        }
        var response = ok.as(AuthenticateResponse::parseFrom);
        String token = tokens.issue(request.getName(), known.authRevision(), response.getToken());
        return new Result.Ok(response.toBuilder().setToken(token).build().toByteArray());
    }

    private void answer(Result result, StreamObserver<AuthenticateResponse> observer) {
        UnaryCalls.conclude(
                result,
                body -> {
                    var response = AuthenticateResponse.parseFrom(body);
                    return response.toBuilder()
                            .setHeader(node.header(response.getHeader().getRevision()))
                            .build();
                },
                observer);
    }
}
