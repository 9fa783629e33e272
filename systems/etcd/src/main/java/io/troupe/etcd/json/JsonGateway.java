package io.troupe.etcd.json;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.troupe.etcd.port.HttpFace;
import io.troupe.etcd.port.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Takes calls in JSON to the gRPC services, and their answers back. */
public final class JsonGateway implements HttpFace.Calls {

    private static final String METADATA_PREFIX = "grpc-metadata-";
    /** What gRPC takes for a name, and does not keep for itself. */
    private static final Pattern METADATA_NAME = Pattern.compile("(?!grpc-)[0-9a-z_.-]+(?<!-bin)");

    private static final Reply NOT_FOUND = Reply.text(404, "Not Found\n");
    private static final Reply NOT_ALLOWED = Reply.text(405, "Method Not Allowed\n");

    private final Channel services;
    private final Map<String, Transcoder> transcoders;

    /** @param services of this member, and not of the client port: who has a certificate there has none here */
    public JsonGateway(Channel services) {
        this.services = services;
        var schema = new Schema();
        this.transcoders = Routes.calls().stream()
                .collect(Collectors.toMap(call -> call, call -> new Transcoder(schema.method(call))));
    }

    @Override
    public boolean isFor(String path) {
        return Routes.isBelow(path);
    }

    @Override
    public HttpFace.Exchange begin(HttpFace.Call http) {
        return Routes.call(http.path())
                .map(transcoders::get)
                .map(transcoder ->
                        http.method().equals("POST") ? begin(http, transcoder) : HttpFace.Exchange.of(NOT_ALLOWED))
                .orElseGet(() -> HttpFace.Exchange.of(NOT_FOUND));
    }

    private HttpFace.Exchange begin(HttpFace.Call http, Transcoder transcoder) {
        try {
            return begin(transcoder, metadata(http.headers()), transcoder.requests(http.body()));
        } catch (InvalidProtocolBufferException e) {
            Status.Code code = transcoder.streams() ? Status.Code.UNKNOWN : Status.Code.INVALID_ARGUMENT;
            return HttpFace.Exchange.of(JsonErrors.reply(code.toStatus().withDescription(e.getMessage())));
        }
    }

    private HttpFace.Exchange begin(Transcoder transcoder, Metadata metadata, List<byte[]> requests) {
        ClientCall<byte[], byte[]> call = services.newCall(method(transcoder), CallOptions.DEFAULT);
        var listener = new JsonCall(call, transcoder);
        call.start(listener, metadata);
        call.request(1);
        requests.forEach(call::sendMessage);
        call.halfClose();
        return listener;
    }

    private static MethodDescriptor<byte[], byte[]> method(Transcoder transcoder) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName(transcoder.name())
                .setType(
                        transcoder.streams()
                                ? MethodDescriptor.MethodType.BIDI_STREAMING
                                : MethodDescriptor.MethodType.UNARY)
                .setRequestMarshaller(Bytes.MARSHALLER)
                .setResponseMarshaller(Bytes.MARSHALLER)
                .build();
    }

    /** The token, and what clients ask to have passed on. */
    private static Metadata metadata(Map<String, String> headers) {
        var metadata = new Metadata();
        headers.forEach((header, value) -> {
            String name = header.toLowerCase(Locale.ROOT);
            String passedOn = name.startsWith(METADATA_PREFIX) ? name.substring(METADATA_PREFIX.length()) : "";
            if (name.equals("authorization") || METADATA_NAME.matcher(passedOn).matches()) {
                String key = passedOn.isEmpty() ? name : passedOn;
                metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
            }
        });
        return metadata;
    }

    /** Messages as they are. */
    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        MARSHALLER;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("a message in memory can always be read", e);
            }
        }
    }
}
