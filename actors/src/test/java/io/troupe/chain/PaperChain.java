package io.troupe.chain;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** The chain n1, n2, n3, of which one server is real: {@link PaperServer}. */
abstract class PaperChain {

    static final Duration A_WHILE = Duration.ofMillis(100);

    /** n3 has left the chain of the founders, and joins it again. */
    static final Configuration JOINING = PaperServer.FOUNDING.without("n3").withJoining("n3");

    PaperServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** The place that the rule is about: n1 is the head, n3 the tail. */
    void be(String node) {
        stop();
        server = new PaperServer(node);
    }
}
