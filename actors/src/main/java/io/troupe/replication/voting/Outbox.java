package io.troupe.replication.voting;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/** Outputs by number, from 1: at most so many, the oldest goes first. */
final class Outbox {

    private final int outputsMax;
    private final TreeMap<Long, ByteString> kept = new TreeMap<>();
    /** Lower numbers are kept no more. */
    private long floor = 1;

    Outbox(int outputsMax) {
        if (outputsMax < 1) {
            throw new IllegalArgumentException("outputsMax is " + outputsMax + "; it must be at least 1");
        }
        this.outputsMax = outputsMax;
    }

    /** @return its number */
    long add(ByteString output) {
        long number = next();
        put(number, output);
        return number;
    }

    /** One that has its number already; a lower one than the floor is not kept. */
    void put(long number, ByteString output) {
        if (number >= floor) {
            kept.put(number, output);
        }
        while (kept.size() > outputsMax) {
            floor = kept.pollFirstEntry().getKey() + 1;
        }
    }

    /** The number of the next output. */
    long next() {
        return kept.isEmpty() ? floor : kept.lastKey() + 1;
    }

    long floor() {
        return floor;
    }

    Optional<ByteString> get(long number) {
        return Optional.ofNullable(kept.get(number));
    }

    Kept kept() {
        return new Kept(floor, List.copyOf(kept.values()));
    }

    /** Replaces everything. */
    void restore(Kept other) {
        kept.clear();
        floor = other.floor();
        long number = floor;
        for (ByteString output : other.outputs()) {
            put(number++, output);
        }
    }

    /** A copy: the outputs from number {@code floor} on. */
    record Kept(long floor, List<ByteString> outputs) {

        void writeTo(DataOutputStream out) throws IOException {
            out.writeLong(floor);
            out.writeInt(outputs.size());
            for (ByteString output : outputs) {
                out.writeInt(output.length());
                out.write(output.toArrayUnsafe());
            }
        }

        static Kept readFrom(DataInputStream in) throws IOException {
            long floor = in.readLong();
            ByteString[] outputs = new ByteString[in.readInt()];
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = ByteString.fromArrayUnsafe(in.readNBytes(in.readInt()));
            }
            return new Kept(floor, List.of(outputs));
        }
    }
}
