package io.troupe.persistence.journal;

import io.troupe.persistence.log.LogRecord;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The payload of a record of events, and back. Layout: version (1), number of events (4), and for each event: sequence
 * number (8), timestamp (8), flags (1), writer's id (16, or string when it is no UUID), event adapter's manifest
 * (string), tags when flagged (2, strings), metadata when flagged (object), the event (object). A string is its length in
 * bytes (4) and UTF-8; an object is its serializer's id (4), manifest (string), length (4) and bytes.
 */
final class EventCodec {

    private static final byte VERSION = 1;
    private static final int DELETED = 1;
    private static final int WRITER_IS_UUID = 2;
    private static final int TAGGED = 4;
    private static final int METADATA = 8;

    private final Serialization serialization;

    EventCodec(ExtendedActorSystem system) {
        this.serialization = SerializationExtension.get(system);
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
        out.writeLong(event.timestamp());
        out.writeByte((event.deleted() ? DELETED : 0)
                | (writer.isPresent() ? WRITER_IS_UUID : 0)
                | (tags.isEmpty() ? 0 : TAGGED)
                | (event.metadata().isDefined() ? METADATA : 0));
        if (writer.isPresent()) {
            out.writeLong(writer.get().getMostSignificantBits());
            out.writeLong(writer.get().getLeastSignificantBits());
        } else {
            string(event.writerUuid(), out);
        }
        string(event.manifest(), out);
        if (!tags.isEmpty()) {
            out.writeShort(tags.size());
            for (String tag : tags) {
                string(tag, out);
            }
        }
        if (event.metadata().isDefined()) {
            object(event.metadata().get(), out);
        }
        object(payload, out);
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

    private static void string(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private void object(Object object, DataOutputStream out) throws IOException {
        Serializer serializer = serialization.findSerializerFor(object);
        byte[] bytes = serialization.serialize(object).get();
        out.writeInt(serializer.identifier());
        string(Serializers.manifestFor(serializer, object), out);
        out.writeInt(bytes.length);
        out.write(bytes);
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
        String writer = (flags & WRITER_IS_UUID) != 0 ? new UUID(in.getLong(), in.getLong()).toString() : string(in);
        String manifest = string(in);
        if ((flags & TAGGED) != 0) {
            int tags = in.getShort();
            for (int i = 0; i < tags; i++) {
                string(in);
            }
        }
        Optional<Object> metadata = (flags & METADATA) != 0 ? object(in, wanted) : Optional.empty();
        Optional<Object> event = object(in, wanted);
        if (!wanted) {
            return Optional.empty();
        }
        PersistentRepr repr = PersistentRepr.apply(
                        event.orElseThrow(), sequenceNr, persistenceId, manifest, (flags & DELETED) != 0, null, writer)
                .withTimestamp(timestamp);
        return Optional.of(metadata.isPresent() ? repr.withMetadata(metadata.get()) : repr);
    }

    private static String string(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Optional<Object> object(ByteBuffer in, boolean wanted) {
        int serializer = in.getInt();
        String manifest = string(in);
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return wanted
                ? Optional.of(
                        serialization.deserialize(bytes, serializer, manifest).get())
                : Optional.empty();
    }
}
