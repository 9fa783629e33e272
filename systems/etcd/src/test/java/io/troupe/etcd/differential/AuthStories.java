package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Message;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.troupe.etcd.SoloNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Something that clients of one server do and are told, at a real etcd and at this one: it must be the same. Skipped where no etcd is
 * installed.
 */
abstract class AuthStories {

    @TempDir
    Path folder;

    RealEtcd real;
    SoloNode ours;

    @BeforeEach
    void start() throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        real = RealEtcd.start(program.get(), folder, "--bcrypt-cost=4");
        ours = new SoloNode("troupe.etcd.auth.bcrypt-cost = 4");
    }

    @AfterEach
    void stop() throws Exception {
        if (real != null) {
            ours.close();
            real.close();
        }
    }

    /** One server, asked as one user or another. */
    static final class Server {
        static final int PATIENCE_SECONDS = 20;
        final ManagedChannel channel;
        final Map<String, String> tokens = new HashMap<>();
        final List<String> told = new ArrayList<>();

        Server(ManagedChannel channel) {
            this.channel = channel;
            KVGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .range(get("warm"));
        }

        Channel as(String user) {
            String token = tokens.get(user);
            if (token == null) {
                return channel;
            }
            var headers = new Metadata();
            headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
            return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        }

        void authenticate(String user, String password) {
            try {
                var response = auth("").authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build());
                tokens.put(user, response.getToken());
                told.add("authenticated " + response.getToken().matches("[a-zA-Z]{16}\\.[0-9]+"));
            } catch (StatusRuntimeException e) {
                told.add(text(e));
            }
        }

        AuthGrpc.AuthBlockingStub auth(String user) {
            return AuthGrpc.newBlockingStub(as(user)).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        KVGrpc.KVBlockingStub kv(String user) {
            return KVGrpc.newBlockingStub(as(user)).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        void ask(Supplier<? extends Message> call) {
            try {
                told.add(text(call.get()));
            } catch (StatusRuntimeException e) {
                told.add(text(e));
            }
        }
    }

    static String text(StatusRuntimeException e) {
        return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    }

    static String text(Message response) {
        var field = response.getDescriptorForType().findFieldByName("header");
        var header = (ResponseHeader) response.getField(field);
        return response.getDescriptorForType().getName() + " "
                + response.toBuilder()
                        .setField(
                                field,
                                ResponseHeader.newBuilder()
                                        .setRevision(header.getRevision())
                                        .build())
                        .build();
    }

    interface Story {
        void tell(Server server) throws Exception;
    }

    void isToldAlike(Story story) throws Exception {
        List<List<String>> told = List.of(toldBy(real.connect(), story), toldBy(ours.connect(), story));
        assertThat(told.get(0)).hasSameSizeAs(told.get(1)).isNotEmpty();
        for (int i = 0; i < told.get(0).size(); i++) {
            assertThat(told.get(1).get(i))
                    .as("answer %d, after %s", i, told.get(0).subList(Math.max(0, i - 6), i))
                    .isEqualTo(told.get(0).get(i));
        }
    }

    static List<String> toldBy(ManagedChannel channel, Story story) throws Exception {
        var server = new Server(channel);
        try {
            story.tell(server);
            return server.told;
        } finally {
            SoloNode.disconnect(channel);
        }
    }

    static RangeRequest get(String key) {
        return RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build();
    }

    static PutRequest put(String key) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8("v"))
                .build();
    }

    static AuthUserAddRequest user(String name) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword("pw-" + name)
                .build();
    }

    static AuthUserGrantRoleRequest grant(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    static AuthRoleGrantPermissionRequest allow(String role, Permission.Type type, String from, String to) {
        return AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(Permission.newBuilder()
                        .setPermType(type)
                        .setKey(copyFromUtf8(from))
                        .setRangeEnd(copyFromUtf8(to)))
                .build();
    }

    /** Root, and a user who may read [a, c) and write b. */
    static void setUp(Server etcd) {
        var auth = etcd.auth("");
        auth.userAdd(user("root"));
        auth.userAdd(user("ann"));
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("reader").build());
        auth.userGrantRole(grant("root", "root"));
        auth.userGrantRole(grant("ann", "reader"));
        auth.roleGrantPermission(allow("reader", Permission.Type.READ, "a", "b"));
        auth.roleGrantPermission(allow("reader", Permission.Type.READWRITE, "b", "c"));
        etcd.kv("").put(put("c"));
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
        etcd.authenticate("root", "pw-root");
        etcd.authenticate("ann", "pw-ann");
    }

    static AuthUserGetRequest userGet(String name) {
        return AuthUserGetRequest.newBuilder().setName(name).build();
    }

    static AuthRoleGetRequest roleGet(String name) {
        return AuthRoleGetRequest.newBuilder().setRole(name).build();
    }

    static RangeRequest range(String from, String to) {
        return RangeRequest.newBuilder()
                .setKey(copyFromUtf8(from))
                .setRangeEnd(copyFromUtf8(to))
                .build();
    }

    static TxnRequest txn(String compared, String written) {
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(copyFromUtf8(compared))
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(Compare.CompareResult.GREATER)
                        .setVersion(100))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put(written)))
                .addFailure(RequestOp.newBuilder().setRequestRange(get(compared)))
                .build();
    }
}
