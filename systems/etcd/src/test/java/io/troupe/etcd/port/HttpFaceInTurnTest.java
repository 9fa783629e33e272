package io.troupe.etcd.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A client that sends requests and does not read: an answer is on its way when the test says so. */
class HttpFaceInTurnTest {

    private final List<String> begun = new ArrayList<>();
    private final List<String> left = new ArrayList<>();
    private final Queue<ChannelPromise> unread = new ArrayDeque<>();

    private final EmbeddedChannel connection = new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                    ReferenceCountUtil.release(message);
                    unread.add(promise);
                }
            },
            new HttpFace(new NoBackend(), new Calls(), Access.ALL, false));

    private final class Calls implements HttpFace.Calls {
        @Override
        public boolean isFor(String path) {
            return true;
        }

        @Override
        public HttpFace.Exchange begin(HttpFace.Call call) {
            begun.add(call.path());
            return new HttpFace.Exchange() {
                @Override
                public CompletionStage<Reply> reply() {
                    return call.path().equals("/slow")
                            ? new CompletableFuture<>()
                            : CompletableFuture.completedFuture(Reply.text(200, "answer"));
                }

                @Override
                public void leave() {
                    left.add(call.path());
                }
            };
        }
    }

    private static final class NoBackend implements HttpFace.Backend {
        @Override
        public CompletionStage<Boolean> isHealthy(Set<String> excludedAlarms) {
            throw new IllegalStateException("nobody asks");
        }

        @Override
        public String version() {
            throw new IllegalStateException("nobody asks");
        }

        @Override
        public CompletionStage<String> metrics() {
            throw new IllegalStateException("nobody asks");
        }
    }

    private FullHttpRequest ask(String path) {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, path);
        connection.writeInbound(request);
        connection.runPendingTasks();
        return request;
    }

    private void read() {
        unread.remove().setSuccess();
        connection.runPendingTasks();
    }

    @Test
    void aRequestIsBegunWhenTheAnswerBeforeIsOnItsWayAndNoMoreIsReadMeanwhile() {
        ask("/1");
        assertThat(connection.config().isAutoRead())
                .as("it is heard when the client leaves")
                .isTrue();
        ask("/2");
        ask("/3");
        assertThat(begun).containsExactly("/1");
        assertThat(connection.config().isAutoRead()).isFalse();
        read();
        assertThat(begun).containsExactly("/1", "/2");
        assertThat(connection.config().isAutoRead()).isFalse();
        read();
        assertThat(begun).containsExactly("/1", "/2", "/3");
        assertThat(connection.config().isAutoRead()).isTrue();
        read();
        ask("/4");
        assertThat(begun).endsWith("/4");
    }

    @Test
    void whoLeavesLeavesWhatIsUnderWayAndNothingMoreIsBegun() {
        ask("/slow");
        FullHttpRequest waiting = ask("/2");
        connection.close();
        assertThat(left).containsExactly("/slow");
        assertThat(begun).containsExactly("/slow");
        assertThat(waiting.refCnt()).isZero();
    }
}
