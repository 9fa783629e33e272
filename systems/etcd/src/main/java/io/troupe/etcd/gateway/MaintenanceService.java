package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.DefragmentRequest;
import io.etcd.jetcd.api.DefragmentResponse;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.HashRequest;
import io.etcd.jetcd.api.HashResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.MoveLeaderResponse;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSystem;
import io.troupe.etcd.bolt.BoltImage;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** {@code etcdserverpb.Maintenance}: how this member is, and a hash to compare members by. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {

    static final String API_VERSION = EtcdSystem.API_VERSION;

    /** What the file of a store without a key takes: etcd's size is that of its file, and is never 0. */
    private static final long EMPTY_FILE_BYTES = new BoltImage(new TreeMap<>()).length();

    private final UnaryCalls calls;
    private final NodeView node;
    private final SnapshotStreams snapshots;
    private final Quota quota;
    private final PresentStatus present;
    private final ActorRef<Replica.Request> replica;
    private final ActorSystem<?> system;

    MaintenanceService(
            UnaryCalls calls,
            NodeView node,
            SnapshotStreams snapshots,
            Quota quota,
            PresentStatus present,
            ActorRef<Replica.Request> replica,
            ActorSystem<?> system) {
        this.calls = calls;
        this.node = node;
        this.snapshots = snapshots;
        this.quota = quota;
        this.present = present;
        this.replica = replica;
        this.system = system;
    }

    /** The store's numbers first, then the replica's: a status is told also when there is no leader. */
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        calls.read(Queries.status(), ReadConsistency.STALE, observer, result -> {
            if (result instanceof Result.Ok ok) {
                return present.ask().thenAccept(status -> {
                    observer.onNext(status(status, ok.body()));
                    observer.onCompleted();
                });
            }
            UnaryCalls.refuse(((Result.Refused) result).error(), observer);
            return UnaryCalls.DONE;
        });
    }

    private StatusResponse status(Replica.Status replica, byte[] body) {
        Queries.StoreStatus store = Queries.StoreStatus.parse(body);
        var response = StatusResponse.newBuilder()
                .setHeader(node.header(store.revision()))
                .setVersion(API_VERSION)
                .setDbSize(fileBytes(store.bytes()))
                .setDbSizeInUse(fileBytes(store.bytesInUse()))
                .setRaftIndex(replica.commitIndex())
                .setRaftAppliedIndex(replica.appliedIndex())
                .setRaftTerm(replica.term())
                .setIsLearner(replica.role() == Replica.Role.LEARNER);
        replica.leader()
                .ifPresentOrElse(
                        leader -> response.setLeader(node.roster().idOf(leader)),
                        () -> response.addErrors(EtcdError.NO_LEADER.message()));
        quota.raised().forEach(alarm -> response.addErrors(described(alarm)));
        return response.build();
    }

    /** What a store of so many bytes is told to take. */
    static long fileBytes(long storeBytes) {
        return EMPTY_FILE_BYTES + storeBytes;
    }

    /** As etcd writes the message. */
    private static String described(Alarms.Alarm alarm) {
        return "memberID:" + Long.toUnsignedString(alarm.member()) + " alarm:" + Alarms.name(alarm.type()) + " ";
    }

    /** As in etcd, the answers have no header. */
    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
        switch (request.getAction()) {
            case GET -> calls.readInOrder(Queries.alarms(request), AlarmResponse::parseFrom, observer);
            case ACTIVATE, DEACTIVATE -> calls.apply(Commands.alarm(request), AlarmResponse::parseFrom, observer);
            case UNRECOGNIZED -> {
                observer.onNext(AlarmResponse.getDefaultInstance());
                observer.onCompleted();
            }
        }
    }

    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
        if (!calls.isAdmitted(observer)) {
            return;
        }
        Optional<EtcdError> refusal = mayMoveLeader(request.getTargetID());
        if (refusal.isPresent()) {
            UnaryCalls.refuse(refusal.get(), observer);
            return;
        }
        String target = node.roster()
                .roster()
                .member(request.getTargetID())
                .map(Member::getName)
                .orElse(node.nodeId());
        if (target.equals(node.nodeId())) { // It leads already.
            moved(observer);
            return;
        }
        AskPattern.<Replica.Request, Replica.Reply>ask(
                        replica,
                        replyTo -> new Replica.TransferLeadership(Optional.of(target), true, replyTo),
                        calls.deadline(),
                        system.scheduler())
                .whenComplete((reply, failure) -> {
                    if (reply instanceof Replica.LeadershipTransferred) {
                        moved(observer);
                    } else {
                        UnaryCalls.refuse(whyNotMoved(Optional.ofNullable(reply)), observer);
                    }
                });
    }

    private void moved(StreamObserver<MoveLeaderResponse> observer) {
        observer.onNext(MoveLeaderResponse.getDefaultInstance());
        observer.onCompleted();
    }

    private static EtcdError whyNotMoved(Optional<Replica.Reply> reply) {
        if (reply.isPresent() && reply.get() instanceof Replica.Rejected rejected) {
            return switch (rejected.reason()) {
                case NOT_LEADER -> EtcdError.NOT_LEADER;
                case UNSUPPORTED -> EtcdError.BAD_LEADER_TRANSFEREE;
                default -> EtcdError.TIMEOUT_LEADER_TRANSFER;
            };
        }
        return EtcdError.TIMEOUT_LEADER_TRANSFER;
    }

    /** Only the leader is to be asked, and only a voter may lead. */
    private Optional<EtcdError> mayMoveLeader(long target) {
        if (node.status().role() != Replica.Role.LEADER) {
            return Optional.of(EtcdError.NOT_LEADER);
        }
        boolean votes = node.roster()
                .roster()
                .member(target)
                .map(member -> !member.getIsLearner() && !member.getName().isEmpty())
                .orElse(target == node.memberId());
        return votes ? Optional.empty() : Optional.of(EtcdError.BAD_LEADER_TRANSFEREE);
    }

    /** The store keeps no file that could be fragmented. */
    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> observer) {
        if (!calls.isAdmitted(observer)) {
            return;
        }
        observer.onNext(DefragmentResponse.getDefaultInstance()); // etcd sends no header with it.
        observer.onCompleted();
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
        if (calls.isAdmitted(observer)) {
            snapshots.open(observer);
        }
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> observer) {
        if (!calls.isAdmitted(observer)) {
            return;
        }
        calls.read(
                Queries.hash(0),
                true,
                body -> {
                    HashKVResponse hash = hashed(body);
                    return HashResponse.newBuilder()
                            .setHeader(hash.getHeader())
                            .setHash(hash.getHash())
                            .build();
                },
                observer);
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> observer) {
        if (calls.isAdmitted(observer)) {
            calls.read(Queries.hash(request.getRevision()), true, this::hashed, observer);
        }
    }

    private HashKVResponse hashed(byte[] body) throws IOException {
        var response = HashKVResponse.parseFrom(body);
        return response.toBuilder()
                .setHeader(node.header(response.getHeader().getRevision()))
                .build();
    }
}
