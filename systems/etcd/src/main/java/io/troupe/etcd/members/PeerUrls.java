package io.troupe.etcd.members;

import com.typesafe.config.Config;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorSystem;

/** Where peers are to reach a member, by etcd's rules: a scheme, a host and a port, and nothing else. */
public final class PeerUrls {

    private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");

    private PeerUrls() {}

    /** Where the other nodes reach this one, as etcd writes it. */
    public static String own(ActorSystem<?> system) {
        String scheme = scheme(system.settings().config());
        return system.address()
                .getHost()
                .map(host ->
                        scheme + "://" + host + ":" + system.address().getPort().get())
                .orElse(system.address().toString());
    }

    /** How the nodes speak to each other. */
    public static String scheme(Config config) {
        String path = "pekko.remote.artery.transport";
        return config.hasPath(path) && config.getString(path).equals("tls-tcp") ? "https" : "http";
    }

    /** At least one, and each as it should be. */
    public static boolean areSound(List<String> urls) {
        return !urls.isEmpty() && urls.stream().allMatch(PeerUrls::isSound);
    }

    private static boolean isSound(String text) {
        try {
            var url = new URI(text.strip());
            boolean pathless = url.getPath() == null || url.getPath().isEmpty();
            return url.getScheme() != null
                    && SCHEMES.contains(url.getScheme())
                    && url.getHost() != null
                    && url.getPort() >= 0
                    && pathless;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Where a node says that others reach it: a URL, or an address in Pekko's terms. */
    static String told(String address) {
        if (address.startsWith("http")) {
            return address;
        }
        int at = address.indexOf('@');
        return at < 0 ? "" : "http://" + address.substring(at + 1);
    }

    public static List<String> sorted(List<String> urls) {
        return urls.stream().map(String::strip).sorted().toList();
    }
}
