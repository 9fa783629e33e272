package io.troupe.cluster.echo;

import com.typesafe.config.Config;
import io.troupe.cluster.Endpoint;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.cluster.TroupeSystem;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;

/**
 * The smallest system: one actor a node, which sends back what it is sent over TCP. Where to begin
 * when adding one: this class, its line in {@code META-INF/services}, and {@link EchoGuardian}.
 */
public final class EchoSystem implements TroupeSystem {

    private static final String PORT = "troupe.echo.port";

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public String protocol() {
        return "lines over TCP";
    }

    @Override
    public Set<String> roles() {
        return Set.of();
    }

    @Override
    public List<Endpoint> endpoints(Config config) {
        return List.of(new Endpoint("tcp", "127.0.0.1", config.getInt(PORT)));
    }

    @Override
    public String listenAt(int port) {
        return PORT + " = " + port;
    }

    @Override
    public String tryWith(List<Endpoint> endpoints) {
        return "echo hello | nc " + endpoints.get(0).host() + " "
                + endpoints.get(0).port();
    }

    @Override
    public Behavior<SystemGuardian.Command> guardian(NodeContext node) {
        return EchoGuardian.create(endpoints(node.config()).get(0));
    }
}
