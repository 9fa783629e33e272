package io.troupe.cluster.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trusts whom the JVM trusts, and no list has revoked; a refusal names the certificate, which the JVM's own do not. */
public final class NamingTrust extends X509ExtendedTrustManager {

    private static final Logger LOG = LoggerFactory.getLogger(NamingTrust.class);

    private final X509ExtendedTrustManager inner;
    private final List<X509CRL> revocations;
    private final Consumer<String> refused;

    private NamingTrust(X509ExtendedTrustManager inner, List<X509CRL> revocations, Consumer<String> refused) {
        this.inner = inner;
        this.revocations = revocations;
        this.refused = refused;
    }

    /**
     * @param authorities none for the JVM's own
     * @param revocations what they name is refused, taken at their word as etcd takes it: also of a list that was to be renewed by
     *     now; and nobody needs a list of his authority to be trusted
     * @param refused told of each refusal, by the thread of the handshake
     */
    public static NamingTrust of(
            List<X509Certificate> authorities, List<X509CRL> revocations, Consumer<String> refused) {
        revocations.forEach(NamingTrust::tellWhetherOverdue);
        try {
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(authorities.isEmpty() ? null : storeOf(authorities));
            return new NamingTrust((X509ExtendedTrustManager) factory.getTrustManagers()[0], revocations, refused);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has PKIX, and a store for what it has read", e);
        }
    }

    private static void tellWhetherOverdue(X509CRL list) {
        Date due = list.getNextUpdate();
        if (due != null && due.before(new Date())) {
            LOG.warn(
                    "a later list of certificates that {} has revoked was due on {}",
                    list.getIssuerX500Principal(),
                    due);
        }
    }

    private static KeyStore storeOf(List<X509Certificate> authorities) throws GeneralSecurityException {
        KeyStore store = emptyStore();
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        return store;
    }

    static KeyStore emptyStore() throws KeyStoreException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException | GeneralSecurityException e) {
            throw new KeyStoreException("nothing cannot be loaded", e);
        }
        return store;
    }

    @FunctionalInterface
    private interface Check {
        void run() throws CertificateException;
    }

    private void naming(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
            requireNoneRevoked(chain);
        } catch (CertificateException e) {
            String refusal = describe(chain[0]) + " is refused: " + reason(e);
            refused.accept(refusal);
            throw new CertificateException(refusal, e);
        }
    }

    private void requireNoneRevoked(X509Certificate[] chain) throws CertificateException {
        for (X509Certificate certificate : chain) {
            if (revocations.stream().anyMatch(list -> list.isRevoked(certificate))) {
                throw new CertificateException("serial number "
                        + certificate.getSerialNumber().toString(16) + " of " + certificate.getIssuerX500Principal()
                        + " is revoked");
            }
        }
    }

    private static String describe(X509Certificate certificate) {
        return "the certificate of " + certificate.getSubjectX500Principal() + ", issued by "
                + certificate.getIssuerX500Principal() + ", serial number "
                + certificate.getSerialNumber().toString(16) + ", valid from "
                + certificate.getNotBefore().toInstant() + " to "
                + certificate.getNotAfter().toInstant() + ",";
    }

    /** The innermost message says what is wrong, and the outer ones which check has found it. */
    private static String reason(CertificateException refusal) {
        Throwable innermost = refusal;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return String.valueOf(innermost.getMessage());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        naming(chain, () -> inner.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        naming(chain, () -> inner.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        naming(chain, () -> inner.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        naming(chain, () -> inner.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        naming(chain, () -> inner.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        naming(chain, () -> inner.checkServerTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return inner.getAcceptedIssuers();
    }
}
