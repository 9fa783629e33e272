package io.troupe.raft;

import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.io.InputStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;

/**
 * Sends one snapshot to one peer (§7), a chunk at a time, each when the one before is written there; begins where
 * the peer says that an earlier sending was interrupted. Stops when it is installed, refused, not answered
 * for an election timeout, or damaged: it cannot be read here, or arrived {@value #DAMAGED_MAX} times with another
 * checksum than it was written with. Runs where blocking is allowed.
 */
final class SnapshotSender extends AbstractBehavior<SnapshotSender.Command> {

    sealed interface Command permits ChunkReply, Retry {}

    private enum Retry implements Command {
        RETRY
    }

    /**
     * @param term of the peer's answer
     * @param attempt given at creation
     */
    record Finished(long term, long attempt, long index, Result result) implements Replicator.Command {
        boolean installed() {
            return result == Result.INSTALLED;
        }
    }

    enum Result {
        INSTALLED,
        /** The peer is away, or in a later term. */
        GIVEN_UP,
        /** Sending the same bytes again would not help. */
        DAMAGED
    }

    private static final int SILENT_RETRIES_MAX = 4;
    private static final int DAMAGED_MAX = 2;

    private final Replicator.Leadership leadership;
    private final SnapshotMetadata snapshot;
    private final ActorRef<RaftMessage> peer;
    private final long attempt;
    private final ActorRef<Finished> replyTo;
    private final SnapshotStorage.Stored stored;
    private InputStream in;
    private long readTo;
    private long chunkOffset;
    private ByteString chunk = ByteString.emptyByteString();
    private int silentRetries;
    private int arrivedDamaged;

    static Behavior<Command> create(
            Replicator.Leadership leadership,
            SnapshotMetadata snapshot,
            ActorRef<RaftMessage> peer,
            long attempt,
            ActorRef<Finished> replyTo) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            try {
                return new SnapshotSender(context, timers, leadership, snapshot, peer, attempt, replyTo);
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), leadership.group(), leadership.term())
                        .error("Snapshot {} of group {} cannot be read", snapshot, leadership.group(), e);
                replyTo.tell(new Finished(leadership.term(), attempt, snapshot.index(), Result.DAMAGED));
                return Behaviors.stopped();
            }
        }));
    }

    private SnapshotSender(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Replicator.Leadership leadership,
            SnapshotMetadata snapshot,
            ActorRef<RaftMessage> peer,
            long attempt,
            ActorRef<Finished> replyTo)
            throws IOException {
        super(context);
        this.leadership = leadership;
        this.snapshot = snapshot;
        this.peer = peer;
        this.attempt = attempt;
        this.replyTo = replyTo;
        this.stored = leadership
                .storage()
                .find(leadership.group(), snapshot.index(), snapshot.last().term())
                .orElseThrow(() -> new IOException("it is not in the snapshot storage"));
        this.in = leadership.storage().open(stored);
        timers.startTimerWithFixedDelay(
                Retry.RETRY, leadership.settings().electionTimeout().dividedBy(SILENT_RETRIES_MAX));
        readChunk();
        sendChunk();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ChunkReply.class, this::onChunkReply)
                .onMessageEquals(Retry.RETRY, this::onRetry)
                .onSignal(PostStop.class, ignored -> {
                    in.close();
                    return this;
                })
                .build();
    }

    private Behavior<Command> onChunkReply(ChunkReply reply) {
        silentRetries = 0;
        if (reply.term() > leadership.term() || reply.installed()) {
            return finished(reply.term(), reply.installed() ? Result.INSTALLED : Result.GIVEN_UP);
        }
        if (reply.index() != snapshot.index()) {
            return this;
        }
        if (reply.nextOffset() == ChunkReply.DAMAGED) {
            return ++arrivedDamaged == DAMAGED_MAX ? damaged(reply.from()) : sendFrom(0);
        }
        return reply.nextOffset() == chunkOffset ? this : sendFrom(reply.nextOffset());
    }

    private Behavior<Command> damaged(String peerNode) {
        log().error(
                        "Snapshot {} of group {} arrived damaged at {} {} times: it is damaged here",
                        snapshot,
                        leadership.group(),
                        peerNode,
                        DAMAGED_MAX);
        return finished(leadership.term(), Result.DAMAGED);
    }

    private Behavior<Command> sendFrom(long offset) {
        try {
            seek(offset);
            readChunk();
        } catch (IOException e) {
            log().error("Snapshot {} of group {} cannot be read on", snapshot, leadership.group(), e);
            return finished(leadership.term(), Result.DAMAGED);
        }
        sendChunk();
        return this;
    }

    private Logger log() {
        return GroupLogging.of(getContext().getLog(), leadership.group(), leadership.term());
    }

    private Behavior<Command> onRetry() {
        if (++silentRetries > SILENT_RETRIES_MAX) {
            return finished(leadership.term(), Result.GIVEN_UP);
        }
        sendChunk();
        return this;
    }

    private Behavior<Command> finished(long term, Result result) {
        replyTo.tell(new Finished(term, attempt, snapshot.index(), result));
        return Behaviors.stopped();
    }

    private void seek(long offset) throws IOException {
        if (offset < readTo) {
            in.close();
            in = leadership.storage().open(stored);
            readTo = 0;
        }
        in.skipNBytes(offset - readTo);
        readTo = offset;
    }

    private void readChunk() throws IOException {
        chunkOffset = readTo;
        long wanted = Math.min(leadership.settings().maxMessageBytes(), stored.length() - readTo);
        chunk = ByteString.fromArrayUnsafe(in.readNBytes(Math.toIntExact(wanted)));
        if (chunk.length() < wanted) {
            throw new IOException("Snapshot " + stored + " ends at byte " + (readTo + chunk.length()));
        }
        readTo += chunk.length();
    }

    private void sendChunk() {
        peer.tell(new InstallSnapshot(
                leadership.term(),
                leadership.leader(),
                snapshot,
                stored.length(),
                stored.checksum(),
                chunkOffset,
                chunk,
                getContext().getSelf().narrow()));
    }
}
