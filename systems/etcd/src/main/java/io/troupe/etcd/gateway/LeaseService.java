package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListResponse;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.lease.KeepAliveSession;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.LeaseFacts;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** {@code etcdserverpb.Lease}, with {@code LeaseLeases}, which the published stubs lack. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {

    /**
     * {@code LeaseLeases}: the request has no fields; the response is a header and a list of messages with a number in
     * field 1, which is how a {@code MemberListResponse} of bare ids is encoded.
     */
    static final MethodDescriptor<LeaseTimeToLiveRequest, MemberListResponse> LEASES =
            MethodDescriptor.<LeaseTimeToLiveRequest, MemberListResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName(LeaseGrpc.SERVICE_NAME, "LeaseLeases"))
                    .setRequestMarshaller(ProtoUtils.marshaller(LeaseTimeToLiveRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(MemberListResponse.getDefaultInstance()))
                    .build();

    private final UnaryCalls calls;
    private final StreamObservers<LeaseKeepAliveRequest, KeepAliveSession.Command> streams;
    private final ActorRef<LeaseDesk.Command> desk;
    private final ActorRef<Lessor.Command> lessor;
    private final NodeView node;
    private final EtcdSettings settings;
    private final LongSupplier freshIds;
    private final ActorSystem<?> system;

    /**
     * @param desk knows whom to ask what is left of a lease
     * @param lessor this node's
     * @param freshIds of leases whose clients named none, from any thread
     */
    LeaseService(
            UnaryCalls calls,
            StreamObservers<LeaseKeepAliveRequest, KeepAliveSession.Command> streams,
            ActorRef<LeaseDesk.Command> desk,
            ActorRef<Lessor.Command> lessor,
            NodeView node,
            EtcdSettings settings,
            LongSupplier freshIds,
            ActorSystem<?> system) {
        this.calls = calls;
        this.streams = streams;
        this.desk = desk;
        this.lessor = lessor;
        this.node = node;
        this.settings = settings;
        this.freshIds = freshIds;
        this.system = system;
    }

    /** The published service and the method it lacks. */
    ServerServiceDefinition definition() {
        ServerServiceDefinition published = bindService();
        var descriptor = ServiceDescriptor.newBuilder(LeaseGrpc.SERVICE_NAME)
                .setSchemaDescriptor(published.getServiceDescriptor().getSchemaDescriptor());
        published.getMethods().forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        descriptor.addMethod(LEASES);
        var whole = ServerServiceDefinition.builder(descriptor.build());
        published.getMethods().forEach(whole::addMethod);
        return whole.addMethod(LEASES, ServerCalls.asyncUnaryCall(this::leaseLeases))
                .build();
    }

    /** The least time to live is the member's that is asked, and goes into the log: every member grants the same. */
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
        var granted = request.toBuilder().setTTL(Math.max(settings.lease().minTtlSeconds(), request.getTTL()));
        if (request.getID() == 0) {
            granted.setID(freshIds.getAsLong());
        }
        calls.applyIfRoom(
                Quota.LEASE_COST,
                Commands.leaseGrant(granted.build()),
                body -> {
                    var response = LeaseGrantResponse.parseFrom(body);
                    return response.toBuilder()
                            .setHeader(node.header(response.getHeader().getRevision()))
                            .build();
                },
                observer);
    }

    /** Positive, and never the 0 that means no lease. */
    static LongSupplier ids(LongSupplier random) {
        return () -> Math.max(1, random.getAsLong() & Long.MAX_VALUE);
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
        calls.apply(
                Commands.leaseRevoke(request),
                body -> LeaseRevokeResponse.newBuilder()
                        .setHeader(node.header(
                                LeaseRevokeResponse.parseFrom(body).getHeader().getRevision()))
                        .build(),
                observer);
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> responses) {
        return streams.open(
                responses,
                (streamId, client) -> KeepAliveSession.create(client, desk, node::header, settings.requestTimeout()));
    }

    /**
     * The lease and its keys come from the store, its remaining time from the lessor in office. What comes with the call counts
     * when it asks for keys, and as in etcd not while authentication is off.
     */
    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
        long id = request.getID();
        Duration deadline = calls.deadline();
        Function<Result, CompletionStage<?>> conclude = result -> {
            if (result instanceof Result.Ok ok
                    && ok.as(Queries.LeaseView::parse).lease().isPresent()) {
                return askRemaining(id, ok.as(Queries.LeaseView::parse), deadline, observer);
            }
            answerAbsent(id, result, observer);
            return UnaryCalls.DONE;
        };
        if (!request.getKeys()) {
            calls.readAsNobody(Queries.lease(id), observer, conclude);
        } else if (calls.auth().state().enabled()) {
            calls.read(Queries.leaseWithKeys(id), ReadConsistency.LINEARIZABLE, observer, conclude);
        } else {
            calls.readAsNobody(Queries.leaseWithKeys(id), observer, conclude);
        }
    }

    private CompletionStage<?> askRemaining(
            long id, Queries.LeaseView view, Duration deadline, StreamObserver<LeaseTimeToLiveResponse> observer) {
        return AskPattern.<LeaseDesk.Command, LeaseDesk.Reply>ask(
                        desk,
                        replyTo -> new LeaseDesk.Ask(id, false, deadline, replyTo),
                        deadline.multipliedBy(2),
                        system.scheduler())
                .exceptionally(failure -> new LeaseDesk.Unanswered(id))
                .thenCompose(reply -> {
                    if (reply instanceof LeaseDesk.Absent) {
                        // Gone since the store was asked: the answer is as of a revision at which that shows.
                        return calls.readOn(Queries.lease(id), ReadConsistency.LINEARIZABLE, deadline)
                                .thenApply(result -> {
                                    answerAbsent(id, result, observer);
                                    return true;
                                });
                    }
                    if (reply instanceof LeaseDesk.Lasting lasting) {
                        answer(lasting(view, lasting.seconds()), observer);
                    } else {
                        UnaryCalls.refuse(orNoLeader(EtcdError.TIMEOUT), observer);
                    }
                    return UnaryCalls.DONE;
                });
    }

    private LeaseTimeToLiveResponse.Builder lasting(Queries.LeaseView view, long seconds) {
        LeaseFacts lease = view.lease().orElseThrow();
        return LeaseTimeToLiveResponse.newBuilder()
                .setHeader(node.header(view.revision()))
                .setID(lease.id())
                .setTTL(seconds)
                .setGrantedTTL(lease.ttlSeconds())
                .addAllKeys(lease.keys());
    }

    private void answerAbsent(long id, Result result, StreamObserver<LeaseTimeToLiveResponse> observer) {
        if (result instanceof Result.Ok ok) {
            answer(
                    LeaseTimeToLiveResponse.newBuilder()
                            .setHeader(
                                    node.header(ok.as(Queries.LeaseView::parse).revision()))
                            .setID(id)
                            .setTTL(-1),
                    observer);
        } else {
            UnaryCalls.refuse(orNoLeader(((Result.Refused) result).error()), observer);
        }
    }

    /** As in etcd: what is left of a lease the leader alone knows, and nobody was there to be asked. */
    private EtcdError orNoLeader(EtcdError error) {
        boolean none = error == EtcdError.TIMEOUT && node.status().leader().isEmpty();
        return none ? EtcdError.NO_LEADER : error;
    }

    private static void answer(
            LeaseTimeToLiveResponse.Builder response, StreamObserver<LeaseTimeToLiveResponse> observer) {
        observer.onNext(response.build());
        observer.onCompleted();
    }

    /** As in etcd, those that this member knows of, as they run out: of these, the lessor in office knows best. */
    private void leaseLeases(LeaseTimeToLiveRequest nothing, StreamObserver<MemberListResponse> observer) {
        Duration deadline = calls.deadline();
        calls.read(Queries.leases(), ReadConsistency.STALE, observer, result -> {
            if (result instanceof Result.Ok ok) {
                return answerInOrder(ok.as(Queries.LeaseList::parse), deadline, observer);
            }
            UnaryCalls.refuse(((Result.Refused) result).error(), observer);
            return UnaryCalls.DONE;
        });
    }

    private CompletionStage<?> answerInOrder(
            Queries.LeaseList list, Duration deadline, StreamObserver<MemberListResponse> observer) {
        return AskPattern.<Lessor.Command, Lessor.Leases>ask(
                        lessor, Lessor.ListLeases::new, deadline, system.scheduler())
                .handle((leases, failure) -> {
                    if (failure == null) {
                        observer.onNext(inOrder(list, leases.ids()));
                        observer.onCompleted();
                    } else {
                        UnaryCalls.refuse(EtcdError.TIMEOUT, observer);
                    }
                    return true;
                });
    }

    /** The lessor has heard of all that was applied when the store answered, and maybe of more. */
    private MemberListResponse inOrder(Queries.LeaseList list, List<Long> inOrder) {
        var response = MemberListResponse.newBuilder().setHeader(node.header(list.revision()));
        Set<Long> left = new LinkedHashSet<>(list.ids());
        inOrder.stream().filter(left::remove).forEach(id -> add(id, response));
        left.forEach(id -> add(id, response)); // They have ended meanwhile.
        return response.build();
    }

    private static void add(long id, MemberListResponse.Builder response) {
        response.addMembers(Member.newBuilder().setID(id));
    }
}
