package io.troupe.bench.etcd;

import com.typesafe.config.Config;
import io.troupe.cluster.Endpoint;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.cluster.TroupeSystem;
import java.util.List;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Has etcd's name, and serves nobody: nodes host it here, where the real one is not on the class path. */
public final class StandInEtcd implements TroupeSystem {

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String protocol() {
        return "none";
    }

    @Override
    public Set<String> roles() {
        return Set.of();
    }

    @Override
    public List<Endpoint> endpoints(Config config) {
        return List.of();
    }

    @Override
    public String listenAt(int port) {
        return "";
    }

    @Override
    public String tryWith(List<Endpoint> endpoints) {
        return "";
    }

    @Override
    public Behavior<SystemGuardian.Command> guardian(NodeContext node) {
        return Behaviors.receive(SystemGuardian.Command.class)
                .onMessage(SystemGuardian.GetHealth.class, get -> {
                    get.replyTo().tell(new SystemGuardian.Health(true, "standing in", List.of()));
                    return Behaviors.same();
                })
                .onMessage(SystemGuardian.Leave.class, leave -> {
                    leave.replyTo().tell(Done.getInstance());
                    return Behaviors.same();
                })
                .build();
    }
}
