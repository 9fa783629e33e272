package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.SoloNode;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What any gRPC tool asks of a server: is it well, and what does it serve. */
class ServerTest {

    private static SoloNode node;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() {
        node = new SoloNode("");
        channel = node.connect();
    }

    @AfterAll
    static void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    @Test
    void theServerSaysThatItServes() {
        var health = HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
        assertThat(health.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }

    @Test
    void reflectionNamesEveryServiceAndKnowsItsMessages() throws Exception {
        var services = reflect(
                        ServerReflectionRequest.newBuilder().setListServices("").build())
                .getListServicesResponse()
                .getServiceList();
        assertThat(services.stream().map(ServiceResponse::getName))
                .contains(
                        "etcdserverpb.KV",
                        "etcdserverpb.Watch",
                        "etcdserverpb.Lease",
                        "etcdserverpb.Cluster",
                        "etcdserverpb.Maintenance",
                        "v3lockpb.Lock",
                        "v3electionpb.Election",
                        "grpc.health.v1.Health");
        for (String symbol : new String[] {"etcdserverpb.Lease", "etcdserverpb.KV.Range", "v3lockpb.Lock"}) {
            var file = reflect(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol(symbol)
                    .build());
            assertThat(file.getFileDescriptorResponse().getFileDescriptorProtoCount())
                    .as(symbol)
                    .isPositive();
        }
    }

    private static ServerReflectionResponse reflect(ServerReflectionRequest request) throws InterruptedException {
        BlockingQueue<ServerReflectionResponse> responses = new LinkedBlockingQueue<>();
        var requests = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {
            @Override
            public void onNext(ServerReflectionResponse response) {
                responses.add(response);
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {}
        });
        requests.onNext(request);
        requests.onCompleted();
        return responses.poll(60, TimeUnit.SECONDS);
    }
}
