package io.troupe.etcd.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.SoloNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Who probes a connection more often than {@code keep-alive.min-time} allows is turned away, as the specification of gRPC's
 * keep-alive has it (gRPC A8). Spoken in HTTP/2 frames: no gRPC client probes this often.
 */
class KeepAliveTest {

    private static final Duration MIN_TIME = Duration.ofMillis(50);

    /** RFC 9113, §6 and §7. */
    private static final int SETTINGS = 4;

    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int ACK = 1;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static SoloNode node;

    @BeforeAll
    static void start() {
        node = new SoloNode("troupe.etcd.keep-alive.min-time = " + MIN_TIME.toMillis() + " ms");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private record Frame(int type, int flags, ByteBuffer payload) {}

    /** A connection of HTTP/2 without calls. */
    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;

        Connection(int port) throws IOException {
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(20_000);
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
            out.write(frame(SETTINGS, new byte[0]));
        }

        private static byte[] frame(int type, byte[] payload) {
            return ByteBuffer.allocate(9 + payload.length)
                    .putInt(payload.length << 8 | type)
                    .put((byte) 0)
                    .putInt(0)
                    .put(payload)
                    .array();
        }

        void probe(int times) throws IOException {
            byte[] ping = frame(PING, new byte[8]);
            ByteBuffer all = ByteBuffer.allocate(times * ping.length);
            for (int i = 0; i < times; i++) {
                all.put(ping);
            }
            out.write(all.array());
        }

        /** The next frame of this type; what is between is not looked at. */
        Frame next(int type) throws IOException {
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readUnsignedByte();
                in.readInt();
                Frame frame =
                        new Frame(lengthAndType & 0xff, flags, ByteBuffer.wrap(in.readNBytes(lengthAndType >>> 8)));
                if (frame.type() == type) {
                    return frame;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void whoProbesWithoutPauseIsToldToCalmDown() throws Exception {
        try (var connection = new Connection(node.port())) {
            connection.probe(30);
            ByteBuffer goAway = connection.next(GOAWAY).payload();
            goAway.getInt(); // The last stream that was served: there was none.
            assertThat(goAway.getInt()).isEqualTo(ENHANCE_YOUR_CALM);
            assertThat(UTF_8.decode(goAway).toString()).isEqualTo("too_many_pings");
        }
    }

    @Test
    void whoWaitsBetweenProbesIsAnsweredEachTime() throws Exception {
        try (var connection = new Connection(node.port())) {
            for (int i = 0; i < 6; i++) {
                connection.probe(1);
                assertThat(connection.next(PING).flags()).isEqualTo(ACK);
                long answered = System.nanoTime();
                Awaitility.await("the time between probes")
                        .until(() -> System.nanoTime() - answered > MIN_TIME.toNanos());
            }
        }
    }
}
