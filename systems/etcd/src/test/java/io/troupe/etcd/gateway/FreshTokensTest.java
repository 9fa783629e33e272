package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.DefragmentRequest;
import io.etcd.jetcd.api.ElectionGrpc;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.cluster.NodeContext;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSystem;
import io.troupe.etcd.Patience;
import io.troupe.etcd.SharedLog;
import io.troupe.etcd.SoloNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A token that one member of three gave, shown to another that has yet to apply that: it is good for every call. */
class FreshTokensTest {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final String LEADER = "n1";
    private static final String LAGGING = "n3";

    private final SharedLog log = new SharedLog(LEADER, "n2", LAGGING);
    private final Config config = ConfigFactory.parseString(
                    "troupe.etcd { client.port = 0, auth.bcrypt-cost = 4 }, pekko.actor.provider = local")
            .withFallback(ConfigFactory.load());
    private final ActorTestKit testKit = ActorTestKit.create("fresh-tokens", config);
    private final Map<String, ManagedChannel> channels = new TreeMap<>();

    @BeforeEach
    void startWithAuth() {
        log.members().forEach(member -> channels.put(member, connect(start(member))));
        var auth = AuthGrpc.newBlockingStub(channels.get(LEADER)).withDeadlineAfter(20, TimeUnit.SECONDS);
        auth.userAdd(AuthUserAddRequest.newBuilder()
                .setName("root")
                .setPassword("secret")
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    @AfterEach
    void stop() throws Exception {
        for (ManagedChannel channel : channels.values()) {
            SoloNode.disconnect(channel);
        }
        testKit.shutdownTestKit();
    }

    private int start(String member) {
        var groups = testKit.spawn(log.groups(member), "groups-of-" + member);
        var node = new NodeContext(member, log.members(), Path.of("."), config, groups, new SimpleMeterRegistry());
        return SoloNode.awaitPort(testKit, testKit.spawn(new EtcdSystem().guardian(node), "etcd-of-" + member));
    }

    private static ManagedChannel connect(int port) {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    private String authenticateAtTheLeader() {
        return AuthGrpc.newBlockingStub(channels.get(LEADER))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .authenticate(AuthenticateRequest.newBuilder()
                        .setName("root")
                        .setPassword("secret")
                        .build())
                .getToken();
    }

    private Channel lagging(String token) {
        var shown = new Metadata();
        shown.put(TOKEN, token);
        return ClientInterceptors.intercept(channels.get(LAGGING), MetadataUtils.newAttachHeadersInterceptor(shown));
    }

    /** The first answer of each of a client's calls that are looked at for a token, by the call's name; the calls are made in this order. */
    private static Map<String, CompletableFuture<Message>> everyKindOfCall(Channel channel) {
        ByteString key = copyFromUtf8("key");
        var maintenance = MaintenanceGrpc.newStub(channel);
        Map<String, CompletableFuture<Message>> answers = new TreeMap<>();
        var watch = WatchGrpc.newStub(channel).watch(first("Watch", answers));
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                .build());
        maintenance.defragment(DefragmentRequest.getDefaultInstance(), first("Defragment", answers));
        maintenance.hash(HashRequest.getDefaultInstance(), first("Hash", answers));
        maintenance.hashKV(HashKVRequest.getDefaultInstance(), first("HashKV", answers));
        maintenance.snapshot(SnapshotRequest.getDefaultInstance(), first("Snapshot", answers));
        LockGrpc.newStub(channel).lock(LockRequest.newBuilder().setName(key).build(), first("Lock", answers));
        ElectionGrpc.newStub(channel)
                .campaign(
                        CampaignRequest.newBuilder()
                                .setName(copyFromUtf8("office"))
                                .build(),
                        first("Campaign", answers));
        LeaseGrpc.newStub(channel)
                .leaseTimeToLive(
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(1)
                                .setKeys(true)
                                .build(),
                        first("LeaseTimeToLive", answers));
        var kv = KVGrpc.newStub(channel);
        kv.range(RangeRequest.newBuilder().setKey(key).setSerializable(true).build(), first("Range", answers));
        kv.put(PutRequest.newBuilder().setKey(key).build(), first("Put", answers));
        return answers;
    }

    private static <T extends Message> StreamObserver<T> first(
            String call, Map<String, CompletableFuture<Message>> answers) {
        var answer = new CompletableFuture<Message>();
        answers.put(call, answer);
        return new StreamObserver<>() {
            @Override
            public void onNext(T response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        };
    }

    @Test
    void whatAnybodyMayAskDoesNotWait() {
        log.holdBack(LAGGING);
        var cluster = ClusterGrpc.newBlockingStub(lagging(authenticateAtTheLeader()));
        assertThat(cluster.withDeadlineAfter(20, TimeUnit.SECONDS)
                        .memberList(MemberListRequest.getDefaultInstance())
                        .getMembersList())
                .isNotEmpty();
        log.letGo();
    }

    @Test
    void everyCallWaitsForAMemberToLearnOfItsToken() {
        log.holdBack(LAGGING);
        var calls = everyKindOfCall(lagging(authenticateAtTheLeader()));

        await("all wait")
                .until(() ->
                        log.waiting() >= calls.size() || calls.values().stream().anyMatch(CompletableFuture::isDone));
        assertThat(calls)
                .allSatisfy((call, answer) -> assertThat(answer).as(call).isNotDone());

        log.letGo();
        assertThat(calls)
                .allSatisfy((call, answer) -> assertThat(answer).as(call).succeedsWithin(Patience.TIME));
        assertThat((WatchResponse) calls.get("Watch").join())
                .returns(true, WatchResponse::getCreated)
                .returns(false, WatchResponse::getCanceled);
    }

    @Test
    void whatOnlyRootMayDoIsJudgedWhenTheTokenIsKnown() {
        log.holdBack(LAGGING);
        var channel = lagging(authenticateAtTheLeader());
        var promote = ClusterGrpc.newFutureStub(channel)
                .memberPromote(MemberPromoteRequest.newBuilder().setID(42).build());
        var move = MaintenanceGrpc.newFutureStub(channel)
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(42).build());
        await("both wait").until(() -> log.waiting() >= 2 || promote.isDone() || move.isDone());
        log.letGo();
        assertRefused(() -> promote.get(60, TimeUnit.SECONDS), EtcdError.MEMBER_NOT_FOUND);
        assertRefused(() -> move.get(60, TimeUnit.SECONDS), EtcdError.NOT_LEADER);
    }

    @Test
    void aTokenThatNobodyGaveIsRefusedWhenTheMemberHasCaughtUp() {
        log.holdBack(LAGGING);
        authenticateAtTheLeader();
        var lease = LeaseGrpc.newFutureStub(lagging("abcdefghijklmnop.999"))
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build());
        await("it waits").until(() -> log.waiting() > 0);
        assertThat(lease.isDone()).isFalse();
        log.letGo();
        assertRefused(() -> lease.get(60, TimeUnit.SECONDS), EtcdError.INVALID_AUTH_TOKEN);
    }
}
