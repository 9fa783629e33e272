package io.troupe.etcd.port;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What a request over HTTP/1 is answered with. */
public sealed interface Reply {

    String TEXT = "text/plain; charset=utf-8";

    /**
     * @param status of HTTP
     * @param more headers, beside that of the type
     */
    record Whole(int status, String type, String body, Map<String, String> more) implements Reply {}

    /** As long as there is more, a line at a time; status 200. */
    record Stream(Source source) implements Reply {}

    /** Where lines come from. */
    interface Source {
        /** The head is sent. Once, by the connection's thread. */
        void begin(Lines to);
    }

    /** Where they go; from any thread. */
    interface Lines {
        /** Complete when the line is on its way. */
        CompletionStage<?> next(String line);

        void end();
    }

    static Reply json(int status, String body) {
        return new Whole(status, "application/json", body, Map.of());
    }

    static Reply text(int status, String body) {
        return new Whole(status, TEXT, body, Map.of());
    }

    static Reply moved(String to) {
        return new Whole(301, TEXT, "", Map.of("Location", to));
    }

    static Reply stream(Source source) {
        return new Stream(source);
    }
}
