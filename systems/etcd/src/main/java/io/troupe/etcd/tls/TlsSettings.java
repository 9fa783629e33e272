package io.troupe.etcd.tls;

import io.troupe.cluster.tls.CertificateException;
import io.troupe.cluster.tls.PemFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TLS for clients, as etcd's flags name it.
 *
 * @param certFile chain of the certificate shown, leaf first (PEM)
 * @param keyFile its private key (PEM: PKCS #1, PKCS #8 or SEC 1, not encrypted)
 * @param trustedCaFile authorities of clients' certificates (PEM); when set, a client must show one
 * @param clientCertAuth whether a client must show a certificate, whose common name is its user where auth is on
 * @param crlFile clients' certificates that were revoked (PEM)
 * @param cipherSuites as {@link CipherSuites} takes them; empty for the JVM's choice
 */
public record TlsSettings(
        Path certFile,
        Path keyFile,
        Optional<Path> trustedCaFile,
        boolean clientCertAuth,
        Optional<Path> crlFile,
        List<String> cipherSuites) {

    /** @throws CertificateException naming the file that is missing, damaged, or does not go with the others, and its setting */
    public void requireUsable() {
        PemFiles.requireUsable(certFile, keyFile);
        trustedCaFile.ifPresent(file -> PemFiles.named("trusted-ca-file", () -> PemFiles.certificates(file)));
        crlFile.ifPresent(file -> PemFiles.named("crl-file", () -> PemFiles.revocations(file)));
    }

    /** Whether a client must show a certificate. */
    public boolean requiresClientCertificate() {
        return clientCertAuth || trustedCaFile.isPresent();
    }
}
