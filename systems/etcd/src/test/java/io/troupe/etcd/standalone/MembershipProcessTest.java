package io.troupe.etcd.standalone;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.await;
import static io.troupe.etcd.Patience.awaitAnswer;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.chain.ChainEngine;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.Patience;
import io.troupe.etcd.jvms.MemberJvms;
import io.troupe.raft.RaftEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of one grows to three by etcd's usual steps, and goes on without the one that it began with, which ends: when it is
 * removed, or when it comes back, should it have been down then.
 */
class MembershipProcessTest {

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
                .withDeadlineAfter(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
    }

    private static void put(ManagedChannel channel, String key) {
        answer(() -> kv(channel)
                .put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build()));
    }

    private static long count(ManagedChannel channel) {
        var all = RangeRequest.newBuilder()
                .setKey(copyFromUtf8("k"))
                .setRangeEnd(copyFromUtf8("l"))
                .build();
        return answer(() -> kv(channel).range(all)).getCount();
    }

    private static MaintenanceGrpc.MaintenanceBlockingStub maintenance(ManagedChannel channel) {
        return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    /** Whoever leads is asked. */
    private void moveLeader(ManagedChannel asked, Member to) {
        awaitAnswer(to.getName() + " leads").until(() -> {
            if (leaderSeenBy(asked) != to.getID()) {
                for (ManagedChannel channel : channels) {
                    tryToMoveLeader(channel, to);
                }
            }
            return leaderSeenBy(asked) == to.getID();
        });
    }

    private static long leaderSeenBy(ManagedChannel asked) {
        return maintenance(asked).status(StatusRequest.getDefaultInstance()).getLeader();
    }

    private static void tryToMoveLeader(ManagedChannel channel, Member to) {
        try {
            maintenance(channel)
                    .moveLeader(MoveLeaderRequest.newBuilder()
                            .setTargetID(to.getID())
                            .build());
        } catch (StatusRuntimeException e) {
            // It does not lead, or not any more.
        }
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
        Member second = MemberChanges.add(first, peer2, false);
        ManagedChannel toSecond = start("m2", peer2, cluster, "existing");
        assertThat(count(toSecond)).isEqualTo(1);

        await("m2 has started").until(() -> MemberChanges.started(first).size() == 2);
        cluster += ",m3=http://127.0.0.1:" + peer3;
        Member third = MemberChanges.add(first, peer3, true);
        ManagedChannel toThird = start("m3", peer3, cluster, "existing");
        MemberChanges.promote(first, third);
        put(toThird, "k2");

        moveLeader(first, second);
        await("m2 has heard that all have started")
                .until(() -> MemberChanges.started(toSecond).size() == 3);
        Member gone = MemberChanges.started(toSecond).stream()
                .filter(member -> member.getName().equals("m1"))
                .findFirst()
                .orElseThrow();
        if (isDownThen) {
            process("m1").destroyForcibly().waitFor();
        }
        MemberChanges.remove(toSecond, gone);
        if (isDownThen) {
            start("m1", peer1, cluster, "existing");
        }
        assertThat(process("m1").waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS))
                .as("who is removed ends")
                .isTrue();
        assertThat(process("m1").exitValue()).isZero();
        assertThat(Files.readString(folder.resolve("m1.log")))
                .contains("the member has been permanently removed from the cluster");

        put(toSecond, "k3");
        assertThat(count(toThird)).isEqualTo(3);
        assertThat(MemberChanges.started(toThird).stream().map(Member::getName)).containsExactlyInAnyOrder("m2", "m3");
    }
}
