package io.troupe.etcd.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.troupe.cluster.tls.CertificateException;
import io.troupe.cluster.tls.FileStamps;
import io.troupe.cluster.tls.PemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
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
                            ApplicationProtocolNames.HTTP_2))
                    .clientAuth(settings.requiresClientCertificate() ? ClientAuth.REQUIRE : ClientAuth.NONE);
            if (!settings.cipherSuites().isEmpty()) {
                builder.ciphers(CipherSuites.usable(settings.cipherSuites()));
            }
            Optional<TrustManager> trust = trust();
            if (trust.isPresent()) {
                builder.trustManager(trust.get());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new CertificateException(settings.certFile(), "cannot be used: " + e.getMessage(), e);
        }
    }

    /** Empty for the JVM's own authorities. */
    private Optional<TrustManager> trust() {
        if (settings.trustedCaFile().isEmpty()) {
            return Optional.empty();
        }
        Path file = settings.trustedCaFile().get();
        try {
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            int number = 0;
            for (X509Certificate authority : PemFiles.certificates(file)) {
                authorities.setCertificateEntry("authority-" + number++, authority);
            }
            var factory = TrustManagerFactory.getInstance("PKIX");
            if (settings.crlFile().isEmpty()) {
                factory.init(authorities);
            } else {
                factory.init(new CertPathTrustManagerParameters(revoking(authorities)));
            }
            return Optional.of(new NamingTrust((X509ExtendedTrustManager) factory.getTrustManagers()[0]));
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(file, "cannot be used: " + e.getMessage(), e);
        }
    }

    private PKIXBuilderParameters revoking(KeyStore authorities) throws GeneralSecurityException {
        var parameters = new PKIXBuilderParameters(authorities, new X509CertSelector());
        parameters.setRevocationEnabled(true);
        parameters.addCertStore(CertStore.getInstance(
                "Collection",
                new CollectionCertStoreParameters(
                        PemFiles.revocations(settings.crlFile().orElseThrow()))));
        return parameters;
    }
}
