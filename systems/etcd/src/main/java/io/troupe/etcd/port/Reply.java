package io.troupe.etcd.port;

import java.util.concurrent.CompletionStage;

/** What a request over HTTP/1 is answered with. */
public sealed interface Reply {

    /** @param status of HTTP */
    record Whole(int status, String type, String body) implements Reply {}

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
        return new Whole(status, "application/json", body);
    }

    static Reply text(int status, String body) {
        return new Whole(status, "text/plain; charset=utf-8", body);
    }

    static Reply stream(Source source) {
        return new Stream(source);
    }
}
