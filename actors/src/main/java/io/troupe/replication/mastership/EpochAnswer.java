package io.troupe.replication.mastership;

import org.apache.pekko.util.ByteString;

/** What a {@link MastershipMachine} answers to what was to be done in an epoch. */
public sealed interface EpochAnswer {

    /** @param result what the service answered */
    record Done(ByteString result) implements EpochAnswer {}

    /** The epoch is another: nothing was done. */
    record Ended(Epoch now) implements EpochAnswer {}

    default ByteString encode() {
        return this instanceof Ended ended
                ? ByteString.fromString("e").concat(ended.now().encode())
                : ByteString.fromString("d").concat(((Done) this).result());
    }

    /** @throws IllegalArgumentException when it is no answer */
    static EpochAnswer decode(ByteString bytes) {
        return switch (bytes.isEmpty() ? 0 : bytes.head()) {
            case 'd' -> new Done(bytes.drop(1));
            case 'e' -> new Ended(Epoch.decode(bytes.drop(1)));
            default -> throw new IllegalArgumentException("An answer of " + bytes.length() + " bytes is none");
        };
    }
}
