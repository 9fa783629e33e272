package io.troupe.etcd.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.troupe.cluster.tls.CertificateException;
import io.troupe.cluster.tls.FileStamps;
import io.troupe.cluster.tls.NamingTrust;
import io.troupe.cluster.tls.PemFiles;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a handshake with a client needs: read when the member starts, and again when a file has changed since, so that a
 * certificate is renewed without a restart. Files that cannot be used then are told in the log, and the earlier ones kept.
 */
public final class ServerTls {

    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    private final TlsSettings settings;
    private FileStamps stamps;
    private SslContext context;

    private ServerTls(TlsSettings settings) {
        this.settings = settings;
        this.stamps = stamps();
        this.context = read();
        List<String> broken = CipherSuites.broken(settings.cipherSuites());
        if (!broken.isEmpty()) {
            LOG.warn("the cipher suites {} are broken, and not served", broken);
        }
    }

    /** @throws CertificateException when a file cannot be used; the message names it */
    public static ServerTls open(TlsSettings settings) {
        return new ServerTls(settings);
    }

    /** For the next handshake. Looks at the files: not for a thread that must not wait for a disk. */
    public synchronized SslContext current() {
        FileStamps now = stamps();
        if (!now.equals(stamps)) {
            stamps = now;
            try {
                context = read();
                LOG.info("the certificate of {} was read again", settings.certFile());
            } catch (CertificateException e) {
                LOG.error("{}; the earlier certificate is shown until that is mended", e.getMessage());
            }
        }
        return context;
    }

    private FileStamps stamps() {
        List<Path> files = new ArrayList<>(List.of(settings.certFile(), settings.keyFile()));
        settings.trustedCaFile().ifPresent(files::add);
        settings.crlFile().ifPresent(files::add);
        return FileStamps.of(files);
    }

    private SslContext read() {
        List<X509Certificate> chain = PemFiles.certificates(settings.certFile());
        X509Certificate leaf = chain.get(0);
        PrivateKey key = PemFiles.privateKey(settings.keyFile());
        PemFiles.requirePair(settings.certFile(), leaf, settings.keyFile(), key);
        if (leaf.getNotAfter().before(new Date())) {
            LOG.warn("the certificate in {} has expired on {}", settings.certFile(), leaf.getNotAfter());
        }
        try {
            var builder = SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            // Who speaks gRPC offers HTTP/2 alone; who offers both, as curl does, wants /health.
                            ApplicationProtocolNames.HTTP_1_1,
                            ApplicationProtocolNames.HTTP_2));
            if (settings.requiresClientCertificate()) {
                builder.clientAuth(ClientAuth.REQUIRE).trustManager(trust());
            }
            if (!settings.cipherSuites().isEmpty()) {
                builder.ciphers(CipherSuites.usable(settings.cipherSuites()));
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new CertificateException(settings.certFile(), "cannot be used: " + e.getMessage(), e);
        }
    }

    private NamingTrust trust() {
        return NamingTrust.of(
                settings.trustedCaFile().map(PemFiles::certificates).orElse(List.of()),
                settings.crlFile().map(PemFiles::revocations).orElse(List.of()),
                refusal -> {}); // Told with the connection.
    }
}
