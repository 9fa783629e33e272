package io.troupe.etcd.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts whom another trusts; a refusal names the certificate, which the JVM's own do not. */
final class NamingTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager inner;

    NamingTrust(X509ExtendedTrustManager inner) {
        this.inner = inner;
    }

    @FunctionalInterface
    private interface Check {
        void run() throws CertificateException;
    }

    private static void naming(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            throw new CertificateException(describe(chain[0]) + " is refused: " + reason(e), e);
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
