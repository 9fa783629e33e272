package io.troupe.etcd.cluster;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Puts, gets and compare-and-swaps on a few keys, a moment after one another, each tried once at some node, and written down. */
final class RegisterClient implements Runnable {

    private static final int KEYS = 4;
    private static final Duration THINKING = Duration.ofMillis(10);

    private final int process;
    private final List<ManagedChannel> nodes;
    private final HistoryRecorder<KeyValue.Input, KeyValue.Output> history;
    private final BooleanSupplier goOn;
    private final SplittableRandom random;
    private String lastSeen = "";

    RegisterClient(
            int process,
            List<ManagedChannel> nodes,
            HistoryRecorder<KeyValue.Input, KeyValue.Output> history,
            BooleanSupplier goOn) {
        this.process = process;
        this.nodes = nodes;
        this.history = history;
        this.goOn = goOn;
        this.random = new SplittableRandom(process);
    }

    /** So that nodes which start meanwhile have something of the processors, too. */
    static void think() {
        LockSupport.parkNanos(THINKING.toNanos());
    }

    @Override
    public void run() {
        for (int i = 0; goOn.getAsBoolean(); i++) {
            think();
            String key = "register/" + random.nextInt(KEYS);
            KeyValue.Input input =
                    switch (random.nextInt(3)) {
                        case 0 -> new KeyValue.Put(key, process + "-" + i);
                        case 1 -> new KeyValue.Get(key);
                        default ->
                            new KeyValue.Cas(
                                    key,
                                    lastSeen.isEmpty() ? Optional.empty() : Optional.of(lastSeen),
                                    process + "-" + i);
                    };
            var kv = KVGrpc.newBlockingStub(nodes.get(random.nextInt(nodes.size())))
                    .withDeadlineAfter(2, TimeUnit.SECONDS);
            var call = history.invoke(process, input);
            try {
                call.ok(perform(kv, input));
            } catch (StatusRuntimeException e) {
                if (input instanceof KeyValue.Get) {
                    call.fail();
                } else {
                    call.unknown();
                }
            }
        }
    }

    private KeyValue.Output perform(KVGrpc.KVBlockingStub kv, KeyValue.Input input) {
        ByteString key = ByteString.copyFromUtf8(input.key());
        if (input instanceof KeyValue.Put put) {
            kv.put(put(key, put.value()));
            return KeyValue.DONE;
        }
        if (input instanceof KeyValue.Cas cas) {
            var compare = Compare.newBuilder().setKey(key);
            cas.expected()
                    .ifPresentOrElse(
                            value -> compare.setTarget(Compare.CompareTarget.VALUE)
                                    .setValue(ByteString.copyFromUtf8(value)),
                            () -> compare.setTarget(Compare.CompareTarget.CREATE)
                                    .setCreateRevision(0));
            return new KeyValue.Swapped(kv.txn(TxnRequest.newBuilder()
                            .addCompare(compare)
                            .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, cas.update())))
                            .build())
                    .getSucceeded());
        }
        var found = kv.range(RangeRequest.newBuilder().setKey(key).build()).getKvsList();
        Optional<String> value =
                found.stream().findFirst().map(one -> one.getValue().toStringUtf8());
        lastSeen = value.orElse("");
        return new KeyValue.Value(value);
    }

    private static PutRequest put(ByteString key, String value) {
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(value))
                .build();
    }
}
