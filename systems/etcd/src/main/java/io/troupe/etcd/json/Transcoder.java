package io.troupe.etcd.json;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** One call's messages from JSON and to it. */
final class Transcoder {

    private static final JsonFormat.Parser STRICT = JsonFormat.parser();
    private static final JsonFormat.Parser LENIENT = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

    private final MethodDescriptor method;

    Transcoder(MethodDescriptor method) {
        this.method = method;
    }

    /** The call's, as gRPC has it. */
    String name() {
        return method.getService().getFullName() + "/" + method.getName();
    }

    /** Whether the answer is a stream. */
    boolean streams() {
        return method.isServerStreaming();
    }

    /**
     * What the client sends: for a stream of its own every object there is, for all others the first, which is the empty one
     * where there is none.
     *
     * @throws InvalidProtocolBufferException when it is not put right; the message says why
     */
    List<byte[]> requests(String body) throws InvalidProtocolBufferException {
        List<byte[]> requests = new ArrayList<>();
        if (body.isBlank()) {
            return method.isClientStreaming() ? requests : List.of(new byte[0]);
        }
        try (var reader = new BoundedReader(body)) {
            while ((requests.isEmpty() || method.isClientStreaming()) && reader.peek() != JsonToken.END_DOCUMENT) {
                JsonElement request = JsonParser.parseReader(reader);
                Fields.check(request, method.getInputType());
                requests.add(bytes(request.toString()));
            }
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (JsonParseException | IOException e) {
            throw new InvalidProtocolBufferException(reason(e));
        }
        return requests;
    }

    /** What the parser says, without its classes and addresses. */
    private static String reason(Exception e) {
        Throwable told = Objects.requireNonNullElse(e.getCause(), e);
        return told instanceof EOFException
                ? "unexpected EOF"
                : String.valueOf(told.getMessage()).lines().findFirst().orElse("");
    }

    /** As etcd, fields that there are not are passed over; a value that there is not is an error all the same. */
    private byte[] bytes(String json) throws InvalidProtocolBufferException {
        Descriptor type = method.getInputType();
        var message = DynamicMessage.newBuilder(type);
        try {
            STRICT.merge(json, message);
        } catch (InvalidProtocolBufferException e) {
            if (!String.valueOf(e.getMessage()).startsWith("Cannot find field")) {
                throw e;
            }
            message.clear();
            LENIENT.merge(json, message);
        }
        return message.build().toByteArray();
    }

    String json(byte[] response) throws InvalidProtocolBufferException {
        return PRINTER.print(DynamicMessage.parseFrom(method.getOutputType(), response));
    }
}
