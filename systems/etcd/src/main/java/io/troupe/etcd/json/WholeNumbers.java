package io.troupe.etcd.json;

import com.google.protobuf.InvalidProtocolBufferException;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Whole numbers as Go's {@code encoding/json} reads them: without exponent and fraction, bare or as a string. */
final class WholeNumbers {

    /** Of no more digits than any type has: many more take long to read. */
    private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]{0,19})");

    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?(?:[eE][+-]?[0-9]++)?");

    private WholeNumbers() {}

    /**
     * @param type Go's: {@code uint64} and the like, or an enumeration's, which is of 32 bits
     * @throws InvalidProtocolBufferException in Go's words
     */
    static void check(String text, String type) throws InvalidProtocolBufferException {
        if (WHOLE.matcher(text).matches() && isInRange(new BigInteger(text), type)) {
            return;
        }
        if (text.isEmpty()) {
            throw new InvalidProtocolBufferException("unexpected end of JSON input");
        }
        throw new InvalidProtocolBufferException(
                NUMBER.matcher(text).matches()
                        ? "json: cannot unmarshal number " + text + " into Go value of type " + type
                        : "invalid character '" + text.charAt(0) + "' looking for beginning of value");
    }

    private static boolean isInRange(BigInteger value, String type) {
        int bits = type.endsWith("64") ? Long.SIZE : Integer.SIZE;
        return type.startsWith("u") ? value.signum() >= 0 && value.bitLength() <= bits : value.bitLength() < bits;
    }
}
