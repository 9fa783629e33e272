package io.troupe.etcd.port;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** gRPC for connections that begin with HTTP/2's preface (RFC 9113, §3.4), HTTP/1 for all others. */
final class ProtocolStage extends ByteToMessageDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(ProtocolStage.class);

    private static final byte[] PREFACE = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);

    private final GrpcHttp2ConnectionHandler grpc;
    private final boolean httpOnly;
    private final Http1 http;
    private @Nullable SslHandler tls;

    ProtocolStage(GrpcHttp2ConnectionHandler grpc, boolean httpOnly, Http1 http) {
        this.grpc = grpc;
        this.httpOnly = httpOnly;
        this.http = http;
    }

    /** What comes is what {@code ssl} has decrypted. */
    void begin(SslHandler ssl) {
        tls = ssl;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int seen = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < seen; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                speakHttp1(context);
                return;
            }
        }
        if (seen == PREFACE.length) {
            if (httpOnly) {
                context.close();
            } else {
                speakGrpc(context);
            }
        }
    }

    private void speakHttp1(ChannelHandlerContext context) {
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addAfter(context.name(), "http", new HttpServerCodec());
        pipeline.addAfter("http", "requests", new HttpObjectAggregator(http.requestBytesMax()));
        pipeline.addAfter("requests", "face", http.face(tls != null));
        pipeline.remove(this); // Its bytes go on to the codec.
    }

    private void speakGrpc(ChannelHandlerContext context) {
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addAfter(context.name(), null, InternalProtocolNegotiators.grpcNegotiationHandler(grpc));
        context.fireUserEventTriggered(negotiated(context));
        pipeline.remove(this); // Its bytes go on to gRPC.
    }

    private ProtocolNegotiationEvent negotiated(ChannelHandlerContext context) {
        Attributes.Builder attributes =
                InternalProtocolNegotiationEvent.getAttributes(InternalProtocolNegotiationEvent.getDefault())
                        .toBuilder()
                        .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, context.channel().localAddress())
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, context.channel().remoteAddress());
        SslHandler ssl = tls;
        if (ssl != null) {
            attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, ssl.engine().getSession());
        }
        return InternalProtocolNegotiationEvent.withAttributes(
                InternalProtocolNegotiationEvent.getDefault(), attributes.build());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof ProtocolNegotiationEvent) {
            return; // gRPC's own beginning: this stage says when the protocol is known.
        }
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            LOG.info(
                    "rejected connection from {} ({})",
                    context.channel().remoteAddress(),
                    Objects.requireNonNullElse(
                            handshake.cause().getMessage(), "EOF")); // One that just closes has no words.
        }
        super.userEventTriggered(context, event);
    }
}
