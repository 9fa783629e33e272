package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A self-signed certificate that all nodes of a test share, made by the JDK's keytool. */
record Certificates(Path keyStore, Path trustStore) {

    private static final String PASSWORD = "changeit";

    static Certificates in(Path folder) throws Exception {
        Path keys = folder.resolve("keys.p12");
        Path trust = folder.resolve("trust.p12");
        Path certificate = folder.resolve("node.crt");
        keytool(
                keys,
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-validity",
                "2",
                "-dname",
                "CN=troupe");
        keytool(keys, "-exportcert", "-alias", "node", "-file", certificate.toString());
        keytool(trust, "-importcert", "-noprompt", "-alias", "node", "-file", certificate.toString());
        return new Certificates(keys, trust);
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }

    String hocon() {
        return """
                pekko.remote.artery {
                  transport = tls-tcp
                  ssl.config-ssl-engine {
                    key-store = "%s"
                    trust-store = "%s"
                    key-store-password = "%3$s"
                    key-password = "%3$s"
                    trust-store-password = "%3$s"
                  }
                }
                """
                .formatted(keyStore, trustStore, PASSWORD);
    }
}
