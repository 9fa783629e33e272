package io.troupe.etcd.lease;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.awaitAnswer;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.watch.WatchTester;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LeaseServiceTest {

    private static SoloNode node;
    private static ManagedChannel channel;
    private static KVGrpc.KVBlockingStub kv;
    private static LeaseGrpc.LeaseBlockingStub leases;

    @BeforeAll
    static void start() {
        node = new SoloNode("");
        channel = node.connect();
        kv = KVGrpc.newBlockingStub(channel);
        leases = LeaseGrpc.newBlockingStub(channel);
    }

    @AfterAll
    static void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    private static long grant(long ttlSeconds) {
        return leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build())
                .getID();
    }

    private static void put(String key, long lease) {
        kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setLease(lease).build());
    }

    private static long count(String key) {
        return kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build())
                .getCount();
    }

    @Test
    void revokingALeaseDeletesItsKeysInOneRevision() throws Exception {
        long lease = grant(60);
        put("revoke/b", lease);
        put("revoke/a", lease);
        put("revoke/c", lease);
        put("revoke/c", 0); // no longer attached
        var watch = new WatchTester(channel);
        watch.create(WatchTester.prefix("revoke/"));
        watch.next();

        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());

        var events = watch.next().getEventsList();
        assertThat(events).extracting(Event::getType).containsOnly(Event.EventType.DELETE);
        assertThat(events)
                .extracting(event -> event.getKv().getKey().toStringUtf8())
                .containsExactly("revoke/a", "revoke/b");
        assertThat(count("revoke/c")).isEqualTo(1);
        assertRefused(
                () -> leases.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(lease).build()),
                EtcdError.LEASE_NOT_FOUND);
        watch.leave();
    }

    /** By default one and a half seconds, rounded up. */
    @Test
    void aLeaseIsGrantedAtLeastWhatAnElectionMayTake() {
        for (long asked : new long[] {-5, 0, 1, 2}) {
            var granted = leases.leaseGrant(
                    LeaseGrantRequest.newBuilder().setTTL(asked).build());
            assertThat(granted.getTTL()).as("for %d s", asked).isEqualTo(2);
        }
        assertThat(leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(3).build())
                        .getTTL())
                .isEqualTo(3);
    }

    @Test
    void aLeaseNobodyKeepsAliveRunsOutAndItsKeysGo() throws Exception {
        var watch = new WatchTester(channel);
        watch.create(WatchTester.prefix("expire/"));
        watch.next();
        awaitAnswer("a key on a lease that has not run out yet").until(() -> {
            put("expire/a", grant(4));
            return true;
        });

        assertThat(watch.events(2).get(1).getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(count("expire/a")).isZero();
        watch.leave();
    }

    @Test
    void aStrangersClientKeepsALeaseAlive() throws Exception {
        try (var client =
                Client.builder().endpoints("http://127.0.0.1:" + node.port()).build()) {
            // Renewed each 2 s: four renewals take longer than the TTL, and a starved machine may be late by 4 s.
            long lease =
                    client.getLeaseClient().grant(6).get(60, TimeUnit.SECONDS).getID();
            put("alive/a", lease);
            var renewed = new java.util.concurrent.atomic.AtomicInteger();
            try (var keeping = client.getLeaseClient().keepAlive(lease, new io.grpc.stub.StreamObserver<>() {
                @Override
                public void onNext(io.etcd.jetcd.lease.LeaseKeepAliveResponse response) {
                    renewed.incrementAndGet();
                }

                @Override
                public void onError(Throwable cause) {}

                @Override
                public void onCompleted() {}
            })) {
                org.awaitility.Awaitility.await().atMost(40, TimeUnit.SECONDS).until(() -> renewed.get() >= 4);
                assertThat(count("alive/a")).isEqualTo(1);
            }
        }
    }

    @Test
    void timeToLiveTellsWhatIsLeftAndTheKeys() {
        long lease = grant(100);
        put("ttl/b", lease);
        put("ttl/a", lease);
        var answer = leases.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build());
        assertThat(answer.getGrantedTTL()).isEqualTo(100);
        assertThat(answer.getTTL()).isBetween(90L, 100L);
        assertThat(answer.getKeysList()).containsExactly(copyFromUtf8("ttl/a"), copyFromUtf8("ttl/b"));

        var absent = leases.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(123456).build());
        assertThat(absent.getTTL()).isEqualTo(-1);
        assertThat(absent.getID()).isEqualTo(123456);
    }

    @Test
    void keepingAliveALeaseThatIsNotThereAnswersZero() throws Exception {
        var answers = new java.util.concurrent.LinkedBlockingQueue<Long>();
        var stream = LeaseGrpc.newStub(channel).leaseKeepAlive(new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(io.etcd.jetcd.api.LeaseKeepAliveResponse response) {
                answers.add(response.getTTL());
            }

            @Override
            public void onError(Throwable cause) {
                answers.add(-2L);
            }

            @Override
            public void onCompleted() {
                answers.add(-1L);
            }
        });
        long lease = grant(30);
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(424242).build());
        stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        stream.onCompleted();
        assertThat(answers.poll(60, TimeUnit.SECONDS)).isEqualTo(0L);
        assertThat(answers.poll(60, TimeUnit.SECONDS)).isEqualTo(30L);
        assertThat(answers.poll(60, TimeUnit.SECONDS)).isEqualTo(-1L);
    }

    @Test
    void grantsAreCheckedInEtcdsWords() {
        long lease = grant(30);
        assertRefused(
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(lease).setTTL(30).build()),
                EtcdError.LEASE_EXISTS);
        assertRefused(
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(9_000_000_001L).build()),
                EtcdError.LEASE_TTL_TOO_LARGE);
    }
}
