package io.troupe.etcd;

import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * An actor's requests to the node's session client, which answers each of them: numbered, so that all answers come to
 * the actor as one kind of message, which it gives to {@link #ended}.
 *
 * <p>Used instead of asking: an ask costs an actor, a timer and a future, and on a machine of two processors a thread
 * besides, because a {@code CompletableFuture} made from Pekko's continues on a new one there.
 */
public final class SessionCalls {

    private final ActorRef<SessionClient.Outcome> outcomes;
    private final TreeMap<Long, Consumer<SessionClient.Outcome>> underWay = new TreeMap<>();
    private long lastId;

    /** @param outcomes the actor's adapter */
    public SessionCalls(ActorRef<SessionClient.Outcome> outcomes) {
        this.outcomes = outcomes;
    }

    public void submit(
            ActorRef<SessionClient.Command> client,
            ByteString command,
            Duration deadline,
            Consumer<SessionClient.Outcome> ended) {
        underWay.put(++lastId, ended);
        client.tell(new SessionClient.Submit(lastId, command, deadline, outcomes));
    }

    public void read(
            ActorRef<SessionClient.Command> client,
            ByteString query,
            ReadConsistency consistency,
            Duration deadline,
            Consumer<SessionClient.Outcome> ended) {
        underWay.put(++lastId, ended);
        client.tell(new SessionClient.Read(lastId, query, consistency, deadline, outcomes));
    }

    /** Ends what is under way as if the client had stopped: it answers nobody after its own end. */
    public void stop() {
        var all = new TreeMap<>(underWay);
        underWay.clear();
        all.forEach((id, ended) -> ended.accept(
                new SessionClient.Failed(id, Replica.Reason.STOPPING, "the node's session client has stopped")));
    }

    public void ended(SessionClient.Outcome outcome) {
        Consumer<SessionClient.Outcome> ended = underWay.remove(outcome.id());
        if (ended != null) {
            ended.accept(outcome);
        }
    }

    /** What came of a command, in etcd's terms. */
    public static Result result(SessionClient.Outcome outcome) {
        return result(outcome, EtcdError.NO_LEADER_IN_TIME);
    }

    /** What came of a read, in etcd's terms. */
    public static Result answer(SessionClient.Outcome outcome) {
        return result(outcome, EtcdError.TIMEOUT);
    }

    /** @param withoutLeader what it came to where no leader was found in time */
    public static Result result(SessionClient.Outcome outcome, EtcdError withoutLeader) {
        if (outcome instanceof SessionClient.Succeeded succeeded) {
            return Result.parse(succeeded.result());
        }
        Replica.Reason reason = ((SessionClient.Failed) outcome).reason();
        return new Result.Refused(
                switch (reason) {
                    case NO_LEADER -> withoutLeader;
                    case OVERLOADED -> EtcdError.TOO_MANY_REQUESTS;
                    case OUTCOME_UNKNOWN, SESSION_EXPIRED, NOT_TAKEN_OVER -> EtcdError.TIMEOUT;
                    case TOO_LARGE -> EtcdError.REQUEST_TOO_LARGE;
                    case UNSUPPORTED, NOT_LEADER -> EtcdError.NOT_LEADER;
                    case STOPPING -> EtcdError.STOPPED;
                });
    }
}
