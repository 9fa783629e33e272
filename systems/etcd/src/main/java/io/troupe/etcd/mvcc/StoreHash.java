package io.troupe.etcd.mvcc;

import io.etcd.jetcd.api.HashKVResponse;
import io.troupe.etcd.EtcdError;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;

/** A checksum of what a revision shows, to compare replicas by. Its value is not the one etcd computes. */
final class StoreHash {

    private StoreHash() {}

    /** @param revision 0 for the present */
    static ByteString read(MvccStore store, long revision) {
        Optional<EtcdError> error = store.mayRead(revision, store.revision());
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        long at = revision <= 0 ? store.revision() : revision;
        var hash = new CRC32C();
        var numbers = ByteBuffer.allocate(40);
        for (Entry entry : store.find(new KeyRange(com.google.protobuf.ByteString.EMPTY, null), at, 0, false)
                .entries()) {
            hash.update(entry.key().asReadOnlyByteBuffer());
            hash.update(entry.value().asReadOnlyByteBuffer());
            numbers.clear()
                    .putLong(entry.createRevision())
                    .putLong(entry.modRevision())
                    .putLong(entry.sub())
                    .putLong(entry.version())
                    .putLong(entry.lease());
            hash.update(numbers.flip());
        }
        return Result.ok(HashKVResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .setHash((int) hash.getValue())
                .setCompactRevision(store.compacted())
                .build());
    }
}
