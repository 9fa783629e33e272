package io.troupe.cluster.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    @Test
    void noTwoProcessesHaveTheSameHundred() throws IOException {
        try (ServerSocket one = FreePorts.claim();
                ServerSocket other = FreePorts.claim()) {
            assertThat(other.getLocalPort()).isGreaterThanOrEqualTo(one.getLocalPort() + 100);
        }
    }

    @Test
    void aHundredStaysWithTheServersThatOutliveTheirProcess() throws IOException {
        int claimed;
        try (ServerSocket process = FreePorts.claim()) {
            claimed = process.getLocalPort();
        }
        try (ServerSocket left = new ServerSocket(claimed + 57, 1, InetAddress.getLoopbackAddress());
                ServerSocket next = FreePorts.claim()) {
            assertThat(left.isBound()).isTrue();
            assertThat(next.getLocalPort()).isGreaterThanOrEqualTo(claimed + 100);
        }
    }
}
