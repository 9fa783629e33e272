package io.troupe.etcd.standalone;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.Patience;
import io.troupe.etcd.jvms.MemberJvms;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members by {@code troupe etcd}: one is out of contact with the others, and its clients' streams outlast that, as etcd's do. */
class PartitionedMemberTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** With these a member that is downed as soon as it is out of contact is downed within 4 s, and not 8 s. */
    private static final List<String> SOON = List.of(
            "-Dpekko.cluster.failure-detector.acceptable-heartbeat-pause=1s",
            "-Dpekko.cluster.split-brain-resolver.stable-after=1s");

    private static final Duration LONGER_THAN_SOON = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final TreeMap<String, Running> members = new TreeMap<>();

    private record Running(int client, int peer, int http, Process process, ManagedChannel channel) {}

    @AfterEach
    void stop() throws Exception {
        for (Running member : members.values()) {
            member.channel().shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            member.process().destroyForcibly().waitFor();
        }
    }

    private void startThree(List<String> jvmOptions) throws Exception {
        List<Integer> peers = FreePorts.next(3);
        String cluster = String.join(
                ",",
                IntStream.range(0, 3)
                        .mapToObj(i -> "m" + (i + 1) + "=http://127.0.0.1:" + peers.get(i))
                        .toList());
        for (int i = 0; i < 3; i++) {
            start("m" + (i + 1), peers.get(i), cluster, "new", jvmOptions);
        }
        for (int i = 1; i <= 3; i++) {
            put("m" + i, "started/" + i);
        }
    }

    private void start(String name, int peer, String cluster, String state, List<String> jvmOptions) throws Exception {
        int client = FreePorts.next();
        int http = FreePorts.next();
        List<String> options = new ArrayList<>(jvmOptions);
        options.addAll(List.of("-Dtroupe.http.enabled=on", "-Dtroupe.http.port=" + http, "-Dtroupe.faults.enabled=on"));
        List<String> flags = new ArrayList<>(MemberJvms.flags(folder, name, client, peer, cluster));
        flags.add("--initial-cluster-state=" + state);
        Process process = MemberJvms.etcd(folder, options, flags)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", client)
                .usePlaintext()
                .build();
        members.put(name, new Running(client, peer, http, process, channel));
    }

    private ManagedChannel to(String member) {
        return members.get(member).channel();
    }

    private KVGrpc.KVBlockingStub kv(String member) {
        return KVGrpc.newBlockingStub(to(member))
                .withWaitForReady()
                .withDeadlineAfter(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
    }

    /** Once, however often it has to be asked for. */
    private void put(String member, String key) {
        var absent = Compare.newBuilder()
                .setKey(copyFromUtf8(key))
                .setTarget(Compare.CompareTarget.CREATE)
                .setCreateRevision(0);
        var put = PutRequest.newBuilder().setKey(copyFromUtf8(key));
        var txn = TxnRequest.newBuilder()
                .addCompare(absent)
                .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                .build();
        answer(() -> kv(member).txn(txn));
    }

    private long count(String member, String prefix) {
        var all = RangeRequest.newBuilder()
                .setKey(copyFromUtf8(prefix + "/"))
                .setRangeEnd(copyFromUtf8(prefix + "0"))
                .build();
        return answer(() -> kv(member).range(all)).getCount();
    }

    // -- the network and the processes

    private void cutOff(String member, String... others) throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + members.get(member).http() + "/faults/cut-off-from"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(others)))
                .build();
        assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isLessThan(300);
    }

    private void signal(String signal, String member) throws Exception {
        String pid = Long.toString(members.get(member).process().pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
                .isZero();
    }

    /** Whether {@code other} can be reached as {@code member} sees it; empty when it is none of its members. */
    private Optional<Boolean> reaches(String member, String other) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + members.get(member).http() + "/status"))
                .build();
        JsonNode status = JSON.readTree(
                HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
        for (JsonNode one : status.get("members")) {
            if (one.get("node").asText().equals(other)) {
                return Optional.of(one.get("reachable").asBoolean());
            }
        }
        return Optional.empty();
    }

    private void awaitOutOfContact(String member, String seenBy, Duration length) {
        await(member + " is out of contact").ignoreExceptions().until(() -> reaches(seenBy, member)
                .equals(Optional.of(false)));
        await(member + " stays a member that is out of contact").during(length).until(() -> reaches(seenBy, member)
                .equals(Optional.of(false)));
    }

    // -- a client's streams

    /** Watches {@code w/}, and keeps a lease alive, at one member. */
    private static final class Streams {
        final List<String> seen = new CopyOnWriteArrayList<>();
        final List<String> ended = new CopyOnWriteArrayList<>();
        final List<Long> renewed = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Void> created = new CompletableFuture<>();
        private final StreamObserver<LeaseKeepAliveRequest> keepAlive;
        private final long lease;

        Streams(ManagedChannel to) {
            lease = answer(() -> LeaseGrpc.newBlockingStub(to)
                            .leaseGrant(
                                    LeaseGrantRequest.newBuilder().setTTL(120).build()))
                    .getID();
            StreamObserver<WatchRequest> watch = WatchGrpc.newStub(to).watch(new Ending<>("watch") {
                @Override
                public void onNext(WatchResponse response) {
                    created.complete(null); // The first answer says so.
                    response.getEventsList()
                            .forEach(event -> seen.add(event.getKv().getKey().toStringUtf8()));
                }
            });
            watch.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(copyFromUtf8("w/"))
                            .setRangeEnd(copyFromUtf8("w0")))
                    .build());
            created.orTimeout(Patience.TIME.toSeconds(), TimeUnit.SECONDS).join();
            keepAlive = LeaseGrpc.newStub(to).leaseKeepAlive(new Ending<>("keep-alive") {
                @Override
                public void onNext(LeaseKeepAliveResponse response) {
                    renewed.add(response.getTTL());
                }
            });
        }

        void renew() {
            keepAlive.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        }

        private abstract class Ending<T> implements StreamObserver<T> {
            private final String name;

            Ending(String name) {
                this.name = name;
            }

            @Override
            public void onError(Throwable failure) {
                ended.add(name + ": " + Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                ended.add(name + ": completed");
            }
        }
    }

    private void awaitRenewed(Streams streams, int times) {
        streams.renew();
        await("the lease is kept alive").until(() -> streams.renewed.size() == times);
        assertThat(streams.renewed).allMatch(ttl -> ttl == 120);
    }

    private List<String> putMany(String member, String phase) {
        List<String> keys =
                IntStream.range(0, 20).mapToObj(i -> "w/" + phase + "/" + i).toList();
        keys.forEach(key -> put(member, key));
        return keys;
    }

    private static void awaitSeen(Streams streams, List<String> all) {
        await("the watch has seen all").until(() -> streams.seen.size() >= all.size());
        assertThat(streams.seen).isEqualTo(all);
        assertThat(streams.ended).isEmpty();
    }

    @Test
    void streamsOutlastAPartitionAndAPause() throws Exception {
        startThree(SOON);
        streamsOutlast(LONGER_THAN_SOON);
    }

    @Tag("soak")
    @Test
    void streamsOutlastALongPartitionAndALongPause() throws Exception {
        startThree(List.of());
        streamsOutlast(LONG);
    }

    private void streamsOutlast(Duration length) throws Exception {
        var streams = new Streams(to("m3"));
        List<String> all = new ArrayList<>(putMany("m1", "before"));
        awaitSeen(streams, all);
        awaitRenewed(streams, 1);

        cutOff("m3", "m1", "m2");
        all.addAll(putMany("m1", "while it is cut off"));
        awaitOutOfContact("m3", "m1", length);
        cutOff("m3");
        awaitSeen(streams, all);
        awaitRenewed(streams, 2);
        all.addAll(putMany("m3", "when it is back"));
        awaitSeen(streams, all);

        signal("STOP", "m3");
        all.addAll(putMany("m2", "while it is stopped"));
        awaitOutOfContact("m3", "m1", length);
        signal("CONT", "m3");
        awaitSeen(streams, all);
        awaitRenewed(streams, 3);
        all.addAll(putMany("m3", "when it goes on"));
        awaitSeen(streams, all);
        assertThat(Files.readString(folder.resolve("m3.log"))).doesNotContain("new life");
    }

    /**
     * Those who go on let another come, for which they do without one that is cut off. It hears so when it is back: its port
     * closes, its streams are told that the server has stopped, and its next life serves with all that was acknowledged.
     */
    @Tag("soak")
    @Test
    void whoIsCutOffWhileAnotherStartsAgainEndsItsStreamsInEtcdsWordsAndLosesNothing() throws Exception {
        startThree(SOON);
        var streams = new Streams(to("m3"));
        List<String> all = new ArrayList<>(putMany("m1", "before"));
        awaitSeen(streams, all);
        cutOff("m3", "m1", "m2");
        all.addAll(putMany("m1", "while it is cut off"));
        startAgain("m2");
        await("the others do without it").ignoreExceptions().until(() -> reaches("m1", "m3")
                .isEmpty());
        all.addAll(putMany("m2", "by who has started again"));
        assertThat(streams.ended).isEmpty();

        cutOff("m3");
        await("its streams have ended").until(() -> streams.ended.size() == 2);
        assertThat(streams.ended)
                .allSatisfy(end -> assertThat(end).contains("UNAVAILABLE").contains(EtcdError.STOPPED.message()));
        assertThat(count("m3", "w")).as("of the first read in its next life").isEqualTo(all.size());
        assertThat(Files.readString(folder.resolve("m3.log"))).contains("beginning a new life to rejoin");
        all.addAll(putMany("m3", "in its next life"));
        assertThat(count("m1", "w")).isEqualTo(all.size());
    }

    private void startAgain(String member) throws Exception {
        Running before = members.get(member);
        signal("TERM", member);
        assertThat(before.process().waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        before.channel().shutdownNow();
        String itself = member + "=http://127.0.0.1:" + before.peer(); // The others it has from its directory.
        start(member, before.peer(), itself, "existing", SOON);
    }

    /** One is gone for good, and another takes its place. */
    @Tag("soak")
    @Test
    void whoIsGoneForGoodIsRemovedAndAnotherTakesItsPlace() throws Exception {
        startThree(SOON);
        var streams = new Streams(to("m1"));
        members.get("m3").process().destroyForcibly().waitFor();
        awaitOutOfContact("m3", "m1", LONGER_THAN_SOON);
        Member gone = MemberChanges.started(to("m1")).stream()
                .filter(member -> member.getName().equals("m3"))
                .findFirst()
                .orElseThrow();
        MemberChanges.remove(to("m1"), gone);
        await("it is not waited for").ignoreExceptions().until(() -> reaches("m1", "m3")
                .isEmpty());
        int peer = FreePorts.next();
        MemberChanges.add(to("m1"), peer, false);
        String cluster = "m1=http://127.0.0.1:" + members.get("m1").peer() + ",m2=http://127.0.0.1:"
                + members.get("m2").peer() + ",m4=http://127.0.0.1:" + peer;
        start("m4", peer, cluster, "existing", SOON);
        List<String> all = new ArrayList<>(putMany("m4", "by the new one"));
        awaitSeen(streams, all);
        assertThat(count("m4", "started")).isEqualTo(3);
    }
}
