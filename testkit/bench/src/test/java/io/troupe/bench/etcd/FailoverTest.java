package io.troupe.bench.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.troupe.bench.load.Costs;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The instrument on a peer whose gap is known. */
class FailoverTest {

    private static final int LEADER = 1;
    private static final Duration GAP = Duration.ofMillis(300);
    /** What a machine that is busy with other tests may add. */
    private static final Duration SLACK = Duration.ofSeconds(30);

    /** Three servers, of which one leads; none takes a write from when the leader is gone until the gap is over. */
    private static final class KnownPeer implements Peer {
        final List<Integer> restarted = new ArrayList<>();
        final Set<Integer> asked = new ConcurrentSkipListSet<>();
        final AtomicInteger takenBeforeTheEnd = new AtomicInteger();
        private final List<Server> servers = new ArrayList<>();
        private final CountDownLatch lastWords;
        private volatile long goneAtNanos;
        private volatile boolean gone;

        /** @param lastWords how many writes are acknowledged while the leader is being killed */
        KnownPeer(int lastWords) throws Exception {
            this.lastWords = new CountDownLatch(lastWords);
            for (int i = 0; i < 3; i++) {
                servers.add(NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                        .addService(new Puts(i))
                        .addService(new Statuses(i))
                        .build()
                        .start());
            }
        }

        private final class Puts extends KVGrpc.KVImplBase {
            private final int member;

            Puts(int member) {
                this.member = member;
            }

            @Override
            public void put(PutRequest request, StreamObserver<PutResponse> observer) {
                asked.add(member);
                boolean isLastWord = !gone && lastWords.getCount() > 0;
                if (isLastWord || (gone && System.nanoTime() - goneAtNanos >= GAP.toNanos())) {
                    observer.onNext(PutResponse.getDefaultInstance());
                    observer.onCompleted();
                } else {
                    observer.onError(Status.UNAVAILABLE.asRuntimeException());
                }
                if (isLastWord) {
                    takenBeforeTheEnd.incrementAndGet();
                    lastWords.countDown();
                }
            }
        }

        private static final class Statuses extends MaintenanceGrpc.MaintenanceImplBase {
            private final int member;

            Statuses(int member) {
                this.member = member;
            }

            @Override
            public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
                observer.onNext(StatusResponse.newBuilder()
                        .setHeader(ResponseHeader.newBuilder().setMemberId(100 + member))
                        .setLeader(100 + LEADER)
                        .build());
                observer.onCompleted();
            }
        }

        @Override
        public String name() {
            return "known";
        }

        @Override
        public List<InetSocketAddress> endpoints() {
            return servers.stream()
                    .map(server -> new InetSocketAddress("127.0.0.1", server.getPort()))
                    .toList();
        }

        /** Takes as long as the leader has something to say. */
        @Override
        public void kill(int member) {
            assertThat(member).isEqualTo(LEADER);
            try {
                assertThat(lastWords.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            goneAtNanos = System.nanoTime();
            gone = true;
        }

        @Override
        public void restart(int member) {
            restarted.add(member);
        }

        @Override
        public Costs costs() {
            return Costs.UNKNOWN;
        }

        @Override
        public List<Long> heapBytes() {
            return List.of();
        }

        @Override
        public List<Long> residentBytes() {
            return List.of();
        }

        @Override
        public void close() {
            servers.forEach(Server::shutdownNow);
        }
    }

    private static Duration measure(KnownPeer peer) throws InterruptedException {
        try (peer;
                var clients = new Clients(peer)) {
            return new Failover(peer, clients, Duration.ZERO).measure();
        }
    }

    @Test
    void theGapIsMeasuredFromTheKillToTheFirstWriteThatAnotherMemberTakes() throws Exception {
        var peer = new KnownPeer(0);
        assertThat(measure(peer)).isBetween(GAP, GAP.plus(SLACK));
        assertThat(peer.asked).as("the leader is not asked").isNotEmpty().doesNotContain(LEADER);
        assertThat(peer.restarted).containsExactly(LEADER);
    }

    @Test
    void aWriteThatWasTakenBeforeTheLeaderWasGoneDoesNotEndTheGap() throws Exception {
        var peer = new KnownPeer(5);
        assertThat(measure(peer)).isBetween(GAP, GAP.plus(SLACK));
        assertThat(peer.takenBeforeTheEnd).hasValue(5);
    }
}
