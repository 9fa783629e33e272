package io.troupe.etcd.port;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** etcd's plain HTTP beside gRPC: {@code /health}, {@code /version}, {@code /metrics}. */
public final class HttpFace extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** What is told. */
    public interface Backend {

        /** Whether the member serves: there is a leader, and a read through it is answered. */
        CompletionStage<Boolean> isHealthy();

        String version();

        /** Prometheus' text format. */
        String metrics();
    }

    private record Answer(HttpResponseStatus status, String type, String body) {}

    /** Requests of one connection that are not answered yet; whoever sends more is left. */
    private static final int WAITING_MAX = 64;

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private static final Answer BAD_REQUEST = new Answer(HttpResponseStatus.BAD_REQUEST, TEXT, "400 Bad Request\n");
    private static final Answer NOT_FOUND = new Answer(HttpResponseStatus.NOT_FOUND, TEXT, "404 page not found\n");
    private static final Answer NOT_ALLOWED =
            new Answer(HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "Method Not Allowed\n");

    private final Backend backend;
    /** The latest request's answer: a connection's answers go out in the order of its requests. */
    private CompletionStage<Answer> answered = CompletableFuture.completedFuture(NOT_FOUND);

    private int waiting;

    HttpFace(Backend backend) {
        this.backend = backend;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            write(context, BAD_REQUEST, false, false);
            return;
        }
        if (++waiting > WAITING_MAX) {
            context.close();
            return;
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        boolean head = request.method().equals(HttpMethod.HEAD);
        CompletionStage<Answer> answer = answer(request)
                .exceptionally(failure -> new Answer(HttpResponseStatus.INTERNAL_SERVER_ERROR, TEXT, failure + "\n"));
        answered = answered.thenCombineAsync(
                answer,
                (before, now) -> {
                    waiting--;
                    write(context, now, head, keepAlive);
                    return now;
                },
                context.executor());
    }

    private CompletionStage<Answer> answer(FullHttpRequest request) {
        HttpMethod method = request.method();
        String path = new QueryStringDecoder(request.uri()).path();
        boolean known = path.equals("/health") || path.equals("/version") || path.equals("/metrics");
        if (!known) {
            return CompletableFuture.completedFuture(NOT_FOUND);
        }
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            return CompletableFuture.completedFuture(NOT_ALLOWED);
        }
        return switch (path) {
            case "/health" -> backend.isHealthy().thenApply(HttpFace::health);
            case "/version" ->
                CompletableFuture.completedFuture(new Answer(HttpResponseStatus.OK, JSON, version(backend.version())));
            default ->
                CompletableFuture.completedFuture(new Answer(HttpResponseStatus.OK, PROMETHEUS, backend.metrics()));
        };
    }

    private static Answer health(boolean healthy) {
        return new Answer(
                healthy ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE,
                JSON,
                "{\"health\":\"" + healthy + "\"}");
    }

    private static String version(String version) {
        String cluster = version.substring(0, version.lastIndexOf('.')) + ".0";
        return "{\"etcdserver\":\"" + version + "\",\"etcdcluster\":\"" + cluster + "\"}";
    }

    private static void write(ChannelHandlerContext context, Answer answer, boolean head, boolean keepAlive) {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, answer.status(), head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.type())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
            context.writeAndFlush(response);
        } else {
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // The client left, or speaks no HTTP.
    }
}
