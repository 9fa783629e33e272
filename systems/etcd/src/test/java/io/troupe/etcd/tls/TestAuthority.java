package io.troupe.etcd.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates for tests: an authority, and pairs that it has signed, as PEM files in a folder. */
public final class TestAuthority {

    /** A certificate's file and its key's. */
    public record Pair(Path cert, Path key) {}

    private final Path folder;
    private final KeyPair keys;
    private final X500Name name;

    public TestAuthority(Path folder, String commonName) throws Exception {
        this.folder = folder;
        this.keys = keyPair();
        this.name = new X500Name("CN=" + commonName);
        var certificate = builder(name, keys, Instant.now().plus(Duration.ofHours(1)))
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        write(file(), certificate);
    }

    /** The authority's own certificate. */
    public Path file() {
        return folder.resolve(name.toString().replace("CN=", "") + ".pem");
    }

    /** A certificate for {@code commonName} that is good for localhost and 127.0.0.1, written or written over. */
    public Pair issue(String commonName) throws Exception {
        return issue(commonName, Instant.now().plus(Duration.ofHours(1)));
    }

    /** One that is valid for two hours, to {@code end}. */
    public Pair issue(String commonName, Instant end) throws Exception {
        KeyPair own = keyPair();
        var names = new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        });
        var certificate = builder(new X500Name("CN=" + commonName), own, end)
                .addExtension(Extension.subjectAlternativeName, false, names)
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        var pair = new Pair(folder.resolve(commonName + "-cert.pem"), folder.resolve(commonName + "-key.pem"));
        write(pair.cert(), certificate);
        write(pair.key(), new JcaPKCS8Generator(own.getPrivate(), null));
        return pair;
    }

    /** Certificates of this authority that are good no more, written or written over. */
    public Path revoke(List<Pair> pairs) throws Exception {
        return revoke(pairs, Instant.now().plus(Duration.ofHours(1)));
    }

    /** A list of two hours, to {@code end}, when the next is due. */
    public Path revoke(List<Pair> pairs, Instant end) throws Exception {
        var revocations =
                new X509v2CRLBuilder(name, Date.from(end.minus(Duration.ofHours(2)))).setNextUpdate(Date.from(end));
        for (Pair pair : pairs) {
            try (InputStream in = Files.newInputStream(pair.cert())) {
                var certificate = (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(in);
                revocations.addCRLEntry(certificate.getSerialNumber(), new Date(), CRLReason.keyCompromise);
            }
        }
        Path file = folder.resolve("revoked.pem");
        write(file, revocations.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        return file;
    }

    private JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair own, Instant end) {
        return new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(100, new SecureRandom()),
                Date.from(end.minus(Duration.ofHours(2))),
                Date.from(end),
                subject,
                own.getPublic());
    }

    private static KeyPair keyPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static void write(Path file, Object part) throws IOException {
        try (Writer out = Files.newBufferedWriter(file);
                JcaPEMWriter pem = new JcaPEMWriter(out)) {
            pem.writeObject(part);
        }
    }
}
