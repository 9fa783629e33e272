package io.troupe.cluster.mover;

import com.typesafe.config.Config;
import io.troupe.cluster.Endpoint;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.cluster.TroupeSystem;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;

/** One counter in the cluster, incremented by lines over TCP to any node. */
public final class MoverSystem implements TroupeSystem {

    private static final String PORT = "troupe.mover.port";

    @Override
    public String name() {
        return "mover";
    }

    @Override
    public String protocol() {
        return "names of increments, one a line, over TCP";
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
        return "echo one | nc " + endpoints.get(0).host() + " "
                + endpoints.get(0).port();
    }

    @Override
    public Behavior<SystemGuardian.Command> guardian(NodeContext node) {
        return MoverGuardian.create(node, endpoints(node.config()).get(0));
    }
}
