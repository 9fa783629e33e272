package io.troupe.etcd.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Locale;
import java.util.Map;

/**
 * A message's fields in JSON, as Go reads them. Protobuf's own parser takes more, which etcd refuses, and of a number as short as
 * {@code 1e999999999} it makes all digits.
 */
final class Fields {

    private Fields() {}

    /**
     * Takes the line breaks out of every field of bytes. Who parses {@code json} has bounded how deep it is.
     *
     * @throws InvalidProtocolBufferException in Go's words, when a field is not what its type says
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
                        entry.setValue(checked(entry.getValue(), field));
                    }
                }
            }
        }
    }

    private static boolean isNamed(FieldDescriptor field, String name) {
        return field.getName().equals(name) || field.getJsonName().equals(name);
    }

    private static JsonElement checked(JsonElement value, FieldDescriptor field) throws InvalidProtocolBufferException {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            check(value, field.getMessageType());
        } else if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, checked(array.get(i), field));
            }
        } else if (value instanceof JsonPrimitive primitive) {
            return checked(primitive, field);
        }
        return value;
    }

    private static JsonPrimitive checked(JsonPrimitive value, FieldDescriptor field)
            throws InvalidProtocolBufferException {
        switch (field.getJavaType()) {
            case BYTE_STRING -> {
                require(value.isString(), value, "[]uint8");
                return new JsonPrimitive(Base64Text.withoutBreaks(value.getAsString()));
            }
            case BOOLEAN -> require(value.isBoolean(), value, "bool");
            case STRING -> require(value.isString(), value, "string");
            case INT, LONG -> {
                String type = field.getType().name().toLowerCase(Locale.ROOT);
                require(!value.isBoolean(), value, type);
                WholeNumbers.check(value.getAsString(), type);
            }
            case ENUM -> {
                if (value.isNumber()) {
                    WholeNumbers.check(value.getAsString(), goType(field.getEnumType()));
                }
            }
            case FLOAT, DOUBLE, MESSAGE -> {} // etcd has none of the first two.
        }
        return value;
    }

    private static String goType(EnumDescriptor type) {
        String declaredIn = type.getFile().getPackage() + ".";
        return declaredIn + type.getFullName().substring(declaredIn.length()).replace('.', '_');
    }

    private static void require(boolean holds, JsonPrimitive value, String type) throws InvalidProtocolBufferException {
        if (!holds) {
            String given = value.isString() ? "string" : value.isNumber() ? "number" : "bool";
            throw new InvalidProtocolBufferException(
                    "json: cannot unmarshal " + given + " into Go value of type " + type);
        }
    }
}
