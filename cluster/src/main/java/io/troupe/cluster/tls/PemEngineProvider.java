package io.troupe.cluster.tls;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Artery over TLS by the PEM files of {@code troupe.artery.tls}: both sides show a certificate of the trusted authority,
 * and the one that was called must be named by its certificate. Whose is refused is told in the log. Files are read again for
 * the next connection when they have changed.
 */
public final class PemEngineProvider implements SSLEngineProvider {

    private static final Logger LOG = LoggerFactory.getLogger(PemEngineProvider.class);
    private static final Duration TOLD_AGAIN_AFTER = Duration.ofMinutes(1);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final Path certFile;
    private final Path keyFile;
    private final Path trustedCaFile;
    private final Optional<Path> crlFile;
    private FileStamps stamps;
    private SSLContext context;
    private String told = "";
    private long toldNanos;

    /**
     * Called by Pekko.
     *
     * @throws CertificateException when a file cannot be used
     */
    public PemEngineProvider(ActorSystem system) {
        this(system.settings().config().getConfig("troupe.artery.tls"));
    }

    PemEngineProvider(Config config) {
        this.certFile = Path.of(config.getString("cert-file"));
        this.keyFile = Path.of(config.getString("key-file"));
        this.trustedCaFile = Path.of(config.getString("trusted-ca-file"));
        this.crlFile = Optional.of(config.getString("crl-file"))
                .filter(path -> !path.isEmpty())
                .map(Path::of);
        this.stamps = stamps();
        this.context = read();
    }

    private FileStamps stamps() {
        return FileStamps.of(Stream.concat(Stream.of(certFile, keyFile, trustedCaFile), crlFile.stream())
                .toList());
    }

    private synchronized SSLContext current() {
        FileStamps now = stamps();
        if (!now.equals(stamps)) {
            stamps = now;
            try {
                context = read();
                LOG.info("the certificate of {} was read again", certFile);
            } catch (CertificateException e) {
                LOG.error("{}; the earlier certificate is shown until that is mended", e.getMessage());
            }
        }
        return context;
    }

    private SSLContext read() {
        List<X509Certificate> chain = PemFiles.certificates(certFile);
        PrivateKey key = PemFiles.privateKey(keyFile);
        PemFiles.requirePair(certFile, chain.get(0), keyFile, key);
        char[] none = new char[0];
        try {
            KeyStore own = NamingTrust.emptyStore();
            own.setKeyEntry("node", key, none, chain.toArray(X509Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, none);
            var trust = NamingTrust.of(
                    PemFiles.certificates(trustedCaFile),
                    crlFile.map(PemFiles::revocations).orElse(List.of()),
                    this::tellRefused);
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(keys.getKeyManagers(), new TrustManager[] {trust}, null);
            return made;
        } catch (GeneralSecurityException e) {
            throw new CertificateException(certFile, "cannot be used: " + e.getMessage(), e);
        }
    }

    /** A node that is refused tries again at once: the same is told once a minute. */
    private synchronized void tellRefused(String refusal) {
        long now = System.nanoTime();
        if (!refusal.equals(told) || now - toldNanos > TOLD_AGAIN_AFTER.toNanos()) {
            told = refusal;
            toldNanos = now;
            LOG.warn("no connection with a node: {}", refusal);
        }
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        SSLEngine engine = current().createSSLEngine(hostname, port);
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setNeedClientAuth(true);
        return engine;
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        SSLEngine engine = current().createSSLEngine(hostname, port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(PROTOCOLS);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return Option.empty();
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        return Option.empty();
    }
}
