package io.troupe.etcd.members;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What peer URLs are compared by when their texts differ: a host's name is what it resolves to; an address, and localhost,
 * are themselves, as in etcd (pkg/netutil, {@code urlsEqual}). For an actor, which may not wait for that: a URL is itself until
 * its host has been looked up, and what was found is looked up again when it is asked for and old.
 */
public final class PeerHosts implements UnaryOperator<String> {

    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|\\d{1,3}(\\.\\d{1,3}){3}");

    /** Kept; those that are more take the place of all. */
    static final int KNOWN_MAX = 256;

    static final int LOOKUPS_MAX = 8;
    private static final long OLD_AFTER_NANOS = 30_000_000_000L;

    private record Found(String resolved, long atNanos) {}

    private final UnaryOperator<String> lookup;
    private final Executor blocking;
    private final LongSupplier nanoTime;
    private final Map<String, Found> known = new ConcurrentHashMap<>();
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    /**
     * @param lookup may block
     * @param blocking runs it
     */
    PeerHosts(UnaryOperator<String> lookup, Executor blocking, LongSupplier nanoTime) {
        this.lookup = lookup;
        this.blocking = blocking;
        this.nanoTime = nanoTime;
    }

    public static PeerHosts lookedUpBy(Executor blocking) {
        return new PeerHosts(PeerHosts::resolved, blocking, System::nanoTime);
    }

    /**
     * The URL with its host's address; the URL itself where there is none to be found. Waits as long as the system's resolver
     * does.
     */
    public static String resolved(String url) {
        try {
            var parsed = new URI(url);
            String host = parsed.getHost();
            if (host == null
                    || host.equals("localhost")
                    || ADDRESS.matcher(host).matches()) {
                return url;
            }
            InetAddress found = InetAddress.getByName(host);
            String address =
                    found instanceof Inet6Address ? "[" + found.getHostAddress() + "]" : found.getHostAddress();
            return parsed.getScheme() + "://" + address + ":" + parsed.getPort();
        } catch (URISyntaxException | UnknownHostException e) {
            return url;
        }
    }

    @Override
    public String apply(String url) {
        Found found = known.get(url);
        long now = nanoTime.getAsLong();
        boolean due = found == null || now - found.atNanos() > OLD_AFTER_NANOS;
        if (due && underWay.size() < LOOKUPS_MAX && underWay.add(url)) {
            blocking.execute(() -> lookUp(url));
        }
        return found == null ? url : found.resolved();
    }

    private void lookUp(String url) {
        try {
            var found = new Found(lookup.apply(url), nanoTime.getAsLong());
            if (known.size() >= KNOWN_MAX) {
                known.clear();
            }
            known.put(url, found);
        } finally {
            underWay.remove(url);
        }
    }
}
