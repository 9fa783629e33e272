package io.troupe.etcd.gateway;

import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.SnapshotResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.bolt.BoltImage;
import io.troupe.etcd.mvcc.FrozenState;
import io.troupe.etcd.mvcc.Result;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Sends one client the store as etcd's database file, and its SHA-256 behind it. The state is frozen, so writes go on; the
 * file is made as fast as the client takes it, and is nowhere whole.
 *
 * <p>Transitions: freezing → laying out → sending → ended; any → ended, when the client leaves or the state cannot be had.
 */
final class SnapshotStream extends AbstractBehavior<SnapshotStream.Command> {

    sealed interface Command permits Frozen, NotFrozen, LaidOut, Writable, Gone, LeaderLost {}

    private record Frozen(FrozenState state) implements Command {}

    private record NotFrozen(EtcdError error) implements Command {}

    private record LaidOut(BoltImage file) implements Command {}

    /** The stream takes more again, or it is this actor's turn again. */
    record Writable() implements Command {}

    /** The client has left. */
    record Gone() implements Command {}

    /** The client asked that there be a leader, and there has been none for too long. */
    record LeaderLost() implements Command {}

    /** Has the state frozen under a ticket. */
    interface Freezing {
        CompletionStage<Result> freeze(long ticket);
    }

    /** Bytes of the file in one message, as etcd sends them. */
    private static final int BLOB = 32 * 1024;

    /** Messages before others have their turn. */
    private static final int BURST = 16;

    private final long ticket;
    private final FrozenStates frozen;
    private final ServerCallStreamObserver<SnapshotResponse> client;
    private final LongFunction<ResponseHeader> header;
    private final Executor blocking;
    private final MessageDigest digest = sha256();
    private long revision;
    private long remaining = -1;
    private Iterator<byte[]> file = java.util.Collections.emptyIterator();
    private byte[] stretch = {};
    private int taken;
    private boolean over;

    static Behavior<Command> create(
            long ticket,
            FrozenStates frozen,
            Freezing freezing,
            ServerCallStreamObserver<SnapshotResponse> client,
            LongFunction<ResponseHeader> header,
            Executor blocking) {
        return Behaviors.setup(
                context -> new SnapshotStream(context, ticket, frozen, freezing, client, header, blocking));
    }

    private SnapshotStream(
            ActorContext<Command> context,
            long ticket,
            FrozenStates frozen,
            Freezing freezing,
            ServerCallStreamObserver<SnapshotResponse> client,
            LongFunction<ResponseHeader> header,
            Executor blocking) {
        super(context);
        this.ticket = ticket;
        this.frozen = frozen;
        this.client = client;
        this.header = header;
        this.blocking = blocking;
        ActorRef<Command> self = context.getSelf();
        frozen.expect(ticket, state -> self.tell(new Frozen(state)));
        freezing.freeze(ticket).thenAccept(result -> {
            if (result instanceof Result.Refused refused) {
                self.tell(new NotFrozen(refused.error()));
            }
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Frozen.class, this::onFrozen)
                .onMessage(NotFrozen.class, refused -> end(refused.error()))
                .onMessage(LaidOut.class, this::onLaidOut)
                .onMessage(Writable.class, ignored -> send())
                .onMessage(Gone.class, ignored -> onGone())
                .onMessage(LeaderLost.class, ignored -> end(EtcdError.NO_LEADER))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onFrozen(Frozen message) {
        FrozenState state = message.state();
        revision = state.revision();
        getContext()
                .pipeToSelf(
                        CompletableFuture.supplyAsync(state::database, blocking),
                        (laidOut, failure) ->
                                failure == null ? new LaidOut(laidOut) : new NotFrozen(EtcdError.STOPPED));
        return this;
    }

    private Behavior<Command> onLaidOut(LaidOut message) {
        remaining = message.file().length();
        file = message.file().iterator();
        return send();
    }

    private Behavior<Command> send() {
        for (int sent = 0; sent < BURST && remaining > 0 && client.isReady(); sent++) {
            byte[] blob = next((int) Math.min(BLOB, remaining));
            remaining -= blob.length;
            digest.update(blob);
            send(blob);
        }
        if (remaining == 0 && client.isReady()) {
            send(digest.digest());
            over = true;
            client.onCompleted();
            return Behaviors.stopped();
        }
        if (remaining > 0 && client.isReady()) {
            getContext().getSelf().tell(new Writable());
        }
        return this;
    }

    private void send(byte[] blob) {
        client.onNext(SnapshotResponse.newBuilder()
                .setHeader(header.apply(revision))
                .setRemainingBytes(remaining)
                .setBlob(UnsafeByteOperations.unsafeWrap(blob))
                .build());
    }

    private byte[] next(int length) {
        byte[] blob = new byte[length];
        int filled = 0;
        while (filled < length) {
            if (taken == stretch.length) {
                stretch = file.next();
                taken = 0;
            }
            int some = Math.min(length - filled, stretch.length - taken);
            System.arraycopy(stretch, taken, blob, filled, some);
            taken += some;
            filled += some;
        }
        return blob;
    }

    private Behavior<Command> end(EtcdError error) {
        if (!over) {
            over = true;
            client.onError(error.toException());
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> onGone() {
        over = true;
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        frozen.forget(ticket);
        if (!over && !client.isCancelled()) {
            client.onError(EtcdError.STOPPED.toException());
        }
        return this;
    }
}
