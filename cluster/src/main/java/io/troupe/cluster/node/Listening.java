package io.troupe.cluster.node;

import io.troupe.cluster.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds out before a node starts whether it can listen where it is told to. */
final class Listening {

    private Listening() {}

    /** @throws NodeFailure naming the setting, the address and what to do */
    static void requireFree(NodeSettings settings) {
        Map<String, Endpoint> wanted = new LinkedHashMap<>();
        wanted.put("troupe.artery", settings.bind());
        settings.http().ifPresent(http -> wanted.put("troupe.http", http));
        settings.systems().forEach(system -> system.endpoints(settings.config())
                .forEach(endpoint -> wanted.put("troupe." + system.name() + " " + endpoint, endpoint)));
        wanted.forEach(Listening::requireFree);
    }

    private static void requireFree(String setting, Endpoint endpoint) {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw NodeFailure.address("The host '" + endpoint.host() + "' (" + setting + ") is not known here");
        }
        if (endpoint.port() == 0) {
            return; // any free one
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            throw NodeFailure.address("Cannot listen at " + endpoint.host() + ":" + endpoint.port() + " (" + setting
                    + "): " + e.getMessage() + ". Stop what listens there, or change the setting");
        }
    }
}
