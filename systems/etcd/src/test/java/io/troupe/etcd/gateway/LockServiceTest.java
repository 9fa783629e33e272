package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.etcd.jetcd.api.lock.UnlockRequest;
import io.grpc.ManagedChannel;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What {@code ConcurrencyDifferentialTest} does not compare. */
@OnEachEngine
class LockServiceTest {

    @Parameter
    String engine;

    private static SoloNode node;
    private static ManagedChannel channel;

    @BeforeParameterizedClassInvocation
    static void start(String engine) {
        node = new SoloNode(engine, "");
        channel = node.connect();
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    private static LockRequest lock(long lease) {
        return LockRequest.newBuilder()
                .setName(copyFromUtf8("l"))
                .setLease(lease)
                .build();
    }

    @Test
    void whoeverLostItsLeaseWhileItWaitedIsNotGivenTheLock() throws Exception {
        var leases = LeaseGrpc.newBlockingStub(channel);
        for (long id : new long[] {1, 2}) {
            leases.leaseGrant(
                    LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
        }
        var held = LockGrpc.newBlockingStub(channel).lock(lock(1));
        var waiting = LockGrpc.newFutureStub(channel).lock(lock(2));
        try (Client client = client()) {
            await("the second waits")
                    .until(() -> client.getKVClient()
                                    .get(io.etcd.jetcd.ByteSequence.from(copyFromUtf8("l/2")))
                                    .get(60, TimeUnit.SECONDS)
                                    .getCount()
                            == 1);
        }
        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(2).build());
        LockGrpc.newBlockingStub(channel)
                .unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build());
        assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).hasMessageContaining("mutex: session is expired");
    }

    @Test
    void jetcdLocksAndCampaigns() throws Exception {
        try (Client client = client()) {
            var name = io.etcd.jetcd.ByteSequence.from(copyFromUtf8("jetcd"));
            long lease =
                    client.getLeaseClient().grant(60).get(60, TimeUnit.SECONDS).getID();
            var lock = client.getLockClient().lock(name, lease).get(60, TimeUnit.SECONDS);
            assertThat(lock.getKey().toString()).isEqualTo("jetcd/" + Long.toHexString(lease));
            client.getLockClient().unlock(lock.getKey()).get(60, TimeUnit.SECONDS);
            var office = client.getElectionClient()
                    .campaign(name, lease, name)
                    .get(60, TimeUnit.SECONDS)
                    .getLeader();
            var leader = client.getElectionClient().leader(name).get(60, TimeUnit.SECONDS);
            assertThat(leader.getKv().getKey()).isEqualTo(office.getKey());
            client.getElectionClient().resign(office).get(60, TimeUnit.SECONDS);
        }
    }

    private static Client client() {
        return Client.builder().endpoints("http://127.0.0.1:" + node.port()).build();
    }
}
