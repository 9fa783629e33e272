package io.troupe.etcd.concurrency;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.etcd.watch.KeyWatch;
import io.troupe.etcd.watch.WatchHub;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One client's claim to a lock or to an office, until it holds.
 *
 * <p>Transitions: leasing (when the client brought no lease) → claiming → holds, or → waiting for the key before its own
 * → looking again → …→ holds. When the client leaves before that, the claim is withdrawn; when it leaves while its place
 * is being taken, as soon as that is known.
 */
public final class Contender extends AbstractBehavior<Contender.Command> {

    public sealed interface Command permits Answered, WrappedWatch, Gone, LeaderLost {}

    private record Answered(Consumer<Result> next, Result result) implements Command {}

    private record WrappedWatch(KeyWatch.Told told) implements Command {}

    /** The client has left. */
    public record Gone() implements Command {}

    /** The client asked that there be a leader, and there has been none for too long. */
    public record LeaderLost() implements Command {}

    /**
     * What is claimed.
     *
     * @param lease 0 for one of the contender's own
     * @param value what the office's holder proclaims; empty for a lock
     * @param office whether it is an election's: then a place taken earlier is kept with a new value
     */
    public record Claim(ByteString name, long lease, ByteString value, boolean office) {}

    public sealed interface Outcome permits Held, Refused, Failed {}

    /**
     * @param createdAt revision of the key that holds
     * @param revision for the response's header
     */
    public record Held(ByteString key, long createdAt, long lease, long revision) implements Outcome {}

    public record Refused(EtcdError error) implements Outcome {}

    /** In words of the client library that runs these services in etcd: no error of etcd itself. */
    public record Failed(String reason) implements Outcome {}

    /** Seconds, of a lease that the client did not bring. */
    static final long OWN_LEASE_TTL = 60;

    public static final String NOT_LEADER = "election: not leader";
    private static final String SESSION_EXPIRED = "mutex: session is expired";

    private final Claim claim;
    private final Store store;
    private final Consumer<Outcome> client;
    private final ActorRef<KeyWatch.Command> watch;
    private final ByteString prefix;
    private final long leaseToGrant;
    private long lease;
    private ByteString key = ByteString.EMPTY;
    private long createdAt;
    /** For the header of an election's answer: when the place was taken. */
    private long claimedAt;

    private boolean taken;
    private boolean over;

    /**
     * @param streamId for the watch, of no other stream on the node
     * @param freshLease an id to grant, if the client brought none
     * @param client told once, unless it has left
     */
    public static Behavior<Command> create(
            Claim claim,
            Store store,
            long streamId,
            ActorRef<WatchHub.Command> hub,
            long freshLease,
            Consumer<Outcome> client) {
        return Behaviors.setup(context -> new Contender(context, claim, store, streamId, hub, freshLease, client));
    }

    private Contender(
            ActorContext<Command> context,
            Claim claim,
            Store store,
            long streamId,
            ActorRef<WatchHub.Command> hub,
            long freshLease,
            Consumer<Outcome> client) {
        super(context);
        this.claim = claim;
        this.store = store;
        this.client = client;
        this.prefix = Claims.prefix(claim.name());
        this.lease = claim.lease();
        this.leaseToGrant = freshLease;
        this.watch = context.spawn(
                KeyWatch.create(streamId, hub, context.messageAdapter(KeyWatch.Told.class, WrappedWatch::new)),
                "watch");
        if (lease == 0) {
            grantLease();
        } else {
            takePlace();
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(WrappedWatch.class, wrapped -> onWatch(wrapped.told()))
                .onMessage(Gone.class, ignored -> onGone())
                .onMessage(LeaderLost.class, ignored -> end(new Refused(EtcdError.NO_LEADER)))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    /** Has a lease granted for a client that brought none. */
    public static org.apache.pekko.util.ByteString ownLease(long id) {
        return Commands.leaseGrant(
                LeaseGrantRequest.newBuilder().setID(id).setTTL(OWN_LEASE_TTL).build());
    }

    private void grantLease() {
        apply(ownLease(leaseToGrant), result -> {
            lease = leaseToGrant;
            if (over) {
                withdraw();
            } else {
                takePlace();
            }
        });
    }

    private void takePlace() {
        key = Claims.key(prefix, lease);
        apply(
                Commands.txn(Claims.takePlace(prefix, key, claim.value(), lease)),
                result -> onPlaceTaken(result.as(TxnResponse::parseFrom)));
    }

    private void onPlaceTaken(TxnResponse response) {
        taken = true;
        claimedAt = response.getHeader().getRevision();
        createdAt = claimedAt;
        boolean valueStands = true;
        if (!response.getSucceeded()) {
            KeyValue mine = response.getResponses(0).getResponseRange().getKvs(0);
            createdAt = mine.getCreateRevision();
            valueStands = !claim.office() || mine.getValue().equals(claim.value());
        }
        KeyValue holder = response.getResponses(1).getResponseRange().getKvs(0);
        boolean holds = holder.getCreateRevision() == createdAt;
        if (over) {
            withdraw();
        } else if (!valueStands) {
            proclaim(holds);
        } else if (holds) {
            end(held(claimedAt));
        } else {
            look();
        }
    }

    private void proclaim(boolean holds) {
        apply(Commands.txn(Claims.proclaim(key, createdAt, claim.value(), lease)), result -> {
            var response = result.as(TxnResponse::parseFrom);
            if (!response.getSucceeded()) {
                end(new Failed(NOT_LEADER));
            } else if (holds) {
                end(held(claimedAt));
            } else {
                look();
            }
        });
    }

    /** Is anybody before us? */
    private void look() {
        read(Queries.range(Claims.before(prefix, createdAt)), result -> {
            var before = result.as(RangeResponse::parseFrom);
            if (before.getKvsCount() == 0) {
                confirm(before.getHeader().getRevision());
            } else {
                watch.tell(new KeyWatch.Watch(WatchCreateRequest.newBuilder()
                        .setKey(before.getKvs(0).getKey())
                        .setStartRevision(before.getHeader().getRevision() + 1)
                        .build()));
            }
        });
    }

    /** A lock is held only by a key that is still there. */
    private void confirm(long revision) {
        if (claim.office()) {
            end(held(claimedAt));
            return;
        }
        read(Queries.range(Claims.get(key)), result -> {
            var own = result.as(RangeResponse::parseFrom);
            boolean there = own.getKvsCount() == 1 && own.getKvs(0).getCreateRevision() == createdAt;
            end(there ? held(Math.max(revision, own.getHeader().getRevision())) : new Failed(SESSION_EXPIRED));
        });
    }

    private Held held(long revision) {
        return new Held(key, createdAt, lease, revision);
    }

    private Behavior<Command> onWatch(KeyWatch.Told told) {
        if (over) {
            return this;
        }
        if (told instanceof KeyWatch.Refused) {
            return end(new Refused(EtcdError.TOO_MANY_REQUESTS));
        }
        if (told instanceof KeyWatch.Changes changes) {
            if (changes.events().stream().anyMatch(event -> event.getType() == Event.EventType.DELETE)) {
                look();
            }
            return this;
        }
        look(); // The watch began in a past that is compacted: the present says whether the key is still there.
        return this;
    }

    private void apply(org.apache.pekko.util.ByteString command, Consumer<Result.Ok> next) {
        store.apply(command, answer(next));
    }

    private void read(org.apache.pekko.util.ByteString query, Consumer<Result.Ok> next) {
        store.read(query, answer(next));
    }

    private Consumer<Result> answer(Consumer<Result.Ok> next) {
        ActorRef<Command> self = getContext().getSelf();
        return result -> self.tell(new Answered(unlessRefused(next), result));
    }

    private Consumer<Result> unlessRefused(Consumer<Result.Ok> next) {
        return result -> {
            if (result instanceof Result.Ok ok) {
                next.accept(ok);
            } else {
                end(new Refused(((Result.Refused) result).error()));
            }
        };
    }

    private Behavior<Command> onAnswered(Answered answered) {
        answered.next().accept(answered.result());
        return over ? Behaviors.stopped() : this;
    }

    private Behavior<Command> end(Outcome outcome) {
        if (!over) {
            over = true;
            if (!(outcome instanceof Held)) {
                withdraw();
            }
            client.accept(outcome);
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> onGone() {
        if (over) {
            return Behaviors.stopped();
        }
        over = true;
        if (taken) {
            withdraw();
            return Behaviors.stopped();
        }
        return this; // An answer is under way that says whether there is something to withdraw.
    }

    /** Nobody waits for this to succeed: what is not given up ends with the lease. */
    private void withdraw() {
        if (claim.lease() == 0 && lease != 0) {
            var revoke = LeaseRevokeRequest.newBuilder().setID(lease).build();
            store.apply(Commands.leaseRevoke(revoke), ignored -> {});
        } else if (taken) {
            store.apply(Commands.txn(Claims.resign(key, createdAt)), ignored -> {});
        }
        taken = false;
    }

    private Behavior<Command> onPostStop() {
        if (!over) {
            client.accept(new Refused(EtcdError.STOPPED));
        }
        return this;
    }
}
