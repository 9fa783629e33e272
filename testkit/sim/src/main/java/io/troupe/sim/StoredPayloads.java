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

    Disk.Stored toBytes(Object payload) {
        var serializer = serialization.findSerializerFor(payload);
        return new Disk.Stored(
                serializer.toBinary(payload), serializer.identifier(), Serializers.manifestFor(serializer, payload));
    }

    Object fromBytes(Disk.Stored stored) {
        return serialization
                .deserialize(stored.bytes(), stored.serializer(), stored.manifest())
                .get();
    }
}
