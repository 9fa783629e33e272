package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.WatchCreateRequest;

/** Which changes a watch is about. */
public record WatchFilter(KeyRange range, boolean puts, boolean deletes) {

    private static final ByteString SMALLEST_KEY = ByteString.copyFrom(new byte[] {0});

    /** An empty key stands for the smallest one. */
    public static WatchFilter of(WatchCreateRequest watch) {
        ByteString key = watch.getKey().isEmpty() ? SMALLEST_KEY : watch.getKey();
        return new WatchFilter(
                KeyRange.of(key, watch.getRangeEnd()),
                !watch.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT),
                !watch.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE));
    }

    public boolean wants(Entry entry) {
        return (entry.isTombstone() ? deletes : puts) && range.contains(entry.key());
    }
}
