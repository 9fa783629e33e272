package io.troupe.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.mvcc.WatchFilter;
import io.troupe.etcd.watch.WatchTester;
import io.troupe.raft.RaftEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same random requests to a real etcd and to this one: every response, error and watch event must be the
 * same but for cluster, member and term. Skipped where no etcd is installed.
 */
@OnEachEngine
class DifferentialTest {

    @Parameter
    private String engine;

    /** Which engine puts them in order changes no answer: one is asked all, the others a few. */
    private int requests() {
        return engine.equals(RaftEngine.NAME) ? 1_000 : 300;
    }

    private static final int WATCHES = 10;

    @TempDir
    Path folder;

    private RealEtcd real;
    private SoloNode ours;
    private ManagedChannel toReal;
    private ManagedChannel toOurs;

    @BeforeEach
    void start() throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        real = RealEtcd.start(program.get(), folder);
        ours = new SoloNode(engine, "");
        toReal = real.connect();
        toOurs = ours.connect();
    }

    @AfterEach
    void stop() throws Exception {
        if (real != null) {
            SoloNode.disconnect(toReal);
            SoloNode.disconnect(toOurs);
            ours.close();
            real.close();
        }
    }

    /** Two, or as many as {@code -Dtroupe.differential.seeds} says. */
    static LongStream seeds() {
        return LongStream.range(101, 101 + Integer.getInteger("troupe.differential.seeds", 2));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersAsARealEtcdDoes(long seed) throws Exception {
        var random = new RandomRequests(seed);
        var realWatch = watchFromTheBeginning(toReal);
        var ourWatch = watchFromTheBeginning(toOurs);
        long revision = 1;
        int events = 0;
        int requests = requests();
        for (int i = 0; i < requests; i++) {
            Message request = random.next();
            Answer expected = ask(toReal, request);
            Answer actual = ask(toOurs, request);
            assertThat(actual.text())
                    .as("seed %d, request %d:%n%s", seed, i, request)
                    .isEqualTo(expected.text());
            random.presentIs(expected.revision());
            events += expected.revision() > revision ? 1 : 0;
            revision = Math.max(revision, expected.revision());
        }
        assertThat(events).as("revisions that changed something").isGreaterThan(requests / 10);
        List<Event> changes = until(realWatch, revision);
        assertThat(until(ourWatch, revision)).isEqualTo(changes);
        for (long at : new long[] {0, revision, revision - 1, revision - 40, 3, -1}) {
            var hash = HashKVRequest.newBuilder().setRevision(at).build();
            assertSame(hash);
        }
        ourWatch.leave();
        realWatch.leave();
        var hashed = (HashKVResponse) send(toOurs, HashKVRequest.getDefaultInstance());
        long compacted = hashed.getCompactRevision();
        for (int i = 0; i < WATCHES; i++) {
            WatchCreateRequest request = random.watch();
            if (request.getStartRevision() != compacted) { // A real etcd shows of that what its sweep has left.
                long shown = request.getStartRevision() < compacted ? Long.MAX_VALUE : countIn(changes, request);
                assertThat(told(toOurs, request, shown))
                        .as("seed %d, watch %d of %s, compacted at %d", seed, i, request, compacted)
                        .isEqualTo(told(toReal, request, shown));
            }
        }
        hashWhereNothingIsShown();
    }

    private long assertSame(Message request) {
        Answer expected = ask(toReal, request);
        assertThat(ask(toOurs, request).text()).as("%s", request).isEqualTo(expected.text());
        return expected.revision();
    }

    /** Where nothing is shown a real etcd hashes all that its sweep has left. */
    private void hashWhereNothingIsShown() {
        var all = DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setRangeEnd(ByteString.copyFromUtf8("l"));
        long revision = assertSame(all.build());
        assertSame(CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
        assertSame(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
        assertSame(all.build());
        assertSame(HashKVRequest.getDefaultInstance());
        assertSame(HashKVRequest.newBuilder().setRevision(revision + 1).build());
    }

    private static long countIn(List<Event> changes, WatchCreateRequest request) {
        var filter = WatchFilter.of(request);
        return changes.stream()
                .filter(change -> change.getKv().getModRevision() >= request.getStartRevision())
                .filter(change -> change.getType() == Event.EventType.PUT ? filter.puts() : filter.deletes())
                .filter(change -> filter.range().contains(change.getKv().getKey()))
                .count();
    }

    /** How a watch begins and what it shows, until there are so many events or it is canceled. */
    private static List<Object> told(ManagedChannel channel, WatchCreateRequest request, long events)
            throws InterruptedException {
        var watch = new WatchTester(channel);
        watch.create(request.toBuilder());
        WatchResponse last = watch.next();
        List<Object> told = new ArrayList<>(List.of(withoutIds(last)));
        long shown = 0;
        while (shown < events && !last.getCanceled()) {
            last = watch.next();
            told.addAll(last.getEventsList());
            shown += last.getEventsCount();
        }
        if (last.getCanceled()) {
            told.add(withoutIds(last));
        }
        watch.leave();
        return told;
    }

    /** From -2 on; what a real etcd does from -1 depends on whether the first change or the watch comes first. */
    @Test
    void aWatchFromANegativeRevisionIsAnsweredAsARealEtcdDoes() throws Exception {
        List<String> told = new ArrayList<>();
        for (ManagedChannel channel : List.of(toReal, toOurs)) {
            watchFromTheBeginning(channel).leave();
            var watch = new WatchTester(channel);
            watch.create(WatchTester.prefix("k").setStartRevision(-5));
            watch.next();
            told.add(withoutIds(watch.next()).toString());
            watch.leave();
        }
        assertThat(told.get(1)).isEqualTo(told.get(0));
    }

    private static WatchTester watchFromTheBeginning(ManagedChannel channel) throws InterruptedException {
        // Asking once, with patience, waits until the server is up.
        KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(30, java.util.concurrent.TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .build());
        var watch = new WatchTester(channel);
        watch.create(WatchTester.prefix("k").setPrevKv(true));
        watch.next();
        return watch;
    }

    private static List<Event> until(WatchTester watch, long revision) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        while (events.isEmpty() || events.get(events.size() - 1).getKv().getModRevision() < revision) {
            events.addAll(watch.next().getEventsList());
        }
        return events;
    }

    private record Answer(String text, long revision) {}

    private static Answer ask(ManagedChannel channel, Message request) {
        try {
            Message response = send(channel, request);
            ResponseHeader header = (ResponseHeader)
                    response.getField(response.getDescriptorForType().findFieldByName("header"));
            return new Answer(comparable(request, withoutIds(response)).toString(), header.getRevision());
        } catch (StatusRuntimeException e) {
            return new Answer(e.getStatus().getCode() + ": " + e.getStatus().getDescription(), 0);
        }
    }

    private static Message send(ManagedChannel channel, Message request) {
        var kv = KVGrpc.newBlockingStub(channel);
        var lease = LeaseGrpc.newBlockingStub(channel);
        if (request instanceof PutRequest put) {
            return kv.put(put);
        } else if (request instanceof RangeRequest range) {
            return kv.range(range);
        } else if (request instanceof DeleteRangeRequest delete) {
            return kv.deleteRange(delete);
        } else if (request instanceof TxnRequest txn) {
            return kv.txn(txn);
        } else if (request instanceof CompactionRequest compact) {
            return kv.compact(compact);
        } else if (request instanceof LeaseGrantRequest grant) {
            return lease.leaseGrant(grant);
        } else if (request instanceof LeaseRevokeRequest revoke) {
            return lease.leaseRevoke(revoke);
        }
        if (request instanceof LeaseTimeToLiveRequest which) {
            return lease.leaseTimeToLive(which);
        }
        if (request instanceof HashKVRequest hash) {
            return MaintenanceGrpc.newBlockingStub(channel).hashKV(hash);
        }
        throw new IllegalArgumentException("" + request);
    }

    /** Without what a real etcd leaves to chance: what is left of a lease, the order of its keys, and of pairs that sort alike. */
    private static Object comparable(Message request, Message response) {
        if (response instanceof LeaseTimeToLiveResponse lease && lease.getTTL() > 0) {
            List<ByteString> keys = new ArrayList<>(lease.getKeysList());
            keys.sort(ByteString.unsignedLexicographicalComparator());
            return lease.toBuilder().clearTTL().clearKeys().addAllKeys(keys).build();
        }
        if (request instanceof RangeRequest range
                && response instanceof RangeResponse found
                && range.getSortTarget() != RangeRequest.SortTarget.KEY) {
            List<Object> sorted =
                    new ArrayList<>(List.of(found.toBuilder().clearKvs().build()));
            found.getKvsList()
                    .forEach(pair -> sorted.add(
                            switch (range.getSortTarget()) {
                                case VERSION -> pair.getVersion();
                                case CREATE -> pair.getCreateRevision();
                                case MOD -> pair.getModRevision();
                                default -> pair.getValue().toStringUtf8();
                            }));
            return sorted;
        }
        return response;
    }

    /** The response with every header reduced to its revision. */
    private static Message withoutIds(Message response) {
        var field = response.getDescriptorForType().findFieldByName("header");
        ResponseHeader header = (ResponseHeader) response.getField(field);
        return response.toBuilder()
                .setField(
                        field,
                        ResponseHeader.newBuilder()
                                .setRevision(header.getRevision())
                                .build())
                .build();
    }
}
