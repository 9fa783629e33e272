package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.watch.WatchTester;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large transactions, watched with previous values by those who take fragments and by those who do not: from 2 MiB on (the
 * largest request, 1.5 MiB, and 512 KiB) a response comes in parts to the former. The same is asked of a real etcd where one
 * is installed.
 */
class WatchFragmentsTest {

    private static final int VALUE_BYTES = 128 << 10;

    /** The fields of {@code fragment}: the published messages lack them. */
    private static final int CREATE_FRAGMENT = 8;

    private static final int RESPONSE_FRAGMENT = 7;

    private record Part(int events, boolean moreFollows) {}

    @Test
    void aLargeResponseComesInPartsToThoseWhoTakeThem() throws Exception {
        try (var node = new SoloNode("")) {
            isCutAsItShouldBe(node.connect());
        }
    }

    @Test
    void aRealEtcdCutsTheSame(@TempDir Path folder) throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        try (var etcd = RealEtcd.start(program.get(), folder)) {
            isCutAsItShouldBe(etcd.connect());
        }
    }

    private static void isCutAsItShouldBe(ManagedChannel channel) throws Exception {
        try {
            putAll(channel, 11, "before");
            var cut = watch(channel, true);
            var whole = watch(channel, false);

            putAll(channel, 7, "below"); // Seven values and seven previous ones: 1.75 MiB.
            assertThat(parts(cut, 7)).containsExactly(new Part(7, false));
            assertThat(parts(whole, 7)).containsExactly(new Part(7, false));

            putAll(channel, 11, "above"); // 2.75 MiB.
            assertThat(parts(cut, 11)).containsExactly(new Part(7, true), new Part(4, false));
            assertThat(parts(whole, 11)).containsExactly(new Part(11, false));
            cut.leave();
            whole.leave();
        } finally {
            SoloNode.disconnect(channel);
        }
    }

    private static WatchTester watch(ManagedChannel channel, boolean fragment) throws InterruptedException {
        var wanted = UnknownFieldSet.Field.newBuilder().addVarint(fragment ? 1 : 0);
        var watch = new WatchTester(channel);
        watch.create(WatchTester.prefix("key")
                .setPrevKv(true)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(CREATE_FRAGMENT, wanted.build())
                        .build()));
        assertThat(watch.next().getCreated()).isTrue();
        return watch;
    }

    private static void putAll(ManagedChannel channel, int keys, String value) {
        var txn = TxnRequest.newBuilder();
        for (int number = 0; number < keys; number++) {
            txn.addSuccess(RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder().setKey(key(number)).setValue(padded(value))));
        }
        KVGrpc.newBlockingStub(channel).withWaitForReady().txn(txn.build());
    }

    private static ByteString key(int number) {
        return copyFromUtf8(String.format("key%02d", number));
    }

    private static ByteString padded(String value) {
        return ByteString.copyFrom(Arrays.copyOf(copyFromUtf8(value).toByteArray(), VALUE_BYTES));
    }

    /** How the events of a transaction come; together they are all of it, in order, with what was there before. */
    private static List<Part> parts(WatchTester watch, int keys) throws InterruptedException {
        List<Part> parts = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        while (events.size() < keys) {
            WatchResponse response = watch.next();
            events.addAll(response.getEventsList());
            parts.add(new Part(
                    response.getEventsCount(),
                    response.getUnknownFields().getField(RESPONSE_FRAGMENT).getVarintList().stream()
                            .anyMatch(value -> value != 0)));
        }
        assertThat(events)
                .allSatisfy(event -> assertThat(event.getPrevKv().getValue()).hasSize(VALUE_BYTES))
                .extracting(event -> event.getKv().getKey())
                .containsExactlyElementsOf(IntStream.range(0, keys)
                        .mapToObj(WatchFragmentsTest::key)
                        .toList());
        return parts;
    }
}
