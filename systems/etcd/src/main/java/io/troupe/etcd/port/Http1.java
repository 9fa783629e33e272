package io.troupe.etcd.port;

/**
 * What is served over HTTP/1 at an address.
 *
 * @param access to all of it
 * @param requestBytesMax of a request's body; a larger one is refused (413)
 */
public record Http1(HttpFace.Backend backend, HttpFace.Calls calls, Access access, int requestBytesMax) {

    private static final int SMALL_REQUEST_BYTES = 64 * 1024;

    private static final HttpFace.Calls NONE = new HttpFace.Calls() {
        @Override
        public boolean isFor(String path) {
            return false;
        }

        @Override
        public HttpFace.Exchange begin(HttpFace.Call call) {
            throw new IllegalArgumentException("no call is for " + call.path());
        }
    };

    /** Without calls. */
    public Http1(HttpFace.Backend backend, Access access) {
        this(backend, NONE, access, SMALL_REQUEST_BYTES);
    }

    /** @param secure whether it is with TLS */
    HttpFace face(boolean secure) {
        return new HttpFace(backend, calls, access, secure);
    }
}
