package io.troupe.etcd;

import com.typesafe.config.Config;
import io.troupe.cluster.tls.CertificateException;
import io.troupe.etcd.port.Access;
import io.troupe.etcd.port.ClientAddress;
import io.troupe.etcd.tls.CipherSuites;
import io.troupe.etcd.tls.TlsSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * {@code troupe.etcd.client}: where clients reach this node, and how.
 *
 * @param host the first address, with TLS where {@code tls} is there
 * @param alsoAt further ones
 * @param advertised what clients are told; empty for the first address
 * @param json whether calls may be JSON over HTTP/1
 * @param access over HTTP/1
 */
public record ClientSettings(
        String host,
        int port,
        List<ClientAddress> alsoAt,
        List<String> advertised,
        boolean json,
        Access access,
        Optional<TlsSettings> tls) {

    private static final int PORT_MAX = 65_535;

    static ClientSettings of(Config config) {
        Optional<TlsSettings> tls = tls(config);
        List<ClientAddress> alsoAt = new ArrayList<>(addresses(config, "client.also-at", false, tls.isPresent()));
        alsoAt.addAll(addresses(config, "client.metrics-at", true, tls.isPresent()));
        return new ClientSettings(
                EtcdSettings.nonEmpty(config, "client.host"),
                (int) EtcdSettings.within(config, "client.port", config.getInt("client.port"), 0, PORT_MAX),
                List.copyOf(alsoAt),
                List.copyOf(config.getStringList("client.advertised")),
                config.getBoolean("client.json"),
                new Access(
                        new HashSet<>(config.getStringList("client.cors")),
                        new HashSet<>(config.getStringList("client.host-whitelist"))),
                tls);
    }

    /** "http", or "https". */
    public String scheme() {
        return tls.isPresent() ? "https" : "http";
    }

    /** All of them, the first one first. */
    public List<ClientAddress> addresses() {
        List<ClientAddress> all = new ArrayList<>();
        all.add(new ClientAddress(host, port, tls.isPresent(), false));
        all.addAll(alsoAt);
        return List.copyOf(all);
    }

    /**
     * What clients are told of this node's addresses, comma-separated.
     *
     * @param bound where the first address listens
     */
    public String told(int bound) {
        return advertised.isEmpty() ? scheme() + "://" + host + ":" + bound : String.join(",", advertised);
    }

    private static List<ClientAddress> addresses(Config config, String path, boolean httpOnly, boolean hasTls) {
        List<ClientAddress> addresses = new ArrayList<>();
        for (String text : config.getStringList(path)) {
            URI uri;
            try {
                uri = new URI(text);
            } catch (URISyntaxException e) {
                throw EtcdSettings.wrong(config, path, "has \"" + text + "\": " + e.getReason());
            }
            boolean secure = "https".equals(uri.getScheme());
            if (uri.getHost() == null || uri.getPort() < 1 || !secure && !"http".equals(uri.getScheme())) {
                throw EtcdSettings.wrong(
                        config, path, "has \"" + text + "\"; write each as http://host:port or https://host:port");
            }
            if (secure && !hasTls) {
                throw EtcdSettings.wrong(
                        config, path, "has \"" + text + "\", which needs client.tls.cert-file and key-file");
            }
            addresses.add(new ClientAddress(uri.getHost(), uri.getPort(), secure, httpOnly));
        }
        return addresses;
    }

    private static Optional<TlsSettings> tls(Config config) {
        Optional<Path> cert = file(config, "client.tls.cert-file");
        Optional<Path> key = file(config, "client.tls.key-file");
        if (cert.isPresent() != key.isPresent()) {
            String missing = cert.isPresent() ? "client.tls.key-file" : "client.tls.cert-file";
            throw EtcdSettings.wrong(config, missing, "is empty; cert-file and key-file must both be present");
        }
        boolean authenticates = config.getBoolean("client.tls.client-cert-auth");
        Optional<Path> authorities = file(config, "client.tls.trusted-ca-file");
        if (cert.isEmpty() && (authenticates || authorities.isPresent())) {
            throw EtcdSettings.wrong(
                    config, "client.tls.cert-file", "is empty; clients' certificates need TLS: set it and key-file");
        }
        List<String> cipherSuites = config.getStringList("client.tls.cipher-suites");
        try {
            CipherSuites.usable(cipherSuites);
        } catch (IllegalArgumentException e) {
            throw EtcdSettings.wrong(config, "client.tls.cipher-suites", String.valueOf(e.getMessage()));
        }
        Optional<TlsSettings> settings = cert.map(certFile -> new TlsSettings(
                certFile,
                key.orElseThrow(),
                authorities,
                authenticates,
                file(config, "client.tls.crl-file"),
                List.copyOf(cipherSuites)));
        try {
            settings.ifPresent(TlsSettings::requireUsable);
        } catch (CertificateException e) {
            throw EtcdSettings.wrong(config, "client.tls", "is of no use: " + e.getMessage());
        }
        return settings;
    }

    private static Optional<Path> file(Config config, String path) {
        String text = config.getString(path);
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }
}
