package io.troupe.etcd.port;

import java.util.Optional;
import java.util.Set;

/**
 * Which pages may ask over HTTP (CORS), and by which names of this host (against DNS rebinding, CVE-2018-5702).
 *
 * @param origins such as {@code https://a.example}; {@code *} for any
 * @param hosts names and addresses without a port; {@code *} for any. With TLS all are good
 */
public record Access(Set<String> origins, Set<String> hosts) {

    private static final String ANY = "*";

    /** Any page, by any name: etcd's default. */
    public static final Access ALL = new Access(Set.of(ANY), Set.of(ANY));

    public Access {
        origins = Set.copyOf(origins);
        hosts = Set.copyOf(hosts);
    }

    /** What a browser is told; empty when its page may not read the answer. */
    Optional<String> allowed(Optional<String> origin) {
        return origins.isEmpty() || origins.contains(ANY) ? Optional.of(ANY) : origin.filter(origins::contains);
    }

    /** @param host as the request has it, with a port or without */
    boolean admits(String host) {
        return hosts.isEmpty() || hosts.contains(ANY) || hosts.contains(name(host));
    }

    private static String name(String host) {
        int port = host.lastIndexOf(':');
        return port > host.lastIndexOf(']') ? host.substring(0, port) : host;
    }
}
