package io.troupe.etcd.gateway;

import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.SoloNode;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How calls end with the server: puts are answered at once, ranges when the test does it. */
class OpenCallsTest {

    private final BlockingQueue<StreamObserver<RangeResponse>> ranges = new LinkedBlockingQueue<>();
    private final OpenCalls calls = new OpenCalls();
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .directExecutor()
                .intercept(calls)
                .addService(new KVGrpc.KVImplBase() {
                    @Override
                    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
                        ranges.add(observer);
                    }

                    @Override
                    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
                        observer.onNext(PutResponse.getDefaultInstance());
                        observer.onCompleted();
                    }
                })
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(channel);
        server.shutdownNow();
    }

    private KVGrpc.KVFutureStub kv() {
        return KVGrpc.newFutureStub(channel);
    }

    private StreamObserver<RangeResponse> begun() throws InterruptedException {
        StreamObserver<RangeResponse> observer = ranges.poll(60, TimeUnit.SECONDS);
        assertThat(observer).isNotNull();
        return observer;
    }

    @Test
    void whatIsOpenWhenTheServerEndsIsToldSo() throws Exception {
        var range = kv().range(RangeRequest.getDefaultInstance());
        begun();
        calls.end();
        server.shutdownNow();
        assertRefused(() -> range.get(60, TimeUnit.SECONDS), EtcdError.STOPPED);
    }

    @Test
    void whatAServiceSaysAfterTheEndIsLeftOut() throws Exception {
        var range = kv().range(RangeRequest.getDefaultInstance());
        StreamObserver<RangeResponse> observer = begun();
        calls.end();
        observer.onNext(RangeResponse.getDefaultInstance());
        observer.onCompleted();
        assertRefused(() -> range.get(60, TimeUnit.SECONDS), EtcdError.STOPPED);
    }

    @Test
    void callsUnderWayMayFinishWhileLaterOnesAreRefused() throws Exception {
        assertThat(kv().put(PutRequest.getDefaultInstance()).get(60, TimeUnit.SECONDS))
                .isNotNull();
        var range = kv().range(RangeRequest.getDefaultInstance());
        StreamObserver<RangeResponse> observer = begun();
        calls.refuseMore();
        assertRefused(() -> kv().put(PutRequest.getDefaultInstance()).get(60, TimeUnit.SECONDS), EtcdError.STOPPED);
        observer.onNext(RangeResponse.getDefaultInstance());
        observer.onCompleted();
        assertThat(range.get(60, TimeUnit.SECONDS)).isNotNull();
    }
}
