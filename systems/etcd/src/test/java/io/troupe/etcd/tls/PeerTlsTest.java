package io.troupe.etcd.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.local.FreePorts;
import io.troupe.cluster.tls.PemEngineProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorNotFound;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Artery by PEM files: members of one authority reach each other; a stranger, and one whose certificate is revoked, reach none. */
class PeerTlsTest {

    @TempDir
    private Path folder;

    private final List<ActorSystem> systems = new ArrayList<>();

    @AfterEach
    void stop() {
        systems.forEach(ActorSystem::terminate);
        systems.forEach(
                system -> system.getWhenTerminated().toCompletableFuture().join());
    }

    private static final class Silent extends AbstractActor {
        @Override
        public Receive createReceive() {
            return emptyBehavior();
        }
    }

    private int start(TestAuthority authority, TestAuthority.Pair pair, Path revoked) throws Exception {
        int port = FreePorts.next();
        String hocon =
                """
                pekko { actor.provider = remote, loglevel = OFF, remote.artery {
                  transport = tls-tcp, canonical { hostname = "127.0.0.1", port = %d }
                  ssl.ssl-engine-provider = "%s", advanced.handshake-timeout = 2s } }
                troupe.artery.tls { cert-file = "%s", key-file = "%s", trusted-ca-file = "%s", crl-file = "%s" }
                """
                        .formatted(
                                port,
                                PemEngineProvider.class.getName(),
                                pair.cert(),
                                pair.key(),
                                authority.file(),
                                revoked);
        ActorSystem system =
                ActorSystem.create("peers", ConfigFactory.parseString(hocon).withFallback(ConfigFactory.load()));
        system.actorOf(Props.create(Silent.class, Silent::new), "silent");
        systems.add(system);
        return port;
    }

    private CompletableFuture<ActorRef> resolve(int from, int port, Duration timeout) {
        return systems.get(from)
                .actorSelection("pekko://peers@127.0.0.1:" + port + "/user/silent")
                .resolveOne(timeout)
                .toCompletableFuture();
    }

    /** What is said while a handshake takes too long, on a busy machine, is lost: so it is said again. */
    private boolean reach(int from, int port) throws Exception {
        for (int attempts = 10; attempts > 0; attempts--) {
            try {
                return resolve(from, port, Duration.ofSeconds(5))
                        .get(60, TimeUnit.SECONDS)
                        .path()
                        .name()
                        .equals("silent");
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof ActorNotFound)) {
                    throw e;
                }
            }
        }
        return false;
    }

    @Test
    void membersOfOneAuthorityReachEachOtherAndNobodyElseReachesThem() throws Exception {
        var authority = new TestAuthority(folder, "members");
        TestAuthority.Pair lost = authority.issue("lost");
        Path revoked = authority.revoke(List.of(lost));
        int first = start(authority, authority.issue("a"), revoked);
        int second = start(authority, authority.issue("b"), revoked);
        assertThat(reach(0, second)).isTrue();
        assertThat(reach(1, first)).isTrue();
        var strangers = new TestAuthority(folder, "strangers");
        start(strangers, strangers.issue("c"), revoked);
        start(authority, lost, revoked);
        try (Logged logged = new Logged("cluster.tls.PemEngineProvider")) {
            reachesNobody(first);
            logged.await("no connection .* the certificate of CN=a, issued by CN=members, .* is refused: ");
            logged.await("no connection .* the certificate of CN=lost, issued by CN=members, .* is revoked");
        }
    }

    private void reachesNobody(int first) {
        for (var inVain : List.of(resolve(2, first, Duration.ofSeconds(3)), resolve(3, first, Duration.ofSeconds(3)))) {
            assertThatThrownBy(() -> inVain.get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
    }
}
