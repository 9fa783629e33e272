package io.troupe.etcd.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Map;

/**
 * Keys and values in JSON, as Go's {@code encoding/base64} reads them: the standard alphabet, padded, with line breaks anywhere.
 * Protobuf's own parser takes other alphabets and no padding, which etcd refuses, and no line breaks.
 */
final class BytesFields {

    private static final int QUANTUM_CHARS = 4;

    private BytesFields() {}

    /**
     * Takes the line breaks out of every field of bytes.
     *
     * @throws InvalidProtocolBufferException in Go's words, when one of them is no base64
     */
    static void check(JsonElement json, Descriptor type) throws InvalidProtocolBufferException {
        if (json.isJsonArray()) {
            for (JsonElement element : json.getAsJsonArray()) {
                check(element, type);
            }
        } else if (json.isJsonObject()) {
            for (Map.Entry<String, JsonElement> entry : json.getAsJsonObject().entrySet()) {
                for (FieldDescriptor field : type.getFields()) {
                    if (isNamed(field, entry.getKey())) {
                        check(entry, field);
                    }
                }
            }
        }
    }

    private static boolean isNamed(FieldDescriptor field, String name) {
        return field.getName().equals(name) || field.getJsonName().equals(name);
    }

    private static void check(Map.Entry<String, JsonElement> entry, FieldDescriptor field)
            throws InvalidProtocolBufferException {
        JsonElement value = entry.getValue();
        if (field.getJavaType() == JavaType.MESSAGE) {
            check(value, field.getMessageType());
        } else if (field.getJavaType() == JavaType.BYTE_STRING && value instanceof JsonPrimitive primitive) {
            if (!primitive.isString()) {
                throw new InvalidProtocolBufferException("json: cannot unmarshal "
                        + (primitive.isNumber() ? "number" : "bool") + " into Go value of type []uint8");
            }
            entry.setValue(new JsonPrimitive(withoutBreaks(primitive.getAsString())));
        }
    }

    private static String withoutBreaks(String text) throws InvalidProtocolBufferException {
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
