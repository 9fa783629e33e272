package io.troupe.cluster;

/**
 * Where clients reach a system on one node.
 *
 * @param scheme such as {@code http}, {@code grpc}
 */
public record Endpoint(String scheme, String host, int port) {
    @Override
    public String toString() {
        return scheme + "://" + host + ":" + port;
    }
}
