package io.troupe.etcd.port;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AsciiString;
import io.troupe.etcd.tls.ServerTls;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Decides for each connection what is spoken on it, and how many there may be. gRPC's way in for whoever stands before its own handlers. */
public final class ClientPort implements InternalProtocolNegotiator.ProtocolNegotiator {

    private final List<ClientAddress> addresses;
    private final Optional<ServerTls> tls;
    private final Http1 http;
    private final Http1 httpOnly;
    private final Executor blocking;
    private final int connectionsMax;
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * @param addresses where the server listens; the first is meant where none fits
     * @param http at addresses that have gRPC, too
     * @param httpOnly at the others
     * @param blocking looks at the files of certificates
     * @param connectionsMax one more is closed at once
     */
    public ClientPort(
            List<ClientAddress> addresses,
            Optional<ServerTls> tls,
            Http1 http,
            Http1 httpOnly,
            Executor blocking,
            int connectionsMax) {
        this.addresses = List.copyOf(addresses);
        this.tls = tls;
        this.http = http;
        this.httpOnly = httpOnly;
        this.blocking = blocking;
        this.connectionsMax = connectionsMax;
    }

    @Override
    public AsciiString scheme() {
        return AsciiString.of(addresses.get(0).secure() ? "https" : "http");
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void handlerAdded(ChannelHandlerContext context) {
                context.channel().closeFuture().addListener(closed -> connections.decrementAndGet());
                if (connections.incrementAndGet() > connectionsMax) {
                    context.close();
                    return;
                }
                ClientAddress address = addressOf(context.channel());
                var protocol = new ProtocolStage(grpc, address.httpOnly(), address.httpOnly() ? httpOnly : http);
                context.pipeline()
                        .replace(
                                this,
                                null,
                                address.secure() ? new TlsStage(tls.orElseThrow(), blocking, protocol) : protocol);
            }
        };
    }

    private ClientAddress addressOf(Channel channel) {
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        return addresses.stream()
                .filter(address -> address.port() == port)
                .findFirst()
                .orElse(addresses.get(0));
    }

    @Override
    public void close() {}
}
