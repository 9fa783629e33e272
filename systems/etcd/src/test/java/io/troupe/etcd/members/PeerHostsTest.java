package io.troupe.etcd.members;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeerHostsTest {

    private final ArrayDeque<Runnable> lookups = new ArrayDeque<>();
    private final AtomicLong now = new AtomicLong();
    private String address = "10.0.0.1";
    private final PeerHosts hosts = new PeerHosts(url -> url.replace("name", address), lookups::add, now::get);

    @Test
    void addressesAndLocalhostAreThemselvesAndANameIsWhatItResolvesTo() {
        for (String url : new String[] {"http://10.0.0.1:1", "http://[::1]:1", "http://localhost:1", "no url", ""}) {
            assertThat(PeerHosts.resolved(url)).isEqualTo(url);
        }
        assertThat(PeerHosts.resolved("https://LOCALHOST:1")).isEqualTo("https://127.0.0.1:1");
    }

    @Test
    void aUrlIsItselfUntilItsHostHasBeenLookedUp() {
        assertThat(hosts.apply("http://name:1")).isEqualTo("http://name:1");
        assertThat(hosts.apply("http://name:1")).isEqualTo("http://name:1");
        assertThat(lookups).as("one at a time").hasSize(1);
        lookups.remove().run();
        assertThat(hosts.apply("http://name:1")).isEqualTo("http://10.0.0.1:1");
        assertThat(lookups).isEmpty();
    }

    @Test
    void whatWasFoundIsLookedUpAgainWhenItIsOld() {
        hosts.apply("http://name:1");
        lookups.remove().run();
        address = "10.0.0.2";
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(hosts.apply("http://name:1")).isEqualTo("http://10.0.0.1:1");
        lookups.remove().run();
        assertThat(hosts.apply("http://name:1")).isEqualTo("http://10.0.0.2:1");
    }

    @Test
    void fewAreLookedUpAtATime() {
        for (int port = 0; port < 2 * PeerHosts.LOOKUPS_MAX; port++) {
            hosts.apply("http://name:" + port);
        }
        assertThat(lookups).hasSize(PeerHosts.LOOKUPS_MAX);
    }
}
