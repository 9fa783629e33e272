package io.troupe.replication.scheduling;

import io.troupe.replication.scheduling.MutexAnswer.Held;
import io.troupe.replication.scheduling.MutexAnswer.Reason;
import io.troupe.replication.scheduling.MutexAnswer.Refused;
import io.troupe.replication.scheduling.MutexAnswer.Released;
import io.troupe.replication.scheduling.MutexAnswer.Waiting;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * A resource for one client at a time (Schneider 1990, §5.2), which waits for none: who has had it for the bound, and has not
 * released it, has it no more. Those who wait have it in the order in which they asked.
 *
 * <p>Transitions: free → held, by acquire; held → held by the first who waits, or free, by its client's release, or by the
 * timeout that was scheduled with the grant.
 */
public final class Mutex implements SchedulingMachine.Service {

    /** One more is refused. Part of the replicated state's definition. */
    public static final int WAITING_MAX = 1_000;

    private static final ByteString TIMEOUT = ByteString.fromString("timeout");

    /** @param number that of the timeout, too */
    record Grant(String client, long number) {}

    private final Scheduler scheduler;
    private final Duration bound;
    private Optional<Grant> user = Optional.empty();
    private final LinkedHashSet<String> waiting = new LinkedHashSet<>(); // in the order of their requests

    /** @param bound how long a client may have it, the paper's B; the same on all replicas */
    public Mutex(Scheduler scheduler, Duration bound) {
        this.scheduler = scheduler;
        this.bound = bound;
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        return MutexRequest.decode(command)
                .map(this::answer)
                .orElse(new Refused(Reason.UNKNOWN))
                .encode();
    }

    private MutexAnswer answer(MutexRequest request) {
        return request instanceof MutexRequest.Release release
                ? release(new Grant(release.client(), release.grant()))
                : acquire(request.client());
    }

    private MutexAnswer acquire(String client) {
        if (user.isEmpty()) {
            grantTo(client);
        }
        if (isHeldBy(client)) {
            return held();
        }
        if (waiting.size() >= WAITING_MAX && !waiting.contains(client)) {
            return new Refused(Reason.TOO_MANY_WAIT);
        }
        waiting.add(client);
        return new Waiting(1 + List.copyOf(waiting).indexOf(client));
    }

    private MutexAnswer release(Grant grant) {
        if (!user.equals(Optional.of(grant))) {
            return new Refused(Reason.NOT_HELD);
        }
        scheduler.cancel(grant.number());
        passOn();
        return new Released();
    }

    /** The client has not released in time. */
    @Override
    public void due(long index, long number, ByteString request) {
        passOn();
    }

    private void passOn() {
        user = Optional.empty();
        Iterator<String> first = waiting.iterator();
        if (first.hasNext()) {
            String client = first.next();
            first.remove();
            grantTo(client);
        }
    }

    private void grantTo(String client) {
        user = Optional.of(new Grant(client, scheduler.schedule(TIMEOUT, bound)));
    }

    private boolean isHeldBy(String client) {
        return user.map(Grant::client).equals(Optional.of(client));
    }

    private MutexAnswer held() {
        Grant grant = user.orElseThrow();
        return new Held(grant.client(), grant.number());
    }

    Optional<Grant> user() {
        return user;
    }

    /** Whatever the query: {@link Held} by whom, or {@link Reason#NOT_HELD}. */
    @Override
    public ByteString query(ByteString query) {
        return (user.isPresent() ? held() : new Refused(Reason.NOT_HELD)).encode();
    }

    @Override
    public State freeze() {
        Optional<Grant> frozenUser = user;
        List<String> frozenWaiting = List.copyOf(waiting);
        return to -> {
            var out = new DataOutputStream(to);
            out.writeBoolean(frozenUser.isPresent());
            if (frozenUser.isPresent()) {
                out.writeUTF(frozenUser.get().client());
                out.writeLong(frozenUser.get().number());
            }
            out.writeInt(frozenWaiting.size());
            for (String client : frozenWaiting) {
                out.writeUTF(client);
            }
            out.flush();
        };
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var in = new DataInputStream(state);
        user = in.readBoolean() ? Optional.of(new Grant(in.readUTF(), in.readLong())) : Optional.empty();
        waiting.clear();
        for (int count = in.readInt(); count > 0; count--) {
            waiting.add(in.readUTF());
        }
    }
}
