package io.troupe.etcd.tls;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** Cipher suites by the names that etcd's {@code --cipher-suites} takes, which are Go's, and the JVM's own. */
public final class CipherSuites {

    /** Go's names from before there was an IANA one. */
    private static final Map<String, String> OLDER_NAMES = Map.of(
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");

    /** etcd takes them still; JVMs have forsworn them. */
    private static final Set<String> BROKEN = Set.of(
            "TLS_RSA_WITH_RC4_128_SHA",
            "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
            "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA");

    private CipherSuites() {}

    /**
     * As the JVM calls them, without those that are broken.
     *
     * @throws IllegalArgumentException in etcd's words when there is none of a name, or only broken ones are left
     */
    public static List<String> usable(List<String> names) {
        Set<String> supported = supported();
        List<String> usable = new ArrayList<>();
        for (String name : names) {
            String suite = OLDER_NAMES.getOrDefault(name, name);
            if (supported.contains(suite)) {
                usable.add(suite);
            } else if (!BROKEN.contains(name)) {
                throw new IllegalArgumentException("unexpected TLS cipher suite \"" + name + "\"");
            }
        }
        if (usable.isEmpty() && !names.isEmpty()) {
            throw new IllegalArgumentException(
                    "the TLS cipher suites " + names + " are broken, and none is served; name another");
        }
        return List.copyOf(usable);
    }

    /** Those of the names that {@link #usable} leaves out. */
    static List<String> broken(List<String> names) {
        Set<String> supported = supported();
        return names.stream()
                .filter(name -> BROKEN.contains(name) && !supported.contains(name))
                .toList();
    }

    private static Set<String> supported() {
        try {
            return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }
}
