package io.troupe.etcd.json;

import com.google.gson.JsonObject;
import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.troupe.etcd.port.Reply;
import java.util.Objects;

/** What a call failed with, as etcd's gateway says it. */
final class JsonErrors {

    private JsonErrors() {}

    static Reply reply(Status status) {
        var error = new JsonObject();
        error.addProperty("error", description(status));
        error.addProperty("message", description(status));
        error.addProperty("code", status.getCode().value());
        return Reply.json(httpCode(status.getCode()), error.toString());
    }

    /** Of a stream that has not begun. */
    static Reply ofStream(Status status) {
        return Reply.json(httpCode(status.getCode()), line(status) + "\n");
    }

    /** The last line of a stream that has begun. */
    static String line(Status status) {
        var error = new JsonObject();
        error.addProperty("grpc_code", status.getCode().value());
        error.addProperty("http_code", httpCode(status.getCode()));
        error.addProperty("message", description(status));
        error.addProperty("http_status", httpStatus(httpCode(status.getCode())));
        var line = new JsonObject();
        line.add("error", error);
        return line.toString();
    }

    private static String description(Status status) {
        return Objects.requireNonNullElse(status.getDescription(), "");
    }

    private static String httpStatus(int code) {
        return HttpResponseStatus.valueOf(code).reasonPhrase();
    }

    /** As the gateway's {@code HTTPStatusFromCode}. */
    private static int httpCode(Status.Code code) {
        return switch (code) {
            case OK -> 200;
            case CANCELLED -> 408;
            case INVALID_ARGUMENT, OUT_OF_RANGE -> 400;
            case DEADLINE_EXCEEDED -> 504;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, ABORTED -> 409;
            case PERMISSION_DENIED -> 403;
            case UNAUTHENTICATED -> 401;
            case RESOURCE_EXHAUSTED -> 429;
            case FAILED_PRECONDITION -> 412;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
        };
    }
}
