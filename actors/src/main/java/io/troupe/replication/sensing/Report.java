package io.troupe.replication.sensing;

import io.troupe.replication.Signatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * What one replica's sensor has said, as the log orders it.
 *
 * @param quantity what is measured
 * @param source the replica, by stable node id
 * @param round for which sample
 * @param signature the source's
 */
record Report(String quantity, String source, long round, Interval sample, ByteString signature) {

    static Report signed(String quantity, String source, long round, Interval sample, Signatures signatures) {
        ByteString content = new Report(quantity, source, round, sample, ByteString.emptyByteString()).encode();
        return new Report(quantity, source, round, sample, signatures.sign(content));
    }

    boolean isAuthentic(Signatures signatures) {
        ByteString content = new Report(quantity, source, round, sample, ByteString.emptyByteString()).encode();
        return signatures.isSigned(source, content, signature);
    }

    ByteString encode() {
        try {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            out.writeUTF(quantity);
            out.writeUTF(source);
            out.writeLong(round);
            out.writeDouble(sample.lower());
            out.writeDouble(sample.upper());
            out.write(signature.toArrayUnsafe());
            return ByteString.fromArrayUnsafe(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory always takes more", e);
        }
    }

    /** Empty when it is none: anybody may propose anything. */
    static Optional<Report> decode(ByteString bytes) {
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toArrayUnsafe()));
        try {
            return Optional.of(new Report(
                    in.readUTF(),
                    in.readUTF(),
                    in.readLong(),
                    new Interval(in.readDouble(), in.readDouble()),
                    ByteString.fromArrayUnsafe(in.readAllBytes())));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
