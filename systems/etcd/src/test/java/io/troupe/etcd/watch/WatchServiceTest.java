package io.troupe.etcd.watch;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.watch.WatchTester.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.ManagedChannel;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

@OnEachEngine
class WatchServiceTest {

    @Parameter
    String engine;

    private static SoloNode node;
    private static ManagedChannel channel;
    private static KVGrpc.KVBlockingStub kv;
    private WatchTester watch;

    @BeforeParameterizedClassInvocation
    static void start(String engine) {
        node = new SoloNode(engine, "troupe.etcd.watch.progress-interval = 300ms");
        channel = node.connect();
        kv = KVGrpc.newBlockingStub(channel);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    @BeforeEach
    void open() {
        watch = new WatchTester(channel);
    }

    @AfterEach
    void leave() {
        watch.leave();
    }

    private static PutRequest request(String key, String value) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8(value))
                .build();
    }

    private static long put(String key, String value) {
        return kv.put(request(key, value)).getHeader().getRevision();
    }

    private static long delete(String key) {
        return kv.deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(copyFromUtf8(key))
                        .build())
                .getHeader()
                .getRevision();
    }

    private static List<String> told(List<Event> events) {
        return events.stream()
                .map(event -> event.getType() + " " + event.getKv().getKey().toStringUtf8() + "="
                        + event.getKv().getValue().toStringUtf8())
                .toList();
    }

    @Test
    void aWatchSeesWhatHappensAfterItBegan() throws Exception {
        put("now/before", "0");
        watch.create(prefix("now/"));
        var created = watch.next();
        assertThat(created.getCreated()).isTrue();
        long revision = put("now/a", "1");
        delete("now/a");

        assertThat(created.getHeader().getRevision()).isEqualTo(revision - 1);
        List<Event> events = watch.events(2);
        assertThat(told(events)).containsExactly("PUT now/a=1", "DELETE now/a=");
        assertThat(events.get(1).getKv().getModRevision()).isEqualTo(revision + 1);
    }

    @Test
    void aWatchFromThePastSeesEverythingSinceInOrder() throws Exception {
        long first = put("past/a", "0");
        var expected = new TreeMap<Long, String>(Map.of(first, "PUT past/a=0"));
        for (int i = 1; i < 10_000; i += 100) {
            expected.putAll(putTogether(i, i + 100));
        }
        watch.create(prefix("past/").setStartRevision(first));
        expected.put(put("past/last", "x"), "PUT past/last=x");

        assertThat(told(watch.events(expected.size()))).containsExactlyElementsOf(expected.values());
    }

    /** In whatever order; by the revisions it came to. */
    private static Map<Long, String> putTogether(int from, int to) throws Exception {
        var stub = KVGrpc.newFutureStub(channel);
        var underWay = new TreeMap<Integer, Future<PutResponse>>();
        for (int i = from; i < to; i++) {
            underWay.put(i, stub.put(request("past/" + (i % 7), "" + i)));
        }
        var done = new TreeMap<Long, String>();
        for (var put : underWay.entrySet()) {
            int i = put.getKey();
            done.put(
                    put.getValue().get(60, TimeUnit.SECONDS).getHeader().getRevision(),
                    "PUT past/" + (i % 7) + "=" + i);
        }
        return done;
    }

    @Test
    void previousValuesAreShownWhenAskedFor() throws Exception {
        watch.create(prefix("prev/").setPrevKv(true));
        watch.next();
        put("prev/a", "1");
        put("prev/a", "2");
        delete("prev/a");
        List<Event> events = watch.events(3);
        assertThat(events.get(0).hasPrevKv()).isFalse();
        assertThat(events.get(1).getPrevKv().getValue().toStringUtf8()).isEqualTo("1");
        assertThat(events.get(2).getPrevKv().getValue().toStringUtf8()).isEqualTo("2");
    }

    @Test
    void filtersLeaveOutPutsOrDeletes() throws Exception {
        watch.create(prefix("filter/").addFilters(WatchCreateRequest.FilterType.NOPUT));
        watch.create(prefix("filter/").addFilters(WatchCreateRequest.FilterType.NODELETE));
        assertThat(watch.next().getWatchId()).isZero();
        assertThat(watch.next().getWatchId()).isEqualTo(1);
        put("filter/a", "1");
        delete("filter/a");
        var one = watch.next();
        var other = watch.next();
        assertThat(told(one.getWatchId() == 1 ? one.getEventsList() : other.getEventsList()))
                .containsExactly("PUT filter/a=1");
        assertThat(told(one.getWatchId() == 0 ? one.getEventsList() : other.getEventsList()))
                .containsExactly("DELETE filter/a=");
    }

    @Test
    void theChangesOfATransactionComeInOneResponse() throws Exception {
        watch.create(prefix("txn/"));
        watch.next();
        var txn = TxnRequest.newBuilder();
        for (int i = 0; i < 5; i++) {
            txn.addSuccess(
                    RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8("txn/" + i))));
        }
        kv.txn(txn.build());
        assertThat(watch.next().getEventsList()).hasSize(5);
    }

    @Test
    void aCanceledWatchSaysSoAndIsSilent() throws Exception {
        watch.create(prefix("cancel/"));
        watch.next();
        watch.cancel(0);
        var canceled = watch.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getWatchId()).isZero();
        watch.create(prefix("cancel/"));
        assertThat(watch.next().getWatchId()).isEqualTo(1);
        put("cancel/a", "1");
        assertThat(watch.next().getWatchId()).isEqualTo(1);
    }

    @Test
    void aWatchFromACompactedRevisionIsCanceledWithTheRevisionThatCanBeHad() throws Exception {
        long first = put("compact/a", "1");
        put("compact/a", "2");
        long compacted = put("compact/a", "3");
        kv.compact(CompactionRequest.newBuilder().setRevision(compacted).build());

        watch.create(prefix("compact/").setStartRevision(first));
        assertThat(watch.next().getCreated()).isTrue();
        var canceled = watch.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getCompactRevision()).isEqualTo(compacted);

        watch.create(prefix("compact/").setStartRevision(compacted));
        assertThat(told(watch.events(1))).containsExactly("PUT compact/a=3");
    }

    @Test
    void aWatchOnTheFutureWaitsForIt() throws Exception {
        long present = put("future/a", "1");
        watch.create(prefix("future/").setStartRevision(present + 2));
        watch.next();
        put("future/a", "2");
        put("future/a", "3");
        assertThat(told(watch.events(1))).containsExactly("PUT future/a=3");
    }

    @Test
    void theClientMayChooseTheIdAndAnEmptyRangeOrAnIdTakenIsRefused() throws Exception {
        var chosen = prefix("id/")
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                7,
                                UnknownFieldSet.Field.newBuilder().addVarint(42).build())
                        .build());
        watch.create(chosen);
        assertThat(watch.next().getWatchId()).isEqualTo(42);
        watch.create(chosen);
        var duplicate = watch.next();
        assertThat(duplicate.getCanceled()).isTrue();
        assertThat(duplicate.getCancelReason()).contains("duplicate watch ID");
        watch.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("b")).setRangeEnd(copyFromUtf8("a")));
        assertThat(watch.next().getCancelReason()).contains("range is empty");
    }

    @Test
    void progressIsReportedWhenAskedForAndToQuietWatchesInTime() throws Exception {
        watch.create(prefix("progress/").setProgressNotify(true));
        watch.next();
        long revision = put("elsewhere", "1");
        var notified = watch.next();
        assertThat(notified.getWatchId()).isZero();
        assertThat(notified.getEventsList()).isEmpty();
        watch.askProgress();
        var answer = watch.next();
        while (answer.getWatchId() == 0) {
            answer = watch.next();
        }
        assertThat(answer.getWatchId()).isEqualTo(-1);
        assertThat(answer.getHeader().getRevision()).isEqualTo(revision);
    }

    @Test
    void aStrangersClientWatchesAPrefix() throws Exception {
        var seen = new LinkedBlockingQueue<String>();
        try (var client = Client.builder()
                        .endpoints("http://127.0.0.1:" + node.port())
                        .build();
                var watcher = client.getWatchClient()
                        .watch(
                                ByteSequence.from("jetcd/", StandardCharsets.UTF_8),
                                WatchOption.builder()
                                        .isPrefix(true)
                                        .withRevision(put("jetcd/first", "0") + 1)
                                        .build(),
                                response -> response.getEvents()
                                        .forEach(event -> seen.add(event.getEventType() + " "
                                                + event.getKeyValue().getKey())))) {
            put("jetcd/a", "1");
            delete("jetcd/a");
            assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo("PUT jetcd/a");
            assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo("DELETE jetcd/a");
        }
    }

    @Test
    void aRefusedWatchIsToldThePresentRevisionAndInItsTurn() throws Exception {
        long revision = put("refused", "1");
        watch.create(prefix("refused"));
        watch.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("b")).setRangeEnd(copyFromUtf8("a")));
        assertThat(watch.next().getCanceled()).isFalse();
        var refused = watch.next();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getHeader().getRevision()).isEqualTo(revision);
    }
}
