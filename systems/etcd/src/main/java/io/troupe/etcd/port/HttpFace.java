package io.troupe.etcd.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * etcd's plain HTTP beside gRPC: {@code /health}, {@code /version}, {@code /metrics}, and what {@link Calls} there are,
 * for whom {@link Access} admits.
 */
public final class HttpFace extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** What is told. */
    public interface Backend {

        /**
         * Whether the member serves: no alarm is raised, there is a leader, and a read through it is answered.
         *
         * @param excludedAlarms types of alarms that do not count, by name
         */
        CompletionStage<Boolean> isHealthy(Set<String> excludedAlarms);

        String version();

        /** Prometheus' text format. */
        CompletionStage<String> metrics();
    }

    /** @param headers by name, whose case does not matter; the first of each */
    public record Call(String method, String path, Map<String, String> headers, String body) {}

    /** Calls by HTTP. */
    public interface Calls {

        boolean isFor(String path);

        /** By the connection's thread. */
        Exchange begin(Call call);
    }

    /** A call under way. */
    public interface Exchange {

        CompletionStage<Reply> reply();

        /** The client is gone, and so may be what it asked for. */
        void leave();

        static Exchange of(CompletionStage<Reply> reply) {
            return new Exchange() {
                @Override
                public CompletionStage<Reply> reply() {
                    return reply;
                }

                @Override
                public void leave() {}
            };
        }

        static Exchange of(Reply reply) {
            return of(CompletableFuture.completedFuture(reply));
        }
    }

    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private static final String EXCLUDE = "exclude=";

    private static final Reply BAD_REQUEST = Reply.text(400, "400 Bad Request\n");
    private static final Reply NOT_FOUND = Reply.text(404, "404 page not found\n");
    private static final Reply NOT_ALLOWED =
            new Reply.Whole(405, Reply.TEXT, "Method Not Allowed\n", Map.of("Allow", "GET"));

    private final Backend backend;
    private final Calls calls;
    private final Access access;
    private final boolean secure;
    /** Requests that came while another is under way. */
    private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();

    private Optional<Exchange> underWay = Optional.empty();

    HttpFace(Backend backend, Calls calls, Access access, boolean secure) {
        this.backend = backend;
        this.calls = calls;
        this.access = access;
        this.secure = secure;
    }

    /** Where an answer goes, and how. */
    private record Asker(ChannelHandlerContext context, Optional<String> origin, boolean head, boolean keepAlive) {}

    /** One after another, as Go's server: who asks and does not read has one answer waiting, and no more is read from him. */
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (underWay.isEmpty()) {
            serve(context, request);
        } else {
            waiting.add(request.retain());
            context.channel().config().setAutoRead(false);
        }
    }

    private void serve(ChannelHandlerContext context, FullHttpRequest request) {
        boolean malformed = request.decoderResult().isFailure();
        Optional<String> origin =
                access.allowed(Optional.ofNullable(request.headers().get(HttpHeaderNames.ORIGIN)));
        var asker = new Asker(
                context, origin, request.method().equals(HttpMethod.HEAD), !malformed && HttpUtil.isKeepAlive(request));
        Exchange exchange = malformed ? Exchange.of(BAD_REQUEST) : begin(request);
        underWay = Optional.of(exchange);
        exchange.reply()
                .exceptionally(failure -> Reply.text(500, failure + "\n"))
                .thenComposeAsync(reply -> write(asker, reply), context.executor())
                .thenRunAsync(() -> onWritten(context), context.executor())
                .exceptionally(failure -> closed(context));
    }

    private void onWritten(ChannelHandlerContext context) {
        underWay = Optional.empty();
        FullHttpRequest next = waiting.poll();
        if (waiting.isEmpty()) {
            context.channel().config().setAutoRead(true); // Also to hear when the client leaves.
        }
        if (next != null) {
            try {
                serve(context, next);
            } finally {
                next.release();
            }
        }
    }

    private static @Nullable Void closed(ChannelHandlerContext context) {
        context.close();
        return null;
    }

    private Exchange begin(FullHttpRequest request) {
        String method = request.method().name();
        var target = new QueryStringDecoder(request.uri());
        String path = target.path();
        String host = request.headers().get(HttpHeaderNames.HOST, "");
        if (!secure && !access.admits(host)) {
            return Exchange.of(Reply.text(
                    421,
                    "'" + host + "' is no name by which this member may be asked: see --host-whitelist, or use TLS\n"));
        }
        if (method.equals("OPTIONS")) {
            return Exchange.of(Reply.text(200, "")); // What a browser wants to know is in the head.
        }
        String clean = clean(target.rawPath());
        if (!clean.equals(target.rawPath())) {
            return Exchange.of(
                    Reply.moved(clean + request.uri().substring(target.rawPath().length())));
        }
        return calls.isFor(path)
                ? calls.begin(new Call(
                        method, path, headers(request), request.content().toString(StandardCharsets.UTF_8)))
                : told(method, path, target.rawQuery());
    }

    /** Without empty steps, {@code .} and {@code ..}: by another path Go's {@code ServeMux} serves nothing. */
    private static String clean(String path) {
        if (!path.startsWith("/")) {
            return path;
        }
        Deque<String> steps = new ArrayDeque<>();
        for (String step : path.split("/", -1)) {
            if (step.equals("..")) {
                steps.pollLast();
            } else if (!step.isEmpty() && !step.equals(".")) {
                steps.add(step);
            }
        }
        String clean = "/" + String.join("/", steps);
        return path.endsWith("/") && !steps.isEmpty() ? clean + "/" : clean;
    }

    private static Map<String, String> headers(FullHttpRequest request) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach(header -> headers.putIfAbsent(header.getKey(), header.getValue()));
        return headers;
    }

    private Exchange told(String method, String path, String query) {
        boolean known = path.equals("/health") || path.equals("/version") || path.equals("/metrics");
        if (!known) {
            return Exchange.of(NOT_FOUND);
        }
        if (!method.equals("GET") && !path.equals("/metrics")) { // Those go by any, as in etcd.
            return Exchange.of(NOT_ALLOWED);
        }
        return switch (path) {
            case "/health" ->
                Exchange.of(backend.isHealthy(excludedAlarms(query)).thenApply(HttpFace::health));
            case "/version" -> Exchange.of(Reply.json(200, version(backend.version())));
            default -> Exchange.of(backend.metrics().thenApply(HttpFace::metrics));
        };
    }

    /** The values of {@code exclude}. */
    private static Set<String> excludedAlarms(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(parameter -> parameter.startsWith(EXCLUDE))
                .flatMap(parameter -> decoded(parameter.substring(EXCLUDE.length())).stream())
                .collect(Collectors.toSet());
    }

    /** What is not escaped as it should be counts for nothing, as in etcd. */
    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(QueryStringDecoder.decodeComponent(value));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Reply metrics(String text) {
        return new Reply.Whole(200, PROMETHEUS, text, Map.of());
    }

    private static Reply health(boolean healthy) {
        return healthy ? Reply.text(200, "{\"health\":\"true\"}") : Reply.text(503, "{\"health\":\"false\"}\n");
    }

    private static String version(String version) {
        String cluster = version.substring(0, version.lastIndexOf('.')) + ".0";
        return "{\"etcdserver\":\"" + version + "\",\"etcdcluster\":\"" + cluster + "\"}";
    }

    /** Complete when all of it is on its way, or the client gone. */
    private static CompletionStage<?> write(Asker asker, Reply reply) {
        return reply instanceof Reply.Stream stream ? write(asker, stream) : write(asker, (Reply.Whole) reply);
    }

    private static CompletionStage<?> write(Asker asker, Reply.Whole whole) {
        byte[] body = whole.body().getBytes(StandardCharsets.UTF_8);
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(whole.status()),
                asker.head() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        HttpHeaders head = setHead(response, whole.type(), asker).setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        whole.more().forEach(head::set);
        return send(asker, response);
    }

    private static CompletionStage<?> write(Asker asker, Reply.Stream stream) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        setHead(response, "application/json", asker).set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        asker.context().writeAndFlush(response);
        var ended = new CompletableFuture<Void>();
        stream.source().begin(new Reply.Lines() {
            @Override
            public CompletionStage<?> next(String line) {
                var sent = new CompletableFuture<Void>();
                ByteBuf bytes = ByteBufUtil.writeUtf8(asker.context().alloc(), line + "\n");
                asker.context().writeAndFlush(new DefaultHttpContent(bytes)).addListener(done -> {
                    if (done.isSuccess()) {
                        sent.complete(null);
                    }
                });
                return sent;
            }

            @Override
            public void end() {
                send(asker, LastHttpContent.EMPTY_LAST_CONTENT).thenRun(() -> ended.complete(null));
            }
        });
        return ended;
    }

    private static HttpHeaders setHead(HttpResponse response, String type, Asker asker) {
        HttpHeaders headers = response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(
                        HttpHeaderNames.CONNECTION,
                        asker.keepAlive() ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        asker.origin().ifPresent(origin -> headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE")
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization"));
        return headers;
    }

    private static CompletionStage<?> send(Asker asker, Object last) {
        var written = new CompletableFuture<Void>();
        var sent = asker.context().writeAndFlush(last);
        if (!asker.keepAlive()) {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
        sent.addListener(done -> written.complete(null));
        return written;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
        underWay.ifPresent(Exchange::leave);
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // The client left, or speaks no HTTP.
    }
}
