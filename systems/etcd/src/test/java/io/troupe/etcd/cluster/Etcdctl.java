package io.troupe.etcd.cluster;

import static io.troupe.etcd.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.local.LocalCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The real etcdctl, where one is installed (Debian: etcd-client). */
public final class Etcdctl {

    public static final String ABSENT = "no etcdctl on the PATH: install one (Debian: etcd-client) to run this test";

    /** @param output its standard output and standard error */
    public record Ran(int code, String output) {}

    /** Far more than it takes with a server that answers. */
    private static final List<String> PATIENT = List.of("--dial-timeout=60s", "--command-timeout=60s");

    private Etcdctl() {}

    public static boolean isInstalled() throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v etcdctl").start().waitFor() == 0;
    }

    static Ran run(LocalCluster cluster, String... arguments) throws Exception {
        String endpoints = cluster.nodeIds().stream()
                .map(node -> "127.0.0.1:" + cluster.port("etcd", node))
                .collect(Collectors.joining(","));
        return at(endpoints, arguments);
    }

    /** @param endpoints separated by commas */
    public static Ran at(String endpoints, String... arguments) throws Exception {
        Process process = builder(endpoints, arguments).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    /** @param endpoints separated by commas */
    public static ProcessBuilder builder(String endpoints, String... arguments) {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints=" + endpoints));
        command.addAll(PATIENT);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        return builder;
    }

    /** The member's id, in hexadecimal digits as etcdctl writes it; a member tells its name a moment after it serves. */
    private static String memberId(LocalCluster cluster, String node) {
        return await(node + " is listed")
                .until(
                        () -> run(cluster, "member", "list")
                                .output()
                                .lines()
                                .map(line -> line.split(", "))
                                .filter(parts -> parts.length > 2 && parts[2].equals(node))
                                .map(parts -> parts[0])
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /**
     * {@code etcdctl move-leader}: it finds the leader among the endpoints, asks it, and says what became of it. Done again where
     * an election came between.
     */
    static void moveLeader(LocalCluster cluster, String to) {
        String target = memberId(cluster, to);
        Ran moved = await(to + " leads").until(() -> run(cluster, "move-leader", target), ran -> ran.code() == 0);
        assertThat(cluster.nodeIds().stream()
                        .map(from -> "Leadership transferred from " + memberId(cluster, from) + " to " + target + "\n"))
                .contains(moved.output());
    }
}
