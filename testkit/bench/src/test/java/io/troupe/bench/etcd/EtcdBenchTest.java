package io.troupe.bench.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The instrument on a server whose behaviour is known. */
class EtcdBenchTest {

    /** Answers at once; every tenth put is refused; remembers what was asked, and how much at the same time. */
    private static final class KnownServer extends KVGrpc.KVImplBase {
        final AtomicInteger puts = new AtomicInteger();
        final AtomicInteger linearizable = new AtomicInteger();
        final AtomicInteger serializable = new AtomicInteger();
        final ConcurrentHashMap<ByteString, ByteString> values = new ConcurrentHashMap<>();

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            values.put(request.getKey(), request.getValue());
            if (puts.incrementAndGet() % 10 == 0) {
                observer.onError(Status.UNAVAILABLE.asRuntimeException());
            } else {
                observer.onNext(PutResponse.getDefaultInstance());
                observer.onCompleted();
            }
        }

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
            (request.getSerializable() ? serializable : linearizable).incrementAndGet();
            observer.onNext(RangeResponse.getDefaultInstance());
            observer.onCompleted();
        }
    }

    @TempDir
    Path directory;

    private final KnownServer known = new KnownServer();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(known)
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        server.shutdownNow();
    }

    private int run(String... args) {
        return new CommandLine(new EtcdBench())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void aRunPrintsARowForEachLoadAndCountsWhatWasRefused() {
        int code = run(
                "--endpoints",
                "127.0.0.1:" + server.getPort(),
                "--dir",
                directory.toString(),
                "--seconds",
                "1",
                "--passes",
                "1",
                "--warm-up",
                "0",
                "--outstanding",
                "1,8",
                "--workload",
                "PUT,SERIALIZABLE_GET",
                "--value-bytes",
                "100");

        assertThat(code).as("%s", err).isZero();
        List<String[]> rows = out.toString()
                .lines()
                .filter(line -> line.contains(" given "))
                .map(line -> line.strip().split(" {2,}"))
                .toList();
        assertThat(rows)
                .extracting(row -> row[0])
                .containsExactly("put", "put", "get, serializable", "get, serializable");
        assertThat(known.values).as("every key was written before").hasSize(Workload.KEYS);
        assertThat(known.values.values()).allMatch(value -> value.size() == 100);
        assertThat(known.linearizable).hasValue(0);
        assertThat(known.serializable.get()).isPositive();
        for (String[] row : rows) {
            long answered = Long.parseLong(row[3]);
            long failed = Long.parseLong(row[9]);
            assertThat(answered).isPositive();
            if (row[0].equals("put")) {
                assertThat(failed).isBetween(answered / 20, 1 + answered / 5);
            } else {
                assertThat(failed).isZero();
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatCannotBeMeasuredIsRefusedSayingWhy() {
        assertThat(run("--seconds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--seconds is 1 to 60, not 0");
        assertThat(run("--endpoints", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("HOST:PORT").contains("nowhere");
        assertThat(run("--workload", "DELETE")).isEqualTo(2);
        assertThat(err.toString()).contains("LINEARIZABLE_GET");
        assertThat(run("--dir", directory.resolve("nowhere").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("--dir");
        assertThat(run("--endpoints", "127.0.0.1:1", "--failover", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("--failover and --idle");
    }

    @Test
    void anUnknownEngineIsRefusedWithThoseThatThereAre() {
        int code = run("--engines", "raft,zab");

        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--engines takes any of [raft, multi-paxos, pbft, chain], not zab");
    }
}
