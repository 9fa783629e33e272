package io.troupe.etcd.port;

/**
 * Where a member listens for clients.
 *
 * @param port 0 takes a free one
 * @param secure TLS
 * @param httpOnly for metrics and health, without gRPC
 */
public record ClientAddress(String host, int port, boolean secure, boolean httpOnly) {

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + host + ":" + port;
    }
}
