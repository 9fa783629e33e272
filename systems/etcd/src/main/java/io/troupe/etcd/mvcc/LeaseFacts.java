package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import java.io.IOException;
import java.util.List;

/**
 * A lease as it is replicated.
 *
 * @param ttlSeconds as granted
 * @param grantedAt log index of its grant; 0 when that is not known
 * @param keys attached, in key order; left out where nobody asked for them
 */
public record LeaseFacts(long id, long ttlSeconds, long grantedAt, List<ByteString> keys) {

    byte[] toBytes() {
        return LeaseTimeToLiveResponse.newBuilder()
                .setID(id)
                .setGrantedTTL(ttlSeconds)
                .setTTL(grantedAt)
                .addAllKeys(keys)
                .build()
                .toByteArray();
    }

    static LeaseFacts parse(byte[] bytes) throws IOException {
        var message = LeaseTimeToLiveResponse.parseFrom(bytes);
        return new LeaseFacts(message.getID(), message.getGrantedTTL(), message.getTTL(), message.getKeysList());
    }
}
