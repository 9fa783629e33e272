package io.troupe.etcd.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** A client that does one thing after another with the store, and keeps some of its leases alive. */
final class StoreClient extends AbstractBehavior<StoreClient.Command> {

    sealed interface Command permits Next, Ended, Renewed {}

    private enum Next implements Command {
        NEXT
    }

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private record Renewed(LeaseDesk.Reply reply) implements Command {}

    /** What a body of bytes says. */
    private interface Told {
        void by(byte[] body) throws InvalidProtocolBufferException;
    }

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final ByteString ALL = ByteString.copyFrom(new byte[1]);
    private static final int KEYS = 4;
    private static final int LEASES_MAX = 3;

    private final TimerScheduler<Command> timers;
    private final String node;
    private final String name;
    private final ActorRef<SessionClient.Command> session;
    private final ActorRef<LeaseDesk.Command> desk;
    private final RandomGenerator random;
    private final RandomGenerator alarms;
    private final RunRecord record;
    private final SessionCalls calls;
    private final ActorRef<LeaseDesk.Reply> renewals;
    private final TreeSet<Long> leases = new TreeSet<>();
    private boolean isShort;
    /** The member whose alarm is ended next, or 0. */
    private long ending;

    private long renewing;
    private Duration renewalSent = Duration.ZERO;

    static Behavior<Command> create(
            String node,
            String name,
            ActorRef<SessionClient.Command> session,
            ActorRef<LeaseDesk.Command> desk,
            RandomGenerator random,
            RunRecord record) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new StoreClient(context, timers, node, name, session, desk, random, record)));
    }

    private StoreClient(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String node,
            String name,
            ActorRef<SessionClient.Command> session,
            ActorRef<LeaseDesk.Command> desk,
            RandomGenerator random,
            RunRecord record) {
        super(context);
        this.timers = timers;
        this.node = node;
        this.name = name;
        this.session = session;
        this.desk = desk;
        this.random = random;
        this.alarms = new SplittableRandom(random.nextLong());
        this.record = record;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
        this.renewals = context.messageAdapter(LeaseDesk.Reply.class, Renewed::new);
        think();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Next.NEXT, this::onNext)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Renewed.class, this::onRenewed)
                .build();
    }

    private void think() {
        timers.startSingleTimer(Next.NEXT, Next.NEXT, Duration.ofMillis(1 + random.nextInt(150)));
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        think();
        return this;
    }

    private Behavior<Command> onNext() {
        if (record.isResting()) {
            look();
            return this;
        }
        if (isShort && alarms.nextInt(3) == 0) {
            endAnAlarm();
            return this;
        }
        ByteString key = ByteString.copyFromUtf8("k" + random.nextInt(KEYS));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> put(key, 0);
            case 3, 4 -> get(key);
            case 5 -> delete(key);
            case 6 -> swap(key);
            case 7 -> {
                if (alarms.nextInt(4) == 0) {
                    raiseAlarm();
                } else {
                    compact();
                }
            }
            case 8 -> {
                if (leases.size() < LEASES_MAX) {
                    grant();
                } else {
                    revoke(leases.first());
                }
            }
            case 9 -> put(ByteString.copyFromUtf8("leased" + random.nextInt(KEYS)), leases.isEmpty() ? 0 : aLease());
            default -> {
                if (leases.isEmpty()) {
                    grant();
                } else {
                    renew(aLease());
                }
            }
        }
        return this;
    }

    /** Every key, as this node's own replica has it, and its hash over all of them. */
    private void look() {
        calls.read(
                session,
                Queries.hash(0),
                ReadConsistency.STALE,
                DEADLINE,
                outcome -> conclude(outcome, hash -> {
                    var keys = RangeRequest.newBuilder()
                            .setKey(ALL)
                            .setRangeEnd(ALL)
                            .build();
                    calls.read(
                            session,
                            Queries.range(keys),
                            ReadConsistency.STALE,
                            DEADLINE,
                            range -> conclude(range, body -> {
                                var shown = RangeResponse.parseFrom(body);
                                record.check(
                                        shown.getKvsList().stream()
                                                .allMatch(kv -> kv.getLease() == 0 || !record.isOver(kv.getLease())),
                                        () -> "a key of a lease that is over: " + shown);
                                int stored = HashKVResponse.parseFrom(hash).getHash();
                                calls.read(
                                        session,
                                        Queries.alarms(AlarmRequest.getDefaultInstance()),
                                        ReadConsistency.STALE,
                                        DEADLINE,
                                        alarmed -> conclude(
                                                alarmed,
                                                raised -> record.shows(
                                                        node,
                                                        List.of(
                                                                stored,
                                                                shown.getKvsList(),
                                                                AlarmResponse.parseFrom(raised)
                                                                        .getAlarmsList()))));
                            }));
                }));
    }

    private long aLease() {
        return leases.stream().skip(random.nextInt(leases.size())).findFirst().orElseThrow();
    }

    private void apply(org.apache.pekko.util.ByteString command, Told told) {
        calls.submit(session, command, DEADLINE, outcome -> {
            if (!(outcome instanceof SessionClient.Succeeded)) {
                record.reached(Reached.UNKNOWN_OUTCOME);
            }
            conclude(outcome, told);
        });
    }

    private static void conclude(SessionClient.Outcome outcome, Told told) {
        if (outcome instanceof SessionClient.Succeeded succeeded
                && Result.parse(succeeded.result()) instanceof Result.Ok ok) {
            try {
                told.by(ok.body());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }

    private void put(ByteString key, long lease) {
        long known = record.known();
        ByteString value = ByteString.copyFromUtf8("" + random.nextLong());
        var put = PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease);
        var inForce = record.alarmsInForce();
        calls.submit(session, Commands.put(put.build()), DEADLINE, outcome -> {
            if (!(outcome instanceof SessionClient.Succeeded)) {
                record.reached(Reached.UNKNOWN_OUTCOME);
            } else if (Result.parse(((SessionClient.Succeeded) outcome).result())
                    .equals(new Result.Refused(EtcdError.NO_SPACE))) {
                record.reached(Reached.NO_SPACE);
                isShort = true;
            }
            conclude(outcome, body -> {
                record.check(
                        inForce.stream().noneMatch(record.alarmsInForce()::contains),
                        () -> "a put was acknowledged while the alarms " + inForce + " were raised");
                record.wrote(
                        name,
                        key,
                        value,
                        PutResponse.parseFrom(body).getHeader().getRevision(),
                        known);
            });
        });
    }

    private void raiseAlarm() {
        long member = record.raisingAlarm();
        apply(Commands.alarm(alarm(AlarmRequest.AlarmAction.ACTIVATE, member)), body -> record.alarmRaised(member));
    }

    /** What others raised must not stand in the way for long: looks what there is, and next time ends it. */
    private void endAnAlarm() {
        if (ending != 0) {
            record.endingAlarm(ending);
            apply(Commands.alarm(alarm(AlarmRequest.AlarmAction.DEACTIVATE, ending)), done -> {});
            ending = 0;
            return;
        }
        calls.read(
                session,
                Queries.alarms(AlarmRequest.getDefaultInstance()),
                ReadConsistency.LINEARIZABLE,
                DEADLINE,
                outcome -> conclude(outcome, body -> {
                    var raised = AlarmResponse.parseFrom(body).getAlarmsList();
                    isShort = !raised.isEmpty();
                    ending = isShort ? raised.get(0).getMemberID() : 0;
                }));
    }

    private static AlarmRequest alarm(AlarmRequest.AlarmAction action, long member) {
        return AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(member)
                .setAlarmValue(Alarms.NOSPACE)
                .build();
    }

    private void delete(ByteString key) {
        long known = record.known();
        apply(Commands.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build()), body -> {
            var response = DeleteRangeResponse.parseFrom(body);
            long revision = response.getHeader().getRevision();
            if (response.getDeleted() > 0) {
                record.wrote(name, key, ByteString.EMPTY, revision, known);
            } else {
                record.read(name, key, Optional.empty(), revision, known);
            }
        });
    }

    private void get(ByteString key) {
        long known = record.known();
        var query = Queries.range(RangeRequest.newBuilder().setKey(key).build());
        calls.read(
                session,
                query,
                ReadConsistency.LINEARIZABLE,
                DEADLINE,
                outcome -> conclude(outcome, body -> {
                    var response = RangeResponse.parseFrom(body);
                    record.read(
                            name,
                            key,
                            response.getKvsList().stream().findFirst(),
                            response.getHeader().getRevision(),
                            known);
                }));
    }

    /** Puts if the key is as it was known to be; else reads. */
    private void swap(ByteString key) {
        long known = record.known();
        long expected = record.valueAt(key, known).map(KeyValue::getModRevision).orElse(0L);
        ByteString value = ByteString.copyFromUtf8("" + random.nextLong());
        var txn = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(expected))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value)))
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key)));
        apply(Commands.txn(txn.build()), body -> {
            var response = TxnResponse.parseFrom(body);
            long revision = response.getHeader().getRevision();
            record.reached(response.getSucceeded() ? Reached.COMPARE_HOLDS : Reached.COMPARE_FAILS);
            if (response.getSucceeded()) {
                record.wrote(name, key, value, revision, known);
                record.check(
                        record.valueAt(key, revision - 1)
                                        .map(KeyValue::getModRevision)
                                        .orElse(0L)
                                == expected,
                        () -> "swapped at " + revision + " what was not as at " + expected);
            } else {
                record.read(
                        name,
                        key,
                        response.getResponses(0).getResponseRange().getKvsList().stream()
                                .findFirst(),
                        revision,
                        known);
            }
        });
    }

    private void compact() {
        long at = record.known() - random.nextInt(20);
        apply(Commands.compact(CompactionRequest.newBuilder().setRevision(at).build()), body -> record.compactedTo(at));
    }

    private void grant() {
        long id = Math.max(1, random.nextLong() & Long.MAX_VALUE);
        long ttl = 2 + random.nextInt(4);
        Duration sent = record.now();
        apply(
                Commands.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build()),
                body -> {
                    record.granted(id, ttl, sent);
                    leases.add(id);
                });
    }

    private void revoke(long id) {
        leases.remove(id);
        record.revoking(id);
        apply(Commands.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build()), body -> {});
    }

    private void renew(long id) {
        renewing = id;
        renewalSent = record.now();
        desk.tell(new LeaseDesk.Ask(id, true, DEADLINE, renewals));
    }

    private Behavior<Command> onRenewed(Renewed renewed) {
        if (renewed.reply() instanceof LeaseDesk.Lasting) {
            record.renewed(renewing, renewalSent);
        } else if (renewed.reply() instanceof LeaseDesk.Absent) {
            leases.remove(renewing);
        }
        think();
        return this;
    }
}
