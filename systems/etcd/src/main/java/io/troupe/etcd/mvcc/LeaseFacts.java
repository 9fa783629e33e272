package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A lease as it is replicated.
 *
 * @param ttlSeconds as granted
 * @param keys attached, in key order; left out of lists
 */
public record LeaseFacts(long id, long ttlSeconds, List<ByteString> keys) {

    byte[] toBytes() {
        return LeaseTimeToLiveResponse.newBuilder()
                .setID(id)
                .setGrantedTTL(ttlSeconds)
                .addAllKeys(keys)
                .build()
                .toByteArray();
    }

    public static LeaseFacts parse(byte[] bytes) throws IOException {
        var message = LeaseTimeToLiveResponse.parseFrom(bytes);
        return new LeaseFacts(message.getID(), message.getGrantedTTL(), message.getKeysList());
    }

    static byte[] listToBytes(List<LeaseTable.Lease> leases) {
        var out = ByteBuffer.allocate(16 * leases.size());
        leases.forEach(lease -> out.putLong(lease.id).putLong(lease.ttlSeconds));
        return out.array();
    }

    public static List<LeaseFacts> list(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        List<LeaseFacts> leases = new ArrayList<>(bytes.length / 16);
        while (in.hasRemaining()) {
            leases.add(new LeaseFacts(in.getLong(), in.getLong(), List.of()));
        }
        return leases;
    }
}
