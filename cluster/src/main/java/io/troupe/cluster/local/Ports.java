package io.troupe.cluster.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/**
 * Which port is whose: node number n (from 1) has {@code base + 10 n} for Artery, the next for HTTP,
 * then one for each system in order of name; without a base, {@link FreePorts} in that order.
 */
final class Ports {

    private static final int PORTS_A_NODE = 10;
    private static final int UNPRIVILEGED_FROM = 1_024;
    private static final int PORT_MAX = 65_535;

    private Ports() {}

    /** @param basePort 0 for any that are free */
    static List<Layout.Place> assign(int nodes, List<String> systems, int basePort) {
        if (systems.size() > PORTS_A_NODE - 2) {
            throw new LocalClusterException("At most " + (PORTS_A_NODE - 2) + " systems fit on one local cluster, not "
                    + systems.size() + ": start a second one with another --data and --base-port");
        }
        if (basePort == 0) {
            return places(nodes, systems, (node, place) -> FreePorts.next());
        }
        int baseMax = PORT_MAX - PORTS_A_NODE * (nodes + 1) + 1;
        if (basePort < UNPRIVILEGED_FROM || basePort > baseMax) {
            throw new LocalClusterException("The base port of " + nodes + " nodes is from " + UNPRIVILEGED_FROM + " to "
                    + baseMax + ", or 0 for free ones, not " + basePort);
        }
        List<Layout.Place> places = places(nodes, systems, (node, place) -> basePort + PORTS_A_NODE * node + place);
        List<Integer> taken = taken(places);
        if (!taken.isEmpty()) {
            throw new LocalClusterException("Ports in use on loopback: " + taken
                    + ". Stop what listens there, or choose another --base-port (0 takes free ones)");
        }
        return places;
    }

    /** @param port by the number of the node, from 1, and its place among the node's, from 0 */
    private static List<Layout.Place> places(int nodes, List<String> systems, IntBinaryOperator port) {
        List<Layout.Place> places = new ArrayList<>();
        for (int n = 1; n <= nodes; n++) {
            int artery = port.applyAsInt(n, 0);
            int http = port.applyAsInt(n, 1);
            Map<String, Integer> systemPorts = new LinkedHashMap<>();
            for (String system : systems) {
                systemPorts.put(system, port.applyAsInt(n, 2 + systemPorts.size()));
            }
            places.add(new Layout.Place("n" + n, artery, http, systemPorts));
        }
        return places;
    }

    private static List<Integer> taken(List<Layout.Place> places) {
        List<Integer> taken = new ArrayList<>();
        for (Layout.Place place : places) {
            List<Integer> ports = new ArrayList<>(List.of(place.arteryPort(), place.httpPort()));
            ports.addAll(place.systemPorts().values());
            ports.stream().filter(port -> !isFree(port)).forEach(taken::add);
        }
        return taken;
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
