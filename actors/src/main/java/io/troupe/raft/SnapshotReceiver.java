package io.troupe.raft;

import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The follower's half of InstallSnapshot (Figure 13, rules 2 to 5): writes chunks in order, tells the sender
 * where to go on, and reports a complete, checked, durable snapshot. Runs where blocking is allowed.
 *
 * <p>Transitions: empty → receiving, at the first chunk of a snapshot; receiving → receiving, from the beginning, when
 * another snapshot is sent; receiving → empty, when it is complete or damaged. A chunk of what is complete already is
 * answered by reporting it again: the last chunk may come twice, and so may the whole when its report came to nothing.
 */
final class SnapshotReceiver extends AbstractBehavior<SnapshotReceiver.Command> {

    sealed interface Command permits Chunk {}

    record Chunk(InstallSnapshot message) implements Command {}

    /**
     * The snapshot is in the storage.
     *
     * @param replyTo of its last chunk
     */
    record Received(SnapshotMetadata snapshot, ActorRef<ChunkReply> replyTo) implements Replica.Message {}

    private record Identity(SnapshotMetadata snapshot, long length, int checksum) {
        static Identity of(InstallSnapshot message) {
            return new Identity(message.snapshot(), message.length(), message.checksum());
        }
    }

    private static final class Partial {
        final Identity identity;
        final SnapshotStorage.Writer writer;
        final CRC32C checksum = new CRC32C();
        long length;

        Partial(Identity identity, SnapshotStorage.Writer writer) {
            this.identity = identity;
            this.writer = writer;
        }

        void write(ByteString data) throws IOException {
            byte[] bytes = data.toArrayUnsafe();
            writer.out().write(bytes);
            checksum.update(bytes, 0, bytes.length);
            length += bytes.length;
        }
    }

    private final String group;
    private final String node;
    private final SnapshotStorage storage;
    private final ActorRef<? super Received> replica;
    private @Nullable Partial partial;
    private @Nullable Identity completed;

    static Behavior<Command> create(
            String group, String node, SnapshotStorage storage, ActorRef<? super Received> replica) {
        return Behaviors.setup(context -> new SnapshotReceiver(context, group, node, storage, replica));
    }

    private SnapshotReceiver(
            ActorContext<Command> context,
            String group,
            String node,
            SnapshotStorage storage,
            ActorRef<? super Received> replica) {
        super(context);
        this.group = group;
        this.node = node;
        this.storage = storage;
        this.replica = replica;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Chunk.class, chunk -> onChunk(chunk.message()))
                .onSignal(PostStop.class, ignored -> {
                    discard();
                    return this;
                })
                .build();
    }

    private Behavior<Command> onChunk(InstallSnapshot chunk) {
        Identity identity = Identity.of(chunk);
        if (identity.equals(completed)) {
            replica.tell(new Received(chunk.snapshot(), chunk.replyTo()));
            return this;
        }
        try {
            receive(chunk, identity);
        } catch (IOException e) {
            // Disk full or the like: the sender starts over after its silence, by when there may be room.
            log(chunk).error("Snapshot {} of group {} cannot be received", chunk.snapshot(), group, e);
            discard();
        }
        return this;
    }

    private void receive(InstallSnapshot chunk, Identity identity) throws IOException {
        Partial current = partial;
        if (current == null || !current.identity.equals(identity)) {
            if (chunk.offset() > 0) { // Nothing is begun with a late chunk of something else.
                reply(chunk, 0);
                return;
            }
            current = begin(identity);
        }
        if (chunk.offset() == current.length) {
            current.write(chunk.data());
        }
        if (current.length == chunk.length()) {
            complete(current, chunk);
        } else {
            reply(chunk, current.length);
        }
    }

    private Partial begin(Identity identity) throws IOException {
        discard();
        LogPosition last = identity.snapshot().last();
        Partial begun = new Partial(identity, storage.create(group, last.index(), last.term()));
        partial = begun;
        return begun;
    }

    private void complete(Partial whole, InstallSnapshot chunk) throws IOException {
        if ((int) whole.checksum.getValue() != chunk.checksum()) {
            log(chunk).error("Snapshot {} of group {} arrived damaged", chunk.snapshot(), group);
            discard();
            reply(chunk, ChunkReply.DAMAGED);
            return;
        }
        whole.writer.commit();
        completed = whole.identity;
        discard();
        replica.tell(new Received(chunk.snapshot(), chunk.replyTo()));
    }

    private Logger log(InstallSnapshot chunk) {
        return GroupLogging.of(getContext().getLog(), group, chunk.term());
    }

    private void reply(InstallSnapshot chunk, long nextOffset) {
        chunk.replyTo().tell(new ChunkReply(chunk.term(), node, chunk.snapshot().index(), nextOffset, false));
    }

    private void discard() {
        if (partial != null) {
            try {
                partial.writer.close();
            } catch (IOException e) {
                GroupLogging.of(getContext().getLog(), group)
                        .warn("A partial snapshot of group {} cannot be closed", group, e);
            }
            partial = null;
        }
    }
}
