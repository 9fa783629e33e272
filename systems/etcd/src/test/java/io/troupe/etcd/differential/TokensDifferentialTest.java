package io.troupe.etcd.differential;

import io.etcd.jetcd.api.AuthDisableRequest;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.SoloNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long the token of a user is good, and for what none is needed. */
class TokensDifferentialTest extends AuthStories {

    @Test
    void aTokenEndsWithItsPasswordOrItsUser() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.ask(() -> etcd.auth("root")
                    .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                            .setName("ann")
                            .setPassword("other")
                            .build()));
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.authenticate("ann", "pw-ann");
            etcd.authenticate("ann", "other");
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.ask(() -> etcd.auth("root")
                    .roleDelete(
                            AuthRoleDeleteRequest.newBuilder().setRole("reader").build()));
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.ask(() -> etcd.auth("root")
                    .userDelete(
                            AuthUserDeleteRequest.newBuilder().setName("ann").build()));
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
        });
    }

    @Test
    void whatAnybodyMayAskIsAnsweredWhateverTokenIsShown() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            etcd.tokens.put("stranger", "abcdefghijklmnop.3");
            etcd.tokens.put("garbage", "xyz");
            for (String user : List.of("", "stranger", "garbage", "ann")) {
                etcd.ask(() ->
                        ClusterGrpc.newBlockingStub(etcd.as(user))
                                .memberList(MemberListRequest.getDefaultInstance())
                                .toBuilder()
                                .clearMembers()
                                .build());
                etcd.ask(() -> StatusResponse.newBuilder()
                        .setHeader(MaintenanceGrpc.newBlockingStub(etcd.as(user))
                                .status(StatusRequest.getDefaultInstance())
                                .getHeader())
                        .build());
                etcd.ask(() -> LeaseGrpc.newBlockingStub(etcd.as(user))
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(5).build()));
                etcd.ask(() -> etcd.auth(user)
                        .authenticate(
                                AuthenticateRequest.newBuilder().setName("ann").build()));
            }
        });
    }

    /** It tells its user and the revision it was given at, and nobody remembers it. */
    @Test
    void aJsonWebTokenOutlivesAuthenticationAndItsUser() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "a key that is known to who signs and to who verifies");
        String tokens = "jwt,sign-method=HS256,priv-key=" + key + ",ttl=10m";
        stop();
        real = RealEtcd.start(
                RealEtcd.program("etcd").orElseThrow(),
                Files.createDirectory(folder.resolve("jwt")),
                "--bcrypt-cost=4",
                "--auth-token=" + tokens);
        ours = new SoloNode("troupe.etcd.auth.bcrypt-cost = 4, troupe.etcd.auth.token = \"" + tokens + "\"");
        isToldAlike(etcd -> {
            setUp(etcd);
            askAll(etcd, "ann");
            etcd.auth("root").authDisable(AuthDisableRequest.getDefaultInstance());
            askAll(etcd, "ann");
            askAll(etcd, "root");
            etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance());
            askAll(etcd, "ann");
            etcd.authenticate("root", "pw-root");
            etcd.authenticate("ann", "pw-ann");
            var ann = AuthUserDeleteRequest.newBuilder().setName("ann").build();
            etcd.ask(() -> etcd.auth("root").userDelete(ann));
            askAll(etcd, "ann");
            etcd.auth("root").userAdd(user("ann"));
            askAll(etcd, "ann");
        });
    }

    private static void askAll(Server etcd, String user) {
        etcd.ask(() -> etcd.kv(user).range(get("b")));
        etcd.ask(() ->
                etcd.kv(user).range(get("b").toBuilder().setSerializable(true).build()));
        etcd.ask(() -> etcd.kv(user).put(put("b")));
        etcd.ask(() -> etcd.kv(user).txn(txn("a", "b")));
        etcd.ask(() -> etcd.kv(user)
                .txn(TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestRange(get("b")))
                        .build()));
        etcd.ask(() -> etcd.auth(user).userList(AuthUserListRequest.getDefaultInstance()));
        etcd.ask(() -> etcd.auth(user).userGet(userGet("ann")));
    }
}
