package io.troupe.etcd.json;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.troupe.etcd.port.HttpFace;
import io.troupe.etcd.port.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call under way: a stream's next message is asked for when the line of the one before is written, so that nothing gathers
 * for a client that does not read.
 *
 * <p>Transitions: begun → replied, with the answer or the error of a call of one message, and with the beginning of a stream or
 * what kept it from beginning; of a stream, replied → ended.
 */
final class JsonCall extends ClientCall.Listener<byte[]> implements HttpFace.Exchange, Reply.Source {

    private final ClientCall<byte[], byte[]> call;
    private final Transcoder transcoder;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final CompletableFuture<Reply.Lines> lines = new CompletableFuture<>();
    private CompletionStage<Reply.Lines> said = lines;
    private byte @Nullable [] answer;

    JsonCall(ClientCall<byte[], byte[]> call, Transcoder transcoder) {
        this.call = call;
        this.transcoder = transcoder;
    }

    @Override
    public CompletionStage<Reply> reply() {
        return reply;
    }

    @Override
    public void onMessage(byte[] message) {
        if (!transcoder.streams()) {
            answer = message;
            return;
        }
        reply.complete(Reply.stream(this));
        then(to -> write(to, message));
    }

    /** After what came before: a future's own dependents come in no order. */
    private void then(Consumer<Reply.Lines> next) {
        said = said.thenApply(to -> {
            next.accept(to);
            return to;
        });
    }

    private void write(Reply.Lines to, byte[] message) {
        try {
            to.next("{\"result\":" + transcoder.json(message) + "}").thenRun(() -> call.request(1));
        } catch (InvalidProtocolBufferException e) {
            call.cancel("a message that is none", e);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        byte[] whole = answer;
        if (status.isOk() && whole != null) {
            reply.complete(answer(whole));
        } else if (status.isOk()) {
            reply.complete(Reply.stream(this));
        } else {
            reply.complete(transcoder.streams() ? JsonErrors.ofStream(status) : JsonErrors.reply(status));
        }
        then(to -> {
            if (!status.isOk()) {
                to.next(JsonErrors.line(status));
            }
            to.end();
        });
    }

    private Reply answer(byte[] whole) {
        try {
            return Reply.json(200, transcoder.json(whole));
        } catch (InvalidProtocolBufferException e) {
            return JsonErrors.reply(Status.INTERNAL.withDescription(e.getMessage()));
        }
    }

    @Override
    public void begin(Reply.Lines to) {
        lines.complete(to);
    }

    @Override
    public void leave() {
        call.cancel("the client has left", null);
    }
}
