package io.troupe.etcd.watch;

import static com.google.protobuf.ByteString.copyFrom;
import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchWireTest {

    private static Event event(int number, int bytes) {
        return Event.newBuilder()
                .setKv(KeyValue.newBuilder().setKey(copyFromUtf8("" + number)).setValue(copyFrom(new byte[bytes])))
                .build();
    }

    @Test
    void aLargeResponseIsCutAndAllPartsButTheLastSayThatMoreFollows() {
        var whole = WatchResponse.newBuilder()
                .setWatchId(3)
                .addEvents(event(1, 400))
                .addEvents(event(2, 400))
                .addEvents(event(3, 4000))
                .addEvents(event(4, 10))
                .build();

        List<WatchResponse> parts = WatchWire.fragments(whole, 1000);

        assertThat(parts).extracting(WatchResponse::getEventsCount).containsExactly(2, 1, 1);
        assertThat(parts)
                .extracting(part -> part.getUnknownFields().hasField(7))
                .containsExactly(true, true, false);
        assertThat(parts).allSatisfy(part -> assertThat(part.getWatchId()).isEqualTo(3));
        assertThat(parts.stream().flatMap(part -> part.getEventsList().stream()))
                .containsExactlyElementsOf(whole.getEventsList());
    }

    @Test
    void eachPartHoldsAsManyEventsAsStayBelowTheBoundWithWhatSaysThatMoreFollows() {
        var whole = WatchResponse.newBuilder().setWatchId(3);
        for (int number = 0; number < 12; number++) {
            whole.addEvents(event(number, 100 + 7 * number));
        }
        for (int bytesMax = 200; bytesMax < 1000; bytesMax++) {
            List<WatchResponse> parts = WatchWire.fragments(whole.build(), bytesMax);
            for (int i = 0; i < parts.size() - 1; i++) {
                WatchResponse part = parts.get(i);
                if (part.getEventsCount() > 1) {
                    assertThat(part.getSerializedSize()).isLessThan(bytesMax);
                }
                var withOneMore = part.toBuilder().addEvents(parts.get(i + 1).getEvents(0));
                assertThat(withOneMore.build().getSerializedSize()).isGreaterThanOrEqualTo(bytesMax);
            }
        }
    }

    @Test
    void aSmallResponseOrASingleEventStaysWhole() {
        var small = WatchResponse.newBuilder()
                .addEvents(event(1, 10))
                .addEvents(event(2, 10))
                .build();
        var single = WatchResponse.newBuilder().addEvents(event(1, 4000)).build();
        assertThat(WatchWire.fragments(small, 1000)).containsExactly(small);
        assertThat(WatchWire.fragments(single, 1000)).containsExactly(single);
    }
}
