package io.troupe.cluster.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.jspecify.annotations.Nullable;

/** Reads certificates, private keys and revocation lists from PEM files. Every failure names the file. */
public final class PemFiles {

    private PemFiles() {}

    /**
     * At least one, in the order of the file.
     *
     * @throws CertificateException naming the file
     */
    public static List<X509Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends java.security.cert.Certificate> read =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            List<X509Certificate> certificates =
                    read.stream().map(X509Certificate.class::cast).toList();
            if (certificates.isEmpty()) {
                throw new CertificateException(file, "holds no certificate; it must begin with BEGIN CERTIFICATE");
            }
            return certificates;
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(file, "holds no certificate that can be read: " + e.getMessage(), e);
        }
    }

    /** @throws CertificateException naming the file */
    public static List<X509CRL> revocations(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends CRL> read =
                    CertificateFactory.getInstance("X.509").generateCRLs(in);
            if (read.isEmpty()) {
                throw new CertificateException(file, "holds no revocation list; it must begin with BEGIN X509 CRL");
            }
            return read.stream().map(X509CRL.class::cast).toList();
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(file, "holds no revocation list that can be read: " + e.getMessage(), e);
        }
    }

    /** @throws CertificateException naming the file */
    public static PrivateKey privateKey(Path file) {
        try (Reader in = Files.newBufferedReader(file);
                PEMParser parser = new PEMParser(in)) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                @Nullable PrivateKeyInfo key = key(file, part);
                if (key != null) {
                    return new JcaPEMKeyConverter().getPrivateKey(key);
                }
            }
            throw new CertificateException(file, "holds no private key; it must have a section BEGIN … PRIVATE KEY");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Null for a part that is no key, such as the parameters of a curve. */
    private static @Nullable PrivateKeyInfo key(Path file, Object part) {
        if (part instanceof PEMKeyPair pair) {
            return pair.getPrivateKeyInfo();
        }
        if (part instanceof PEMEncryptedKeyPair || part instanceof PKCS8EncryptedPrivateKeyInfo) {
            throw new CertificateException(
                    file, "is encrypted; store the key without a passphrase, readable by this user" + " alone");
        }
        return part instanceof PrivateKeyInfo info ? info : null;
    }

    private static CertificateException unreadable(Path file, IOException e) {
        String why = Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
        return new CertificateException(file, why, e);
    }

    /**
     * Reads a pair before it is needed.
     *
     * @throws CertificateException naming the setting, {@code cert-file} or {@code key-file}, and the file
     */
    public static void requireUsable(Path certFile, Path keyFile) {
        X509Certificate leaf = named("cert-file", () -> certificates(certFile)).get(0);
        PrivateKey key = named("key-file", () -> privateKey(keyFile));
        named("key-file", () -> {
            requirePair(certFile, leaf, keyFile, key);
            return key;
        });
    }

    /** What {@code reading} gives, or its failure, which names the setting of the file, too. */
    public static <T> T named(String setting, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (CertificateException e) {
            throw e.of(setting);
        }
    }

    /** @throws CertificateException when the key is not that of the certificate */
    public static void requirePair(Path certFile, X509Certificate certificate, Path keyFile, PrivateKey key) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC", "ECDSA" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        byte[] probe = {1, 2, 3};
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(probe);
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(certificate.getPublicKey());
            checking.update(probe);
            if (checking.verify(signing.sign())) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw mismatch(certFile, certificate, keyFile, e);
        }
        throw mismatch(certFile, certificate, keyFile, null);
    }

    private static CertificateException mismatch(
            Path certFile, X509Certificate certificate, Path keyFile, @Nullable Throwable cause) {
        return new CertificateException(
                keyFile,
                "is not the private key of the certificate in " + certFile + " ("
                        + certificate.getSubjectX500Principal() + ")",
                cause == null ? new GeneralSecurityException("the signature does not verify") : cause);
    }
}
