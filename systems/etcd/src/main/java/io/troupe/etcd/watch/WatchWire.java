package io.troupe.etcd.watch;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/** Fields of etcd's watch messages that the published stubs lack: {@code watch_id} and {@code fragment}. */
final class WatchWire {

    private static final int CREATE_WATCH_ID = 7;
    private static final int CREATE_FRAGMENT = 8;
    private static final int RESPONSE_FRAGMENT = 7;

    private static final UnknownFieldSet MORE_FOLLOWS = UnknownFieldSet.newBuilder()
            .addField(
                    RESPONSE_FRAGMENT,
                    UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    private WatchWire() {}

    /** The id the client chose for the watch, or 0. */
    static long watchId(WatchCreateRequest request) {
        return varint(request, CREATE_WATCH_ID);
    }

    /** Whether the client puts a response together from parts. */
    static boolean wantsFragments(WatchCreateRequest request) {
        return varint(request, CREATE_FRAGMENT) != 0;
    }

    private static long varint(WatchCreateRequest request, int field) {
        List<Long> values = request.getUnknownFields().getField(field).getVarintList();
        return values.isEmpty() ? 0 : values.get(values.size() - 1);
    }

    /**
     * The response in parts below {@code bytesMax}, where single events allow it, cut as etcd cuts it ({@code sendFragments}); all
     * but the last say that more follows.
     */
    static List<WatchResponse> fragments(WatchResponse whole, int bytesMax) {
        if (whole.getSerializedSize() < bytesMax || whole.getEventsCount() < 2) {
            return List.of(whole);
        }
        WatchResponse frame =
                whole.toBuilder().clearEvents().setUnknownFields(MORE_FOLLOWS).build();
        List<WatchResponse> parts = new ArrayList<>();
        var part = frame.toBuilder();
        long bytes = frame.getSerializedSize();
        for (Event event : whole.getEventsList()) {
            int more = CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event);
            if (part.getEventsCount() > 0 && bytes + more >= bytesMax) {
                parts.add(part.build());
                part = frame.toBuilder();
                bytes = frame.getSerializedSize();
            }
            part.addEvents(event);
            bytes += more;
        }
        parts.add(part.setUnknownFields(whole.getUnknownFields()).build());
        return parts;
    }
}
