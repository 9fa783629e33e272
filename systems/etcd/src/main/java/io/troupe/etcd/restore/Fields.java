package io.troupe.etcd.restore;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** A protobuf message that there is no class of: its numbers and its bytes, by field. What it lacks is 0, or empty. */
record Fields(Map<Integer, Long> numbers, Map<Integer, byte[]> texts) {

    private static final byte[] EMPTY = {};

    static final Fields NONE = new Fields(Map.of(), Map.of());

    /** @throws IOException when it is no message */
    static Fields of(byte[] message) throws IOException {
        var numbers = new TreeMap<Integer, Long>();
        var texts = new TreeMap<Integer, byte[]>();
        var in = CodedInputStream.newInstance(message);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            switch (WireFormat.getTagWireType(tag)) {
                case WireFormat.WIRETYPE_VARINT -> numbers.put(field, in.readInt64());
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> texts.put(field, in.readByteArray());
                default -> in.skipField(tag);
            }
        }
        return new Fields(numbers, texts);
    }

    long number(int field) {
        return numbers.getOrDefault(field, 0L);
    }

    byte[] bytes(int field) {
        return texts.getOrDefault(field, EMPTY);
    }
}
