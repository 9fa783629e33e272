package io.troupe.etcd.gateway;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.port.ClientAddress;
import io.troupe.etcd.port.ClientPort;
import io.troupe.etcd.tls.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The client port of one node: frames, connections and streams, all bounded. */
public final class EtcdServer {

    private final Server server;
    private final OpenCalls calls;
    private final List<ClientAddress> addresses;
    private final HealthStatusManager health;
    private final Optional<InsideServer> inside;

    private EtcdServer(
            Server server,
            OpenCalls calls,
            List<ClientAddress> addresses,
            HealthStatusManager health,
            Optional<InsideServer> inside) {
        this.server = server;
        this.calls = calls;
        this.addresses = addresses;
        this.health = health;
        this.inside = inside;
    }

    /** The services with what stands before each call. */
    static List<ServerServiceDefinition> guarded(
            EtcdSettings settings,
            NodeView node,
            List<ServerServiceDefinition> services,
            FreshTokens freshTokens,
            ServerInterceptor meters) {
        var credentials = new CallerCredentials(
                settings.client().tls().filter(TlsSettings::clientCertAuth).isPresent());
        var leaderRequired = new LeaderRequired(node);
        var learnerCalls = new LearnerCalls(node);
        return services.stream()
                .map(service -> ServerInterceptors.intercept(
                        service, freshTokens, leaderRequired, learnerCalls, credentials, meters))
                .toList();
    }

    /**
     * One that does not listen yet.
     *
     * @param inside ends with it
     */
    static EtcdServer build(
            EtcdSettings settings,
            ClientPort port,
            List<ServerServiceDefinition> services,
            Optional<InsideServer> inside) {
        List<ClientAddress> addresses = settings.client().addresses();
        var health = new HealthStatusManager(); // Serving as a whole from the first, as etcd says it.
        var builder = NettyServerBuilder.forAddress(
                        socket(addresses.get(0)), InternalNettyServerCredentials.create(port))
                // Services hand each request to an actor and never block: the event loop can do that itself.
                .directExecutor()
                .maxInboundMessageSize(settings.messageBytesMax())
                .maxConcurrentCallsPerConnection(settings.streamsPerConnectionMax())
                // etcd's clients probe idle connections; refuse only floods of probes.
                .permitKeepAliveTime(settings.keepAlive().minTime().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(settings.keepAlive().interval().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(settings.keepAlive().timeout().toMillis(), TimeUnit.MILLISECONDS)
                .addTransportFilter(UnreadAnswers.connections())
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(ProtoReflectionService.newInstance());
        addresses.stream().skip(1).forEach(address -> builder.addListenAddress(socket(address)));
        var calls = new OpenCalls();
        var unread = new UnreadAnswers(settings.unreadAnswersBytesMax());
        services.forEach(
                service -> builder.addService(SoundRequests.of(ServerInterceptors.intercept(service, unread, calls))));
        return new EtcdServer(builder.build(), calls, addresses, health, inside);
    }

    /**
     * Binds and begins to accept.
     *
     * @throws UncheckedIOException when an address cannot be bound; the message names it
     */
    EtcdServer listen() {
        try {
            server.start();
            return this;
        } catch (IOException e) {
            shutdownNow();
            throw new UncheckedIOException(
                    "cannot listen on " + told() + " for etcd clients: is the port in use? Set"
                            + " troupe.etcd.client.port to a free one, or 0",
                    e);
        }
    }

    private String told() {
        return addresses.stream().map(ClientAddress::toString).collect(Collectors.joining(", "));
    }

    private static InetSocketAddress socket(ClientAddress address) {
        return new InetSocketAddress(address.host(), address.port());
    }

    /** Where the first address listens: a free port where that asked for 0. gRPC tells its ports in no order. */
    public int port() {
        int wanted = addresses.get(0).port();
        Set<Integer> others =
                addresses.stream().skip(1).map(ClientAddress::port).collect(Collectors.toSet());
        return wanted != 0
                ? wanted
                : server.getListenSockets().stream()
                        .map(socket -> ((InetSocketAddress) socket).getPort())
                        .filter(bound -> !others.contains(bound))
                        .findFirst()
                        .orElseThrow();
    }

    /** Accepts no more; calls under way may finish. */
    public void shutdown() {
        calls.refuseMore();
        health.enterTerminalState();
        server.shutdown();
        inside.ifPresent(InsideServer::shutdown);
    }

    /** Calls under way end, too. */
    public void shutdownNow() {
        calls.end();
        server.shutdownNow();
        inside.ifPresent(InsideServer::shutdownNow);
    }

    public boolean isTerminated() {
        return server.isTerminated() && inside.stream().allMatch(InsideServer::isTerminated);
    }
}
