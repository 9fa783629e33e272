package io.troupe.etcd.jvms;

import io.troupe.cluster.local.FreePorts;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterSetup;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * JVMs of members, for tests: real ones, quick to start. They live a minute, in which the optimising compiler takes more
 * processor time than it saves.
 */
public final class MemberJvms {

    public static final String READY = "ready to serve client requests";

    private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";
    private static final Path FOLDER = Path.of("target", "member-jvms").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private MemberJvms() {}

    /** When the first of them starts. */
    private static final class Laid {
        static final LaidOutClasses CLASSES = layOut();

        private static LaidOutClasses layOut() {
            try {
                return LaidOutClasses.in(FOLDER, MemberJvms::rehearse);
            } catch (IOException e) {
                throw new IllegalStateException("The classes of members cannot be laid out", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the classes of members were laid out", e);
            }
        }
    }

    /** Three nodes that host etcd, unless told otherwise. */
    public static LocalClusterSetup cluster(Path folder) {
        return LocalCluster.in(folder)
                .systems("etcd")
                .classPath(Laid.CLASSES.classPath())
                .jvmOptions(QUICK_COMPILER)
                .jvmOptions(Laid.CLASSES.options().toArray(String[]::new));
    }

    /** {@code troupe etcd} with these flags, to be started in {@code folder}. */
    public static ProcessBuilder etcd(Path folder, List<String> jvmOptions, List<String> flags) {
        List<String> options = new ArrayList<>(Laid.CLASSES.options());
        options.addAll(jvmOptions);
        return etcd(folder, options, Laid.CLASSES.classPath(), flags);
    }

    /** Of a member on loopback, with its data in {@code folder} under its name. */
    public static List<String> flags(Path folder, String name, int client, int peer, String cluster) {
        return List.of(
                "--name=" + name,
                "--data-dir=" + folder.resolve(name),
                "--listen-client-urls=http://127.0.0.1:" + client,
                "--advertise-client-urls=http://127.0.0.1:" + client,
                "--listen-peer-urls=http://127.0.0.1:" + peer,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peer,
                "--initial-cluster=" + cluster);
    }

    private static ProcessBuilder etcd(
            Path folder, List<String> jvmOptions, List<String> classPath, List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", QUICK_COMPILER, "-XX:+UseSerialGC"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath)));
        command.addAll(List.of("io.troupe.cluster.cli.Troupe", "etcd"));
        command.addAll(flags);
        return new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
    }

    /** A member alone, from its start until it serves. */
    private static void rehearse(List<String> options, List<String> classPath)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(FOLDER, "rehearsal");
        Path log = folder.resolve("log");
        int peer = FreePorts.next();
        List<String> flags = flags(folder, "rehearsal", FreePorts.next(), peer, "rehearsal=http://127.0.0.1:" + peer);
        Process member = etcd(folder, options, classPath, flags)
                .redirectOutput(log.toFile())
                .start();
        try {
            Awaitility.await("the rehearsal serves; see " + log)
                    .atMost(PATIENCE)
                    .until(() -> !member.isAlive() || Files.readString(log).contains(READY));
            member.destroy();
            member.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            member.destroyForcibly().waitFor();
        }
    }
}
