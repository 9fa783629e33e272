package io.troupe.etcd.standalone;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.chain.ChainEngine;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.jvms.MemberJvms;
import io.troupe.raft.RaftEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of one grows to three by etcd's usual steps, and goes on without the one that it began with, which ends: when it is
 * removed, or when it comes back, should it have been down then.
 */
class MembershipProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private String engine = RaftEngine.NAME;
    private final Map<String, Process> processes = new HashMap<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        for (Process process : processes.values()) {
            process.destroyForcibly().waitFor(); // It writes to its folder until then.
        }
    }

    private Process process(String name) {
        return processes.get(name);
    }

    private ManagedChannel start(String name, int peer, String cluster, String state) throws Exception {
        int client = FreePorts.next();
        List<String> flags = new ArrayList<>(MemberJvms.flags(folder, name, client, peer, cluster));
        flags.add("--initial-cluster-state=" + state);
        processes.put(
                name,
                MemberJvms.etcd(folder, List.of("-Dtroupe.etcd.engine=" + engine), flags)
                        .redirectOutput(folder.resolve(name + ".log").toFile())
                        .start());
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", client)
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    private static KVGrpc.KVBlockingStub kv(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static ClusterGrpc.ClusterBlockingStub cluster(ManagedChannel channel) {
        return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static List<Member> started(ManagedChannel channel) {
        return cluster(channel).memberList(MemberListRequest.getDefaultInstance()).getMembersList().stream()
                .filter(member -> !member.getName().isEmpty())
                .toList();
    }

    private static Member add(ManagedChannel channel, int peer, boolean learner) {
        return cluster(channel)
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:" + peer)
                        .setIsLearner(learner)
                        .build())
                .getMember();
    }

    private static boolean succeeds(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    private static void put(ManagedChannel channel, String key) {
        kv(channel).put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build());
    }

    private static long count(ManagedChannel channel) {
        var all = RangeRequest.newBuilder()
                .setKey(copyFromUtf8("k"))
                .setRangeEnd(copyFromUtf8("l"))
                .build();
        return kv(channel).range(all).getCount();
    }

    @Tag("soak")
    @Test
    void aChainOfOneGrowsToThreeAndGoesOnWithoutTheFirst() throws Exception {
        engine = ChainEngine.NAME;
        growsToThreeAndGoesOnWithoutTheFirst(false);
    }

    @Tag("soak")
    @Test
    void aClusterOfOneGrowsToThreeAndGoesOnWithoutTheFirst() throws Exception {
        growsToThreeAndGoesOnWithoutTheFirst(false);
    }

    @Test
    void aClusterOfOneGrowsToThreeAndGoesOnWithoutTheFirstWhichWasDownWhenItWasRemoved() throws Exception {
        growsToThreeAndGoesOnWithoutTheFirst(true);
    }

    private void growsToThreeAndGoesOnWithoutTheFirst(boolean isDownThen) throws Exception {
        int peer1 = FreePorts.next();
        int peer2 = FreePorts.next();
        int peer3 = FreePorts.next();
        String cluster = "m1=http://127.0.0.1:" + peer1;
        ManagedChannel first = start("m1", peer1, cluster, "new");
        put(first, "k1");

        cluster += ",m2=http://127.0.0.1:" + peer2;
        Member second = Awaitility.await("m1 records itself")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> add(first, peer2, false), member -> member.getID() != 0);
        ManagedChannel toSecond = start("m2", peer2, cluster, "existing");
        assertThat(count(toSecond)).isEqualTo(1);

        Awaitility.await("m2 has started")
                .atMost(PATIENCE)
                .until(() -> started(first).size() == 2);
        cluster += ",m3=http://127.0.0.1:" + peer3;
        Member third = Awaitility.await("m2 votes")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> add(first, peer3, true), member -> member.getID() != 0);
        ManagedChannel toThird = start("m3", peer3, cluster, "existing");
        Awaitility.await("the learner has caught up")
                .atMost(PATIENCE)
                .until(() -> succeeds(() -> cluster(first)
                        .memberPromote(MemberPromoteRequest.newBuilder()
                                .setID(third.getID())
                                .build())));
        put(toThird, "k2");

        Awaitility.await("m2 leads")
                .atMost(PATIENCE)
                .until(() -> succeeds(() -> MaintenanceGrpc.newBlockingStub(first)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .moveLeader(MoveLeaderRequest.newBuilder()
                                .setTargetID(second.getID())
                                .build())));
        Awaitility.await("m2 has heard that all have started")
                .atMost(PATIENCE)
                .until(() -> started(toSecond).size() == 3);
        Member gone = started(toSecond).stream()
                .filter(member -> member.getName().equals("m1"))
                .findFirst()
                .orElseThrow();
        if (isDownThen) {
            process("m1").destroyForcibly().waitFor();
        }
        cluster(toSecond)
                .memberRemove(
                        MemberRemoveRequest.newBuilder().setID(gone.getID()).build());
        if (isDownThen) {
            start("m1", peer1, cluster, "existing");
        }
        assertThat(process("m1").waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("who is removed ends")
                .isTrue();
        assertThat(process("m1").exitValue()).isZero();
        assertThat(Files.readString(folder.resolve("m1.log")))
                .contains("the member has been permanently removed from the cluster");

        put(toSecond, "k3");
        assertThat(count(toThird)).isEqualTo(3);
        assertThat(started(toThird).stream().map(Member::getName)).containsExactlyInAnyOrder("m2", "m3");
    }
}
