package io.troupe.etcd.gateway;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The services of the client port once more, for calls that do not come as gRPC: from inside this process alone. */
final class InsideServer {

    private final Server server;
    private final ManagedChannel channel;

    private InsideServer(Server server, ManagedChannel channel) {
        this.server = server;
        this.channel = channel;
    }

    static InsideServer start(List<ServerServiceDefinition> services) {
        String name = InProcessServerBuilder.generateName();
        var builder = InProcessServerBuilder.forName(name).directExecutor();
        services.forEach(service -> builder.addService(SoundRequests.of(service)));
        try {
            Server server = builder.build().start();
            return new InsideServer(
                    server,
                    InProcessChannelBuilder.forName(name).directExecutor().build());
        } catch (IOException e) {
            throw new UncheckedIOException("a name of its own is never taken", e);
        }
    }

    Channel channel() {
        return channel;
    }

    void shutdown() {
        channel.shutdown();
        server.shutdown();
    }

    void shutdownNow() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    boolean isTerminated() {
        return server.isTerminated();
    }
}
