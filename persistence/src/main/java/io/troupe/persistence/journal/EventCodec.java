package io.troupe.persistence.journal;

import io.troupe.persistence.log.LogRecord;
import io.troupe.persistence.serialization.ObjectCodec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The payload of a record of events, and back. Layout: version (1), number of events (4), and for each event: sequence
 * number (8), timestamp (8; the event's own, or else when it was written, milliseconds since 1970), flags (1), writer's
 * id (16, or string when it is no UUID), event adapter's manifest (string), tags when flagged (2, strings), metadata when
 * flagged (object), the event (object). Strings and objects are as {@link ObjectCodec} writes them.
 */
final class EventCodec {

    private static final byte VERSION = 1;
    private static final int DELETED = 1;
    private static final int WRITER_IS_UUID = 2;
    private static final int TAGGED = 4;
    private static final int METADATA = 8;

    private final ObjectCodec objects;

    EventCodec(ExtendedActorSystem system) {
        this.objects = new ObjectCodec(system);
    }

    /**
     * The record of {@code write}.
     *
     * @throws Exception what the serializer of an event threw, or that there is none
     */
    LogRecord encode(AtomicWrite write) throws Exception {
        List<PersistentRepr> events = CollectionConverters.asJava(write.payload());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeInt(events.size());
        for (PersistentRepr event : events) {
            encode(event, out);
        }
        return LogRecord.events(
                write.persistenceId(), write.lowestSequenceNr(), write.highestSequenceNr(), bytes.toByteArray());
    }

    private void encode(PersistentRepr event, DataOutputStream out) throws IOException {
        Object payload = event.payload();
        List<String> tags = List.of();
        if (payload instanceof Tagged tagged) {
            payload = tagged.payload();
            tags = List.copyOf(CollectionConverters.asJava(tagged.tags()));
        }
        Optional<UUID> writer = uuid(event.writerUuid());
        out.writeLong(event.sequenceNr());
        out.writeLong(event.timestamp() == 0 ? System.currentTimeMillis() : event.timestamp());
        out.writeByte((event.deleted() ? DELETED : 0)
                | (writer.isPresent() ? WRITER_IS_UUID : 0)
                | (tags.isEmpty() ? 0 : TAGGED)
                | (event.metadata().isDefined() ? METADATA : 0));
        if (writer.isPresent()) {
            out.writeLong(writer.get().getMostSignificantBits());
            out.writeLong(writer.get().getLeastSignificantBits());
        } else {
            ObjectCodec.writeString(event.writerUuid(), out);
        }
        ObjectCodec.writeString(event.manifest(), out);
        if (!tags.isEmpty()) {
            out.writeShort(tags.size());
            for (String tag : tags) {
                ObjectCodec.writeString(tag, out);
            }
        }
        if (event.metadata().isDefined()) {
            objects.write(event.metadata().get(), out);
        }
        objects.write(payload, out);
    }

    /** The id in binary, if writing it in binary gives back the same string. */
    private static Optional<UUID> uuid(String id) {
        if (id.length() != 36) {
            return Optional.empty();
        }
        try {
            UUID uuid = UUID.fromString(id);
            return uuid.toString().equals(id) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    /** The events of a payload whose sequence numbers are in the range. */
    List<PersistentRepr> decode(String persistenceId, ByteBuffer payload, long from, long to) throws IOException {
        byte version = payload.get();
        if (version != VERSION) {
            throw new IOException("Events of " + persistenceId + " have format " + version + ", this version reads "
                    + VERSION + ". Open the journal with the version of Troupe that wrote it.");
        }
        int count = payload.getInt();
        List<PersistentRepr> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long sequenceNr = payload.getLong();
            boolean wanted = sequenceNr >= from && sequenceNr <= to;
            decode(persistenceId, sequenceNr, payload, wanted).ifPresent(events::add);
        }
        return events;
    }

    private Optional<PersistentRepr> decode(String persistenceId, long sequenceNr, ByteBuffer in, boolean wanted) {
        long timestamp = in.getLong();
        int flags = in.get();
        String writer = (flags & WRITER_IS_UUID) != 0
                ? new UUID(in.getLong(), in.getLong()).toString()
                : ObjectCodec.readString(in);
        String manifest = ObjectCodec.readString(in);
        if ((flags & TAGGED) != 0) {
            int tags = in.getShort();
            for (int i = 0; i < tags; i++) {
                ObjectCodec.readString(in);
            }
        }
        boolean hasMetadata = (flags & METADATA) != 0;
        if (!wanted) {
            if (hasMetadata) {
                ObjectCodec.skip(in);
            }
            ObjectCodec.skip(in);
            return Optional.empty();
        }
        Optional<Object> metadata = hasMetadata ? Optional.of(objects.read(in)) : Optional.empty();
        Object event = objects.read(in);
        PersistentRepr repr = PersistentRepr.apply(
                        event, sequenceNr, persistenceId, manifest, (flags & DELETED) != 0, null, writer)
                .withTimestamp(timestamp);
        return Optional.of(metadata.isPresent() ? repr.withMetadata(metadata.get()) : repr);
    }
}
