package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.port.Access;
import io.troupe.etcd.port.ClientPort;
import io.troupe.etcd.port.Http1;
import io.troupe.etcd.port.HttpFace;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a member refuses that has no vote, or knows no leader. */
class LearnerCallsTest {

    private final NodeView node = new NodeView("etcd", "n1", List.of("n1"), () -> 1);
    private EtcdServer server;
    private ManagedChannel channel;

    /** Answers everything. */
    private static final class Kv extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
            observer.onNext(RangeResponse.getDefaultInstance());
            observer.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            observer.onNext(PutResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    private static final class NoHttp implements HttpFace.Backend {
        @Override
        public CompletionStage<Boolean> isHealthy(Set<String> excludedAlarms) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public String version() {
            return "";
        }

        @Override
        public CompletionStage<String> metrics() {
            return CompletableFuture.completedFuture("");
        }
    }

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @BeforeEach
    void start() throws Exception {
        var settings = EtcdSettings.of(
                ConfigFactory.parseString("troupe.etcd.client.port = 0").withFallback(ConfigFactory.load()));
        var plain = new Http1(new NoHttp(), Access.ALL);
        var port = new ClientPort(settings.client().addresses(), Optional.empty(), plain, plain, Runnable::run, 16);
        var services = List.of(new Kv().bindService(), new WatchGrpc.WatchImplBase() {}.bindService());
        var knownTokens =
                new FreshTokens(new AuthView(settings.auth().tokens()), CompletableFuture::new, settings.inFlightMax());
        var guarded = EtcdServer.guarded(settings, node, services, knownTokens, new CallMeters(meters));
        server = EtcdServer.build(settings, port, guarded, Optional.empty()).listen();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(channel);
        server.shutdownNow();
    }

    private void isMember(boolean learner) {
        var member = Member.newBuilder().setID(1).setName("n1").setIsLearner(learner);
        node.roster().onChanged(Roster.restored(9, List.of(member.build()), new TreeMap<>()));
    }

    @Test
    void aLearnerServesSerializableReadsAlone() {
        var kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        isMember(true);
        assertThat(kv.range(RangeRequest.newBuilder().setSerializable(true).build()))
                .isNotNull();
        for (Runnable call : List.<Runnable>of(
                () -> kv.range(RangeRequest.getDefaultInstance()), () -> kv.put(PutRequest.getDefaultInstance()))) {
            assertThatThrownBy(call::run).hasMessage("UNAVAILABLE: etcdserver: rpc not supported for learner");
        }
        isMember(false);
        assertThat(kv.put(PutRequest.getDefaultInstance())).isNotNull();
        assertThat(meters.scrape())
                .as("by the names that etcd's dashboards ask for")
                .contains(
                        "grpc_server_started_total{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 2.0",
                        handled("OK", "Put"),
                        handled("Unavailable", "Put"),
                        handled("OK", "Range"),
                        handled("Unavailable", "Range"));
    }

    private static String handled(String code, String method) {
        return "grpc_server_handled_total{grpc_code=\"" + code + "\",grpc_method=\"" + method
                + "\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 1.0";
    }

    @Test
    void aLearnerOpensNoStreams() {
        isMember(true);
        var ended = new CompletableFuture<Throwable>();
        WatchGrpc.newStub(channel).watch(new StreamObserver<WatchResponse>() {
            @Override
            public void onNext(WatchResponse response) {}

            @Override
            public void onError(Throwable failure) {
                ended.complete(failure);
            }

            @Override
            public void onCompleted() {}
        });
        assertThat(ended.orTimeout(20, TimeUnit.SECONDS).join())
                .hasMessage("UNAVAILABLE: etcdserver: rpc not supported for learner");
    }

    @Test
    void aClientThatRequiresALeaderIsRefusedWhereThereIsNone() {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        var kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertThatThrownBy(() -> kv.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .put(PutRequest.getDefaultInstance()))
                .hasMessage("UNAVAILABLE: etcdserver: no leader");
        assertThat(kv.put(PutRequest.getDefaultInstance())).isNotNull();
    }
}
