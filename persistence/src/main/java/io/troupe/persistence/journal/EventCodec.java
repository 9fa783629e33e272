package io.troupe.persistence.journal;

import io.troupe.persistence.log.LogRecord;
import io.troupe.persistence.serialization.ObjectCodec;
import io.troupe.persistence.serialization.ObjectCodec.Serialized;
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
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The payload of a record of events, and back. Layout: version (1), number of events (4), and for each event: sequence
 * number (8), timestamp (8; the event's own, or else when it was written, milliseconds since 1970), flags (1), writer's
 * id (16, or string when it is no UUID), event adapter's manifest (string), tags when flagged (2, strings), metadata when
 * flagged (object), the event (object). Strings and objects are as {@link ObjectCodec} writes them.
 */
public final class EventCodec {

    private static final byte VERSION = 1;
    private static final int DELETED = 1;
    private static final int WRITER_IS_UUID = 2;
    private static final int TAGGED = 4;
    private static final int METADATA = 8;
    private static final byte[] NOTHING = new byte[0];
    private static final int WRITERS = 1 << 10;

    private final ObjectCodec objects;

    /** Writers met lately, by the hash of their id: an actor's events all have the same one. */
    private final @Nullable Writer[] writers = new Writer[WRITERS];

    public EventCodec(ExtendedActorSystem system) {
        this.objects = new ObjectCodec(system);
    }

    private record Writer(String id, @Nullable UUID uuid) {}

    /** An event, its parts as bytes. */
    private record Part(
            PersistentRepr event,
            int flags,
            @Nullable UUID writer,
            byte[] manifest,
            List<byte[]> tags,
            @Nullable Serialized metadata,
            Serialized payload) {

        long size() {
            long writerBytes = writer != null ? 16 : 4L + utf8(event.writerUuid()).length;
            long tagBytes = tags.isEmpty() ? 0 : 2;
            for (byte[] tag : tags) {
                tagBytes += 4L + tag.length;
            }
            return 17
                    + writerBytes
                    + 4L
                    + manifest.length
                    + tagBytes
                    + (metadata == null ? 0 : metadata.size())
                    + payload.size();
        }

        void write(ByteBuffer out) {
            out.putLong(event.sequenceNr())
                    .putLong(event.timestamp() == 0 ? System.currentTimeMillis() : event.timestamp())
                    .put((byte) flags);
            if (writer != null) {
                out.putLong(writer.getMostSignificantBits()).putLong(writer.getLeastSignificantBits());
            } else {
                writeString(utf8(event.writerUuid()), out);
            }
            writeString(manifest, out);
            if (!tags.isEmpty()) {
                out.putShort((short) tags.size());
                tags.forEach(tag -> writeString(tag, out));
            }
            if (metadata != null) {
                metadata.write(out);
            }
            payload.write(out);
        }
    }

    /**
     * The record of {@code write}.
     *
     * @throws RuntimeException what the serializer of an event threw, or that there is none
     */
    public LogRecord encode(AtomicWrite write) {
        List<Part> parts = new ArrayList<>(write.size());
        Iterator<PersistentRepr> events = write.payload().iterator();
        long bytes = 5;
        while (events.hasNext()) {
            Part part = part(events.next());
            parts.add(part);
            bytes += part.size();
        }
        ByteBuffer payload =
                ByteBuffer.allocate(Math.toIntExact(bytes)).put(VERSION).putInt(parts.size());
        parts.forEach(part -> part.write(payload));
        return LogRecord.events(
                write.persistenceId(), write.lowestSequenceNr(), write.highestSequenceNr(), payload.array());
    }

    private Part part(PersistentRepr event) {
        Object payload = event.payload();
        List<byte[]> tags = List.of();
        if (payload instanceof Tagged tagged) {
            payload = tagged.payload();
            tags = CollectionConverters.asJava(tagged.tags()).stream()
                    .map(EventCodec::utf8)
                    .toList();
        }
        UUID writer = writer(event.writerUuid());
        int flags = (event.deleted() ? DELETED : 0)
                | (writer != null ? WRITER_IS_UUID : 0)
                | (tags.isEmpty() ? 0 : TAGGED)
                | (event.metadata().isDefined() ? METADATA : 0);
        Serialized metadata = event.metadata().isDefined()
                ? objects.serialize(event.metadata().get())
                : null;
        return new Part(event, flags, writer, utf8(event.manifest()), tags, metadata, objects.serialize(payload));
    }

    private @Nullable UUID writer(String id) {
        int at = id.hashCode() & WRITERS - 1;
        Writer known = writers[at];
        if (known == null || !known.id().equals(id)) {
            known = new Writer(id, uuid(id));
            writers[at] = known;
        }
        return known.uuid();
    }

    private static byte[] utf8(String text) {
        return text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void writeString(byte[] text, ByteBuffer out) {
        out.putInt(text.length).put(text);
    }

    /** The id in binary, if writing it in binary gives back the same string. In one pass: every event has one. */
    static @Nullable UUID uuid(String id) {
        if (id.length() != 36) {
            return null;
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 36; i++) {
            char at = id.charAt(i);
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                if (at != '-') {
                    return null;
                }
                continue;
            }
            int digit = at >= '0' && at <= '9' ? at - '0' : at >= 'a' && at <= 'f' ? at - 'a' + 10 : -1;
            if (digit < 0) {
                return null;
            }
            high = high << 4 | low >>> 60;
            low = low << 4 | digit;
        }
        return new UUID(high, low);
    }

    /** The events of a payload whose sequence numbers are in the range. */
    public List<PersistentRepr> decode(String persistenceId, ByteBuffer payload, long from, long to)
            throws IOException {
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
