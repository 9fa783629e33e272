package io.troupe.bench.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** From SIGKILL of the leader to the first acknowledgement of a put that another member was sent after it. */
final class Failover {

    private static final Duration SEND_EVERY = Duration.ofMillis(10);
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Long enough for the restarted member to catch up, and for the leader to have heard of it. */
    static final Duration SETTLE = Duration.ofSeconds(3);

    private final Peer peer;
    private final Clients clients;
    private final Duration settle;

    /** @param settle how long the restarted member is left alone: {@link #SETTLE}, where it has something to do */
    Failover(Peer peer, Clients clients, Duration settle) {
        this.peer = peer;
        this.clients = clients;
        this.settle = settle;
    }

    /**
     * Kills the leader, waits for a write to be acknowledged, and brings the killed member back.
     *
     * @throws IllegalStateException when no member leads, or no write is acknowledged, within a minute
     */
    Duration measure() throws InterruptedException {
        int leader = leader();
        int members = peer.endpoints().size();
        var acknowledged = new CompletableFuture<Long>();
        long begin = System.nanoTime();
        var killed = CompletableFuture.runAsync(() -> peer.kill(leader));
        for (int i = 0; !acknowledged.isDone(); i++) {
            int member = (leader + 1 + i % (members - 1)) % members;
            boolean isAfter = killed.isDone(); // else it may be answered by the killed leader's last word
            Workload.put(
                    KVGrpc.newStub(clients.channel(member))
                            .withDeadlineAfter(ANSWER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS),
                    ByteString.copyFromUtf8("failover"),
                    ByteString.copyFromUtf8("at " + i),
                    ok -> {
                        if (ok && isAfter) {
                            acknowledged.complete(System.nanoTime());
                        }
                    });
            await(acknowledged);
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException(peer.name() + " took no write for a minute after its leader's end");
            }
        }
        Duration silence = Duration.ofNanos(acknowledged.join() - begin);
        peer.restart(leader);
        await(leader);
        TimeUnit.MILLISECONDS.sleep(settle.toMillis());
        return silence;
    }

    private static void await(CompletableFuture<Long> acknowledged) throws InterruptedException {
        try {
            acknowledged.get(SEND_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // The next is sent.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private int leader() throws InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            OptionalInt leader = IntStream.range(0, peer.endpoints().size())
                    .filter(this::leads)
                    .findFirst();
            if (leader.isPresent()) {
                return leader.getAsInt();
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IllegalStateException("no member of " + peer.name() + " says that it leads");
    }

    private boolean leads(int member) {
        try {
            StatusResponse status = MaintenanceGrpc.newBlockingStub(clients.channel(member))
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
            return status.getLeader() == status.getHeader().getMemberId();
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /** Until the restarted member serves. */
    private void await(int member) {
        try {
            MaintenanceGrpc.newBlockingStub(clients.channel(member))
                    .withWaitForReady()
                    .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .status(StatusRequest.getDefaultInstance());
        } catch (StatusRuntimeException e) {
            throw new IllegalStateException(
                    "a killed member of " + peer.name() + " did not serve a minute after its restart: "
                            + e.getMessage(),
                    e);
        }
    }
}
