package io.troupe.etcd.json;

import com.google.protobuf.InvalidProtocolBufferException;

/**
 * Base64 as Go's {@code encoding/base64} reads it: the standard alphabet, padded, with line breaks anywhere. Protobuf's own parser
 * takes other alphabets and no padding, and no line breaks.
 */
final class Base64Text {

    private static final int QUANTUM_CHARS = 4;

    private Base64Text() {}

    /** @throws InvalidProtocolBufferException in Go's words, when it is no base64 */
    static String withoutBreaks(String text) throws InvalidProtocolBufferException {
        var kept = new StringBuilder(text.length());
        boolean padded = false;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\n' || next == '\r') {
                continue;
            }
            int place = kept.length() % QUANTUM_CHARS;
            if (padded && (place == 0 || next != '=')) {
                throw illegalAt(place == 0 ? i : i - 1);
            }
            if (next == '=' ? place < 2 : !isInAlphabet(next)) {
                throw illegalAt(i);
            }
            padded |= next == '=';
            kept.append(next);
        }
        int place = kept.length() % QUANTUM_CHARS;
        if (place != 0) {
            throw illegalAt(padded ? text.length() : text.length() - place);
        }
        return kept.toString();
    }

    private static boolean isInAlphabet(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/';
    }

    private static InvalidProtocolBufferException illegalAt(int index) {
        return new InvalidProtocolBufferException("illegal base64 data at input byte " + index);
    }
}
