package io.troupe.etcd.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.troupe.etcd.tls.ServerTls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Begins TLS with the certificate of the moment; whoever speaks something else is told so, and left. */
final class TlsStage extends ByteToMessageDecoder {

    private static final int RECORD_HEADER_BYTES = 5;
    /** As Go's server says it, which etcd's clients may look for. */
    private static final String NO_TLS =
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

    private final ServerTls tls;
    private final Executor blocking;
    private final ProtocolStage next;
    private boolean asked;

    TlsStage(ServerTls tls, Executor blocking, ProtocolStage next) {
        this.tls = tls;
        this.blocking = blocking;
        this.next = next;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (asked || in.readableBytes() < RECORD_HEADER_BYTES) {
            return;
        }
        asked = true;
        if (!SslHandler.isEncrypted(in, false)) {
            in.skipBytes(in.readableBytes());
            context.writeAndFlush(Unpooled.copiedBuffer(NO_TLS, StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        context.channel().config().setAutoRead(false); // What a client goes on to send waits with it.
        CompletableFuture.supplyAsync(tls::current, blocking)
                .whenCompleteAsync((found, failure) -> begin(context, found, failure), context.executor());
    }

    /** A decoder asks for more as long as it has made nothing of what it has. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        if (asked) {
            context.fireChannelReadComplete();
        } else {
            super.channelReadComplete(context);
        }
    }

    private void begin(ChannelHandlerContext context, @Nullable SslContext found, @Nullable Throwable failure) {
        if (context.isRemoved()) {
            return; // The client has left.
        }
        if (found == null) {
            context.fireExceptionCaught(failure == null ? new IllegalStateException("no certificate") : failure);
            context.close();
            return;
        }
        SslHandler ssl = found.newHandler(context.alloc());
        context.pipeline().addAfter(context.name(), "tls", ssl);
        context.pipeline().addAfter("tls", "protocol", next);
        next.begin(ssl);
        context.channel().config().setAutoRead(true);
        context.pipeline().remove(this); // What came meanwhile goes on to the handlers behind.
    }
}
