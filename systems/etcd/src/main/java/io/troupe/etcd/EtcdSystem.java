package io.troupe.etcd;

import com.typesafe.config.Config;
import io.troupe.cluster.Endpoint;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.cluster.TroupeSystem;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.Behavior;

/** The etcd v3 API, hosted. */
public final class EtcdSystem implements TroupeSystem {

    /** The version of the API that is spoken; clients show it, and choose what they ask for by it. */
    public static final String API_VERSION = "3.4.0";

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String protocol() {
        return "etcd v3 API (gRPC)";
    }

    @Override
    public Set<String> roles() {
        return Set.of();
    }

    @Override
    public List<Endpoint> endpoints(Config config) {
        return EtcdSettings.of(config).client().addresses().stream()
                .map(address -> new Endpoint(address.secure() ? "https" : "http", address.host(), address.port()))
                .toList();
    }

    @Override
    public String listenAt(int port) {
        return "troupe.etcd.client.port = " + port;
    }

    @Override
    public String tryWith(List<Endpoint> endpoints) {
        return endpoints.stream()
                .map(endpoint -> endpoint.host() + ":" + endpoint.port())
                .collect(Collectors.joining(",", "ETCDCTL_API=3 etcdctl --endpoints=", " put greeting hello"));
    }

    @Override
    public Behavior<SystemGuardian.Command> guardian(NodeContext node) {
        return EtcdGuardian.create(node, EtcdSettings.of(node.config()));
    }
}
