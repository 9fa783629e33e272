package io.troupe.etcd.cluster;

import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.await;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.Patience;
import io.troupe.etcd.members.MemberIds;
import io.troupe.raft.RaftEngine;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * On Raft, or on the engine that {@code -Dtroupe.engine} names: beside what the scenarios have, a leader that is killed with
 * SIGKILL while clients work, a follower whose disk is full, and a member that is left alone.
 */
class EtcdClusterTest extends ClusterScenarios {

    private static final String LOAD = "load/";

    EtcdClusterTest() {
        super(System.getProperty("troupe.engine", RaftEngine.NAME));
    }

    /** Writes fresh keys through one client until told to stop; notes each that was acknowledged, with its revision. */
    private static void write(Client client, int writer, AtomicBoolean goOn, TreeMap<Long, String> acknowledged) {
        for (int i = 0; goOn.get(); i++) {
            String key = LOAD + writer + "/" + i;
            try {
                PutResponse response =
                        client.getKVClient().put(bytes(key), bytes(key)).get(20, TimeUnit.SECONDS);
                synchronized (acknowledged) {
                    acknowledged.put(response.getHeader().getRevision(), key);
                }
                RegisterClient.think();
            } catch (ExecutionException | TimeoutException e) {
                // Its outcome is unknown, and nothing is claimed about it.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Test
    void nothingAcknowledgedIsLostNorMissedByAWatchWhenTheLeaderIsKilledAndComesBack() throws Exception {
        var acknowledged = new TreeMap<Long, String>();
        var seen = new ConcurrentLinkedQueue<String>();
        var seenRevisions = new ConcurrentLinkedQueue<Long>();
        var history = new HistoryRecorder<KeyValue.Input, KeyValue.Output>();
        var goOn = new AtomicBoolean(true);
        ExecutorService clients = Executors.newCachedThreadPool();
        try (Client client = jetcd();
                var watching = client.getWatchClient()
                        .watch(
                                bytes(LOAD),
                                WatchOption.builder()
                                        .isPrefix(true)
                                        .withRevision(1)
                                        .build(),
                                response -> response.getEvents().forEach(event -> {
                                    seen.add(event.getKeyValue().getKey().toString());
                                    seenRevisions.add(event.getKeyValue().getModRevision());
                                }))) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                clients.execute(() -> write(client, number, goOn, acknowledged));
                clients.execute(new RegisterClient(number, channels, history, goOn::get));
            }
            awaitMore(acknowledged, 100);

            String killed = awaitLeader();
            cluster.kill(killed);
            awaitMore(acknowledged, 200);
            cluster.restart(killed);
            cluster.awaitReady(Patience.TIME);
            awaitMore(acknowledged, 200);

            goOn.set(false);
            clients.shutdown();
            assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

            var stored = answer(() -> client.getKVClient()
                    .get(bytes(LOAD), GetOption.builder().isPrefix(true).build())
                    .get(30, TimeUnit.SECONDS));
            var storedByRevision = new TreeMap<Long, String>();
            stored.getKvs()
                    .forEach(kv -> storedByRevision.put(
                            kv.getModRevision(), kv.getKey().toString()));
            assertThat(storedByRevision.values()).containsAll(acknowledged.values());

            await("the watch has seen all").untilAsserted(() -> assertThat(
                            new ArrayList<>(seenRevisions).stream().reduce(0L, Math::max))
                    .isGreaterThanOrEqualTo(storedByRevision.lastKey()));
            assertThat(new ArrayList<>(seenRevisions)).isSorted().doesNotHaveDuplicates();
            assertThat(new ArrayList<>(seen)).containsAll(storedByRevision.values());
        } finally {
            goOn.set(false);
            clients.shutdownNow();
        }
        Verdict verdict =
                Linearizability.check(new KeyValue(), history.history(), Limits.within(Duration.ofMinutes(3)));
        assertThat(verdict).isInstanceOf(Verdict.Valid.class);
    }

    @Tag("soak")
    @Test
    void aFollowerWhoseDiskIsFullStopsNobodyElse() throws Exception {
        assumeDisksCanBeMadeToLookFull();
        String leader = awaitLeader();
        String full = cluster.nodeIds().stream()
                .filter(node -> !node.equals(leader))
                .findFirst()
                .orElseThrow();
        Set<String> acknowledged = fill(full, "full-follower/");
        requireItTellsSoAndGoesOn(full);
        for (String node : cluster.nodeIds()) {
            if (!node.equals(full)) {
                await(node + " serves").until(() -> put(node, "serves", node));
            }
        }
        requireItIsBackWith(full, "full-follower/", acknowledged);
    }

    @Test
    void whoIsLeftWithoutAMajorityAnswersFromWhatItHasUntilTheOthersAreBack() throws Exception {
        String left = awaitLeader();
        List<String> gone =
                cluster.nodeIds().stream().filter(node -> !node.equals(left)).toList();
        await("what it has").until(() -> put(left, "alone", "what it has"));
        gone.forEach(cluster::kill);
        await("its cluster has ended for it").ignoreExceptions().until(() -> membershipOf(left)
                .equals("downed"));

        var fromWhatItHas = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("alone"))
                .setSerializable(true)
                .build();
        var kv = KVGrpc.newBlockingStub(channel(left)).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertThat(kv.range(fromWhatItHas).getKvs(0).getValue().toStringUtf8()).isEqualTo("what it has");
        var maintenance = MaintenanceGrpc.newBlockingStub(channel(left));
        await("no leader")
                .until(() -> maintenance
                                .withDeadlineAfter(20, TimeUnit.SECONDS)
                                .status(StatusRequest.getDefaultInstance())
                                .getLeader()
                        == 0);
        var snapshot =
                maintenance.withDeadlineAfter(20, TimeUnit.SECONDS).snapshot(SnapshotRequest.getDefaultInstance());
        assertThat(snapshot.next().getBlob().isEmpty()).isFalse();
        assertThatNothingIsDecidedAlone(left);

        gone.forEach(cluster::start);
        cluster.awaitReady(Patience.TIME);
        await("alone no more").until(() -> put(left, "alone", "no more"));
    }

    /** In the words of an etcd that has been left alone by two of three. */
    private void assertThatNothingIsDecidedAlone(String left) {
        var kv = KVGrpc.newFutureStub(channel(left)).withDeadlineAfter(30, TimeUnit.SECONDS);
        var key = ByteString.copyFromUtf8("alone");
        var put = kv.put(PutRequest.newBuilder().setKey(key).build());
        var get = kv.range(RangeRequest.newBuilder().setKey(key).build());
        var add = ClusterGrpc.newFutureStub(channel(left))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:1")
                        .build());
        var promote = ClusterGrpc.newFutureStub(channel(left))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .memberPromote(MemberPromoteRequest.newBuilder().setID(1).build());
        var users = AuthGrpc.newFutureStub(channel(left))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .userList(AuthUserListRequest.getDefaultInstance());
        var alarms = MaintenanceGrpc.newFutureStub(channel(left))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .alarm(AlarmRequest.getDefaultInstance());
        long self = MemberIds.member(left);
        var remove = ClusterGrpc.newFutureStub(channel(left))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .memberRemove(MemberRemoveRequest.newBuilder().setID(self).build());
        assertThat(Futures.getUnchecked(leases(left)).getHeader().getRevision()).isPositive();
        assertRefused(() -> Futures.getUnchecked(put), EtcdError.NO_LEADER_IN_TIME);
        assertRefused(() -> Futures.getUnchecked(get), EtcdError.TIMEOUT);
        assertRefused(() -> Futures.getUnchecked(add), EtcdError.UNHEALTHY);
        assertRefused(() -> Futures.getUnchecked(remove), EtcdError.UNHEALTHY);
        assertRefused(() -> Futures.getUnchecked(promote), EtcdError.NO_LEADER);
        assertRefused(() -> Futures.getUnchecked(users), EtcdError.NO_LEADER_IN_TIME);
        assertRefused(() -> Futures.getUnchecked(alarms), EtcdError.NO_LEADER_IN_TIME);
    }

    /** Not in the published stubs; the header is where this response has it. */
    private ListenableFuture<LeaseTimeToLiveResponse> leases(String node) {
        var method = LeaseGrpc.getLeaseTimeToLiveMethod().toBuilder()
                .setFullMethodName(MethodDescriptor.generateFullMethodName(LeaseGrpc.SERVICE_NAME, "LeaseLeases"))
                .build();
        var options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
        return ClientCalls.futureUnaryCall(
                channel(node).newCall(method, options), LeaseTimeToLiveRequest.getDefaultInstance());
    }

    private String membershipOf(String node) {
        return cluster.status().stream()
                .filter(state -> state.id().equals(node))
                .map(state -> state.status().membership())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void etcdctlMovesTheLeader() throws Exception {
        assumeTrue(Etcdctl.isInstalled(), Etcdctl.ABSENT);
        String from = awaitLeader();
        String to = cluster.nodeIds().stream()
                .filter(node -> !node.equals(from))
                .findFirst()
                .orElseThrow();
        Etcdctl.moveLeader(cluster, to);
        await(to + " leads").until(() -> leader().equals(Optional.of(to)));
    }

    private static void awaitMore(TreeMap<Long, String> acknowledged, int more) {
        int before = size(acknowledged);
        await(more + " more are acknowledged").until(() -> size(acknowledged) >= before + more);
    }

    private static int size(TreeMap<Long, String> acknowledged) {
        synchronized (acknowledged) {
            return acknowledged.size();
        }
    }
}
