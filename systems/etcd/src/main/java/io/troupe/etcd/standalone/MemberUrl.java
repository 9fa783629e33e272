package io.troupe.etcd.standalone;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a member listens or is reached.
 *
 * @param scheme http or https
 */
record MemberUrl(String scheme, String host, int port) {

    boolean isSecure() {
        return scheme.equals("https");
    }

    /** host:port */
    String address() {
        return host + ":" + port;
    }

    /** @throws IllegalArgumentException in etcd's words */
    static List<MemberUrl> parseAll(String text) {
        List<MemberUrl> urls = new ArrayList<>();
        for (String url : text.split(",", -1)) {
            urls.add(parse(url.strip()));
        }
        return List.copyOf(urls);
    }

    private static MemberUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("parse \"" + text + "\": " + e.getReason(), e);
        }
        String scheme = String.valueOf(uri.getScheme());
        if (scheme.equals("unix") || scheme.equals("unixs")) {
            throw new IllegalArgumentException(
                    "URL scheme must be http or https, Unix sockets are not served: " + text);
        }
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("URL scheme must be http, https, unix, or unixs: " + text);
        }
        if (uri.getHost() == null || uri.getPort() < 0 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException("URL address does not have the form \"host:port\": " + text);
        }
        if (uri.getPath() != null && !uri.getPath().isEmpty()) {
            throw new IllegalArgumentException("URL must not contain a path: " + text);
        }
        return new MemberUrl(scheme, uri.getHost(), uri.getPort());
    }

    /** Whether one can listen there: at an address or at localhost, not at a name that may move. */
    boolean isBindable() {
        return host.equals("localhost") || host.startsWith("[") || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    /** Whether one cannot listen at both. */
    boolean sharesPortWith(MemberUrl other) {
        boolean sameHost = loopback(host).equals(loopback(other.host)) || isAnyHost() || other.isAnyHost();
        return port != 0 && port == other.port && sameHost;
    }

    private static String loopback(String host) {
        return host.equals("localhost") ? "127.0.0.1" : host;
    }

    private boolean isAnyHost() {
        return host.equals("0.0.0.0") || host.equals("[::]");
    }

    @Override
    public String toString() {
        return scheme + "://" + address();
    }
}
