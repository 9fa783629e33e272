package io.troupe.persistence.snapshot;

import io.troupe.persistence.serialization.ObjectCodec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;

/**
 * A snapshot as bytes, and back: persistence id (string), sequence number (8), timestamp (8), whether metadata follows (1),
 * metadata (object), snapshot (object); see {@link ObjectCodec}.
 */
public final class SnapshotCodec {

    private final ObjectCodec objects;

    public SnapshotCodec(ClassicActorSystemProvider system) {
        this.objects = new ObjectCodec(system);
    }

    /** Throws whatever the snapshot's serializer throws, or that there is none for it. */
    public byte[] encode(SnapshotMetadata metadata, Object snapshot) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        ObjectCodec.writeString(metadata.persistenceId(), out);
        out.writeLong(metadata.sequenceNr());
        out.writeLong(metadata.timestamp());
        out.writeBoolean(metadata.metadata().isDefined());
        if (metadata.metadata().isDefined()) {
            objects.write(metadata.metadata().get(), out);
        }
        objects.write(snapshot, out);
        return bytes.toByteArray();
    }

    public SelectedSnapshot decode(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        SnapshotMetadata metadata = SnapshotMetadata.apply(ObjectCodec.readString(in), in.getLong(), in.getLong());
        if (in.get() != 0) {
            metadata = metadata.withMetadata(objects.read(in));
        }
        return SelectedSnapshot.apply(metadata, objects.read(in));
    }
}
