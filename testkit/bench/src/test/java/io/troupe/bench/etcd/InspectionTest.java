package io.troupe.bench.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InspectionTest {

    private static final String PAGE =
            """
            # HELP syncs_total of all journals
            # TYPE syncs_total counter
            syncs_total 12.0
            syncs_total_of_others 100.0
            memory_bytes{area="heap",id="eden"} 1.5E3
            memory_bytes{area="heap",id="old"} 500
            memory_bytes{area="nonheap",id="code"} 7
            """;

    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] page = PAGE.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI page() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
    }

    @Test
    void aMetricIsTheSumOfItsSeriesThatHaveTheLabel() {
        assertThat(Inspection.metric(page(), "syncs_total", "")).isEqualTo(12);
        assertThat(Inspection.metric(page(), "memory_bytes", "area=\"heap\"")).isEqualTo(2_000);
        assertThat(Inspection.metric(page(), "memory_bytes", "")).isEqualTo(2_007);
        assertThat(Inspection.metric(page(), "memory", "")).isZero();
    }

    @Test
    void whereNobodyAnswersThereIsNoMetric() {
        URI gone = page();
        server.stop(0);
        assertThatThrownBy(() -> Inspection.metric(gone, "syncs_total", ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(gone.toString());
    }

    @Test
    void aProcessThatIsGoneHasNoMemory() throws Exception {
        boolean linux = Files.exists(Path.of("/proc/self/status"));
        assertThat(Inspection.residentBytes(ProcessHandle.current().pid())).isGreaterThan(linux ? 1 << 20 : -1);
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        assertThat(Inspection.residentBytes(gone.pid())).isZero();
    }
}
