package io.troupe.etcd.tls;

import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate of one's own making: traffic is encrypted, and nobody can tell by it who answers (etcd --auto-tls). */
public record SelfSigned(Path certFile, Path keyFile) {

    private static final Duration VALID = Duration.ofDays(365);
    private static final int SERIAL_BITS = 127;

    /**
     * The pair in {@code folder}, made when there is none.
     *
     * @param hosts names or addresses it is for
     * @throws IOException when it cannot be written
     */
    public static SelfSigned in(Path folder, List<String> hosts) throws IOException {
        var pair = new SelfSigned(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        if (Files.exists(pair.certFile()) && Files.exists(pair.keyFile())) {
            return pair;
        }
        Files.createDirectories(folder);
        try {
            pair.make(hosts);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("no certificate could be made for " + hosts + ": " + e.getMessage(), e);
        }
        return pair;
    }

    private void make(List<String> hosts) throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        var name = new X500Name("O=etcd");
        Instant now = Instant.now();
        List<GeneralName> names = new ArrayList<>();
        for (String host : hosts) {
            boolean address = host.matches("[0-9.]+|\\[.*]|.*:.*");
            names.add(new GeneralName(
                    address ? GeneralName.iPAddress : GeneralName.dNSName, host.replaceAll("[\\[\\]]", "")));
        }
        X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(SERIAL_BITS, new SecureRandom()),
                        Date.from(now),
                        Date.from(now.plus(VALID)),
                        name,
                        keys.getPublic())
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }))
                .addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        if (keyFile.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.deleteIfExists(keyFile);
            Files.createFile(
                    keyFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        write(keyFile, new JcaPKCS8Generator(keys.getPrivate(), null));
        write(certFile, certificate);
    }

    private static void write(Path file, Object part) throws IOException {
        try (Writer out = Files.newBufferedWriter(file);
                JcaPEMWriter pem = new JcaPEMWriter(out)) {
            pem.writeObject(part);
        }
    }
}
