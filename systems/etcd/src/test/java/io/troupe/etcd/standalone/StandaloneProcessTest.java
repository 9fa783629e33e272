package io.troupe.etcd.standalone;

import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.Patience;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.cluster.Etcdctl;
import io.troupe.etcd.jvms.MemberJvms;
import io.troupe.etcd.tls.TestAuthority;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code troupe etcd} as a process, started and stopped as test harnesses start and stop etcd. */
class StandaloneProcessTest {

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor(); // It writes to its folder until then.
        }
    }

    private Process etcd(Path log, String... flags) throws Exception {
        Process process = MemberJvms.etcd(folder, List.of(), List.of(flags))
                .redirectOutput(log.toFile())
                .start();
        started.add(process);
        return process;
    }

    private static void awaitReady(Process process, Path log) throws Exception {
        await("the member is ready")
                .failFast("the process has ended; see its log " + log, () -> !process.isAlive())
                .until(() -> Files.readString(log).contains(MemberJvms.READY));
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static String get(String url) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString(UTF_8))
                .body();
    }

    private static GetResponse read(String client, String key) {
        try (Client jetcd = Client.builder().endpoints(client).build()) {
            return answer(() -> jetcd.getKVClient().get(bytes(key)).get(20, TimeUnit.SECONDS));
        }
    }

    private static long count(String client, String key) {
        return read(client, key).getCount();
    }

    /** Once, however often it has to be asked for. */
    private static void put(String client, String key) {
        var absent = new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.createRevision(0));
        var put = Op.put(bytes(key), bytes("v"), PutOption.DEFAULT);
        try (Client jetcd = Client.builder().endpoints(client).build()) {
            answer(() -> jetcd.getKVClient().txn().If(absent).Then(put).commit().get(20, TimeUnit.SECONDS));
        }
    }

    /** Refused, or of unknown outcome: nothing is claimed about it. */
    private static void tryToPut(String client, String value) throws InterruptedException {
        try (Client jetcd = Client.builder().endpoints(client).build()) {
            jetcd.getKVClient().put(bytes("k"), bytes(value)).get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // As said.
        }
    }

    /** As scripts and harnesses write them, in every way that Go's flags allow. */
    private List<String> flags(String name, String client, String peer) {
        return List.of(
                "--name=" + name,
                "--data-dir",
                folder.resolve(name).toString(),
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls=" + peer,
                "--logger=zap");
    }

    /** Those that count at the first start alone. */
    private static List<String> initial(String peer, String cluster, String state, String token) {
        return List.of(
                "-initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                cluster,
                "--initial-cluster-state=" + state,
                "--initial-cluster-token",
                token);
    }

    /** Members that show each other certificates: one is good for all, as they are on one host. */
    private List<String> peerTls() throws Exception {
        var authority = new TestAuthority(folder, "members");
        TestAuthority.Pair pair = authority.issue("member");
        return List.of(
                "--peer-cert-file=" + pair.cert(),
                "--peer-key-file=" + pair.key(),
                "--peer-trusted-ca-file=" + authority.file(),
                "--peer-client-cert-auth");
    }

    @SafeVarargs
    private static String[] all(List<String>... flags) {
        return Stream.of(flags).flatMap(List::stream).toArray(String[]::new);
    }

    /**
     * From what etcdctl has restored on each machine, as etcd's manual says, with not a word of the members to the server; where there is no
     * etcdctl they begin with nothing.
     */
    @Test
    void threeStartTogetherOneIsKilledAndComesBackByItsDataDirectoryAndAStrangersTokenIsRefused() throws Exception {
        List<String> tls = peerTls();
        List<String> names = List.of("Member_1", "Member_2", "Member_3");
        List<String> clients = new ArrayList<>();
        List<String> peers = new ArrayList<>();
        List<String> members = new ArrayList<>();
        for (String name : names) {
            clients.add("http://127.0.0.1:" + FreePorts.next());
            peers.add("https://127.0.0.1:" + FreePorts.next());
            members.add(name + "=" + peers.get(peers.size() - 1));
        }
        String cluster = String.join(",", members);
        boolean isRestored = Etcdctl.isInstalled();
        Path snapshot = folder.resolve("snapshot.db");
        if (isRestored) {
            saveAStoreOfOneKey(snapshot);
        }
        for (int i = 0; i < 3; i++) {
            String peer = peers.get(i);
            if (isRestored) {
                restore(snapshot, names.get(i), peer, cluster);
            }
            List<String> initial = isRestored ? List.of() : initial(peer, cluster, "new", "first");
            etcd(folder.resolve("log" + i), all(tls, flags(names.get(i), clients.get(i), peer), initial));
        }
        for (int i = 0; i < 3; i++) {
            awaitReady(started.get(i), folder.resolve("log" + i));
            assertThat(count(clients.get(i), "restored")).isEqualTo(isRestored ? 1 : 0);
        }
        String client = clients.get(0);
        Path log = folder.resolve("log0");
        put(client, "k");
        assertThat(read(clients.get(2), "k").getKvs())
                .singleElement()
                .satisfies(first -> assertThat(first.getModRevision()).isEqualTo(isRestored ? 3 : 2));
        await("it has a leader, and is healthy").until(() -> get(client + "/health"), "{\"health\":\"true\"}"::equals);
        assertThat(get(client + "/metrics")).contains("etcd_server_has_leader").contains("jvm_memory");
        assertThat(Files.readString(log)).contains("\"level\":\"info\"").contains("\"msg\":\"");

        started.get(0).destroyForcibly().waitFor();
        put(clients.get(1), "without"); // The other two go on.
        List<String> ofNoAccount = initial(peers.get(0), cluster, "existing", "another");
        Process again = etcd(log, all(tls, flags(names.get(0), client, peers.get(0)), ofNoAccount));
        String other = "https://127.0.0.1:" + FreePorts.next();
        String others = "http://127.0.0.1:" + FreePorts.next();
        Path strangersLog = folder.resolve("strangers-log");
        Process stranger = etcd(
                strangersLog,
                all(
                        tls,
                        flags("b", others, other),
                        initial(other, "Member_2=" + peers.get(1) + ",b=" + other, "new", "second")));
        awaitReady(again, log);
        String said = Files.readString(log);
        assertThat(said).contains("already initialized as member before");
        assertThat(said.contains("is not restored (again)")).isEqualTo(isRestored);
        assertThat(count(client, "k")).isEqualTo(1);
        assertThat(count(client, "without")).isEqualTo(1);

        assertThat(stranger.waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(stranger.exitValue()).isEqualTo(1);
        assertThat(Files.readString(strangersLog))
                .contains("Member_2")
                .containsPattern("belongs to cluster '%s', this node to 'second'"
                        .formatted(isRestored ? "[0-9a-f]+" : "first")); // What is restored has the cluster's id.

        again.destroy();
        assertThat(again.waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(again.exitValue()).isEqualTo(143);

        started.get(1).destroyForcibly().waitFor();
        started.get(2).destroyForcibly().waitFor();
        allOfTheOneThatIsLeftIsInASnapshot(folder.resolve(names.get(0)), "k", "without");
    }

    private static void saveAStoreOfOneKey(Path snapshot) throws Exception {
        try (var before = new SoloNode("")) {
            String client = "127.0.0.1:" + before.port();
            put("http://" + client, "restored");
            assertThat(Etcdctl.at(client, "snapshot", "save", snapshot + "").code())
                    .isZero();
        }
    }

    private void restore(Path snapshot, String name, String peer, String cluster) throws Exception {
        Etcdctl.Ran ran = Etcdctl.at(
                "",
                "snapshot",
                "restore",
                snapshot + "",
                "--name=" + name,
                "--data-dir=" + folder.resolve(name),
                "--initial-cluster=" + cluster,
                "--initial-cluster-token=first",
                "--initial-advertise-peer-urls=" + peer);
        assertThat(ran.code()).as(ran.output()).isZero();
    }

    /** The others are lost: nothing of them is asked. */
    private void allOfTheOneThatIsLeftIsInASnapshot(Path data, String... keys) throws Exception {
        Path file = folder.resolve("left.db");
        Path log = folder.resolve("left-log");
        TreeMap<Path, String> before = StoppedMemberTest.contents(data);
        if (hasPrlimit()) {
            ProcessBuilder full = MemberJvms.etcd(
                    folder, List.of("-XX:-UsePerfData"), List.of("--data-dir=" + data, "--snapshot-to=" + file));
            full.command().addAll(0, List.of("prlimit", "--fsize=8192:unlimited"));
            Process process = full.redirectOutput(log.toFile()).start();
            started.add(process);
            assertThat(process.waitFor()).isEqualTo(1);
            assertThat(Files.readString(log)).startsWith("etcd: " + file + " cannot be written: ");
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).noneMatch(path -> path.toString().contains("left.db"));
            }
        }
        Process process = etcd(log, "--data-dir=" + data, "--snapshot-to=" + file);
        assertThat(process.waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(Files.readString(log))
                .startsWith(
                        "Snapshot saved at " + file + "\nIt holds all that " + data.getFileName() + " has: revision ");
        assertThat(StoppedMemberTest.contents(data)).isEqualTo(before);
        try (var restored = new SoloNode("troupe.etcd.restore-from = \"" + file + "\"")) {
            for (String key : keys) {
                assertThat(count("http://127.0.0.1:" + restored.port(), key)).isEqualTo(1);
            }
        }
    }

    private static boolean hasPrlimit() throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v prlimit").start().waitFor() == 0;
    }

    @Test
    void aMemberWhoseDiskIsFullEndsItsProcessAndSaysWhatToDo() throws Exception {
        assumeTrue(hasPrlimit(), "no prlimit on the PATH (util-linux): no disk is made to look full");
        String client = "http://127.0.0.1:" + FreePorts.next();
        Path log = folder.resolve("log");
        Process full = etcd( // As Kubernetes' tests start an etcd.
                log,
                "--data-dir=" + folder.resolve("full"),
                "--listen-peer-urls=http://localhost:0",
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--unsafe-no-fsync=true");
        awaitReady(full, log);
        String address = client.replace("http://", "");
        await("it says where it serves")
                .until(() -> Files.readString(log).contains("serving insecure client requests on " + address));
        Process limit = new ProcessBuilder(
                        "prlimit", "--pid", Long.toString(full.pid()), "--fsize=" + (1 << 20) + ":unlimited")
                .start();
        assertThat(limit.waitFor()).isZero();
        await("the process ends").until(() -> {
            if (full.isAlive()) {
                tryToPut(client, "v".repeat(512 * 1024));
            }
            return !full.isAlive();
        });
        assertThat(full.waitFor()).isEqualTo(1);
        assertThat(Files.readString(log))
                .containsPattern("The journal in .* cannot be written: .* Make room on that disk")
                .contains("etcd has ended on this node");
    }

    @Test
    void aSnapshotThatIsNothingButItsChecksumEndsTheProcess() throws Exception {
        String client = "http://127.0.0.1:" + FreePorts.next();
        String peer = "http://127.0.0.1:" + FreePorts.next();
        byte[] nothing = "nothing ".repeat(512).getBytes(UTF_8);
        Path snapshot = folder.resolve("none.db");
        try (var out = Files.newOutputStream(snapshot)) {
            out.write(nothing);
            out.write(MessageDigest.getInstance("SHA-256").digest(nothing));
        }
        Path log = folder.resolve("log");
        Process process = etcd(
                log,
                all(
                        flags("none", client, peer),
                        initial(peer, "none=" + peer, "new", "first"),
                        List.of("--restore-from=" + snapshot)));
        assertThat(process.waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(log)).contains("cannot restore " + snapshot);
    }

    @Test
    void aFlagThatThereIsNotIsRefusedWithEtcdsExitCode() throws Exception {
        Path log = folder.resolve("log");
        Process process = etcd(log, "--nonsense");
        assertThat(process.waitFor(Patience.TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(Files.readString(log)).contains("flag provided but not defined: -nonsense\nUsage:");
    }
}
