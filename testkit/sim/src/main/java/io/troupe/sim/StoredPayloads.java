package io.troupe.sim;

import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;

/** Events and snapshots as the bytes that their Pekko serializer makes of them. */
final class StoredPayloads {

    private final Serialization serialization;

    StoredPayloads(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    StoredBytes toBytes(Object payload) {
        var serializer = serialization.findSerializerFor(payload);
        return StoredBytes.of(
                serializer.toBinary(payload), serializer.identifier(), Serializers.manifestFor(serializer, payload));
    }

    /**
     * @param what it is, for messages
     * @throws DamagedException when it is not whole
     */
    Object fromBytes(StoredBytes stored, String what) throws DamagedException {
        if (!stored.isWhole()) {
            throw new DamagedException(what);
        }
        return serialization
                .deserialize(stored.bytes(), stored.serializer(), stored.manifest())
                .get();
    }
}
