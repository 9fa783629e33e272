package io.troupe.persistence.log;

import org.jspecify.annotations.Nullable;

/** What a record says; the codes are on disk and never reused. */
public enum RecordType {
    /** Events {@code first} to {@code last} of a stream, all or nothing. */
    EVENTS(1),
    /** All events of a stream up to {@code first} are deleted; {@code last} is its highest sequence number. */
    DELETION(2);

    final byte code;

    RecordType(int code) {
        this.code = (byte) code;
    }

    static @Nullable RecordType of(byte code) {
        return switch (code) {
            case 1 -> EVENTS;
            case 2 -> DELETION;
            default -> null;
        };
    }
}
