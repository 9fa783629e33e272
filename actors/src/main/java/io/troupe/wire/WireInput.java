package io.troupe.wire;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;

/**
 * Input that believes no length it reads: a length beyond the bytes that are left is refused before
 * anything is allocated, so that garbage from a peer costs an exception and never the heap.
 */
final class WireInput extends Input {

    void over(byte[] bytes, int count) {
        setBuffer(bytes, 0, count);
    }

    int remaining() {
        return limit - position;
    }

    /** Reads a length; at least {@code bytesEach} bytes must follow for each of the things it counts. */
    int readLength(int bytesEach) {
        return checked(readVarInt(true), bytesEach);
    }

    private int checked(int length, int bytesEach) {
        if (length < 0 || (long) length * bytesEach > remaining()) {
            throw new KryoException("Length " + length + " at byte " + position + " exceeds the " + remaining()
                    + " bytes that are left: the bytes are truncated or damaged");
        }
        return length;
    }

    @Override
    public byte[] readBytes(int length) {
        return super.readBytes(checked(length, Byte.BYTES));
    }

    @Override
    public String readString() {
        int start = position;
        if (readVarIntFlag()) { // UTF-8 with a length, else ASCII that ends at its last byte
            int lengthPlusOne = readVarIntFlag(true);
            if (lengthPlusOne > 1) {
                checked(lengthPlusOne - 1, Byte.BYTES);
            }
        }
        setPosition(start);
        return super.readString();
    }
}
