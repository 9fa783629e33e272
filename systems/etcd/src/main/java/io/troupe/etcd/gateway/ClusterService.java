package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberAddResponse;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberPromoteResponse;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MemberRemoveResponse;
import io.etcd.jetcd.api.MemberUpdateRequest;
import io.etcd.jetcd.api.MemberUpdateResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.members.MemberIds;
import io.troupe.etcd.members.Members;
import io.troupe.etcd.members.PeerUrls;
import io.troupe.etcd.members.Registrar;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** {@code etcdserverpb.Cluster}: who the members are, and their changes, which the {@link Registrar} carries out. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {

    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(2);

    /** A change of members waits for the consensus group, which may have another under way. */
    private static final Duration CHANGE_TIMEOUT = Duration.ofSeconds(20);

    /** {@code MemberListRequest.linearizable}, which the published class lacks. */
    private static final int LINEARIZABLE_FIELD = 1;

    private final UnaryCalls calls;
    private final ActorRef<Members.Command> members;
    private final ActorRef<Registrar.Command> registrar;
    private final NodeView node;
    private final LongSupplier random;
    private final ActorSystem<?> system;

    /** @param random for the numbers of new members */
    ClusterService(
            UnaryCalls calls,
            ActorRef<Members.Command> members,
            ActorRef<Registrar.Command> registrar,
            NodeView node,
            LongSupplier random,
            ActorSystem<?> system) {
        this.calls = calls;
        this.members = members;
        this.registrar = registrar;
        this.node = node;
        this.random = random;
        this.system = system;
    }

    /** As in etcd, with no revision. */
    private ResponseHeader header() {
        return node.header(0);
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
        boolean linearizable = request.getUnknownFields().getField(LINEARIZABLE_FIELD).getVarintList().stream()
                .anyMatch(value -> value != 0);
        var consistency = linearizable ? ReadConsistency.LINEARIZABLE : ReadConsistency.STALE;
        calls.read(Queries.members(), consistency, observer, result -> {
            if (result instanceof Result.Refused refused) {
                UnaryCalls.refuse(refused.error(), observer);
                return UnaryCalls.DONE;
            }
            MemberListResponse recorded = ((Result.Ok) result).as(MemberListResponse::parseFrom);
            return recorded.getMembersCount() > 0 ? told(recorded, observer) : tellConfigured(observer);
        });
    }

    private CompletionStage<Boolean> told(MemberListResponse recorded, StreamObserver<MemberListResponse> observer) {
        observer.onNext(recorded.toBuilder().setHeader(header()).build());
        observer.onCompleted();
        return UnaryCalls.DONE;
    }

    /** Before the first leader has recorded the members: those that this node was set up with. */
    private CompletionStage<?> tellConfigured(StreamObserver<MemberListResponse> observer) {
        return AskPattern.<Members.Command, List<Members.Facts>>ask(
                        members, Members.ListMembers::new, LIST_TIMEOUT, system.scheduler())
                .whenComplete((facts, failure) -> {
                    if (failure != null) {
                        UnaryCalls.refuse(EtcdError.TIMEOUT, observer);
                        return;
                    }
                    var response = MemberListResponse.newBuilder();
                    facts.forEach(member -> response.addMembers(toMember(member)));
                    told(response.build(), observer);
                });
    }

    private static Member toMember(Members.Facts facts) {
        var member = Member.newBuilder()
                .setID(MemberIds.member(facts.nodeId()))
                .setName(facts.nodeId())
                .addAllClientURLs(facts.clientUrls());
        if (!facts.peerUrl().isEmpty()) {
            member.addPeerURLs(facts.peerUrl());
        }
        return member.build();
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
        if (!PeerUrls.areSound(request.getPeerURLsList())) {
            UnaryCalls.refuse(EtcdError.MEMBER_BAD_URLS, observer);
            return;
        }
        long id = MemberIds.fresh(random);
        var member = Member.newBuilder()
                .setID(id)
                .addAllPeerURLs(PeerUrls.sorted(request.getPeerURLsList()))
                .setIsLearner(request.getIsLearner())
                .build();
        change(replyTo -> new Registrar.Add(member, replyTo), observer, after -> MemberAddResponse.newBuilder()
                .setHeader(header())
                .setMember(member)
                .addAllMembers(after.getMembersList())
                .build());
    }

    @Override
    public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> observer) {
        change(
                replyTo -> new Registrar.Remove(request.getID(), replyTo),
                observer,
                after -> MemberRemoveResponse.newBuilder()
                        .setHeader(header())
                        .addAllMembers(after.getMembersList())
                        .build());
    }

    @Override
    public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> observer) {
        change(replyTo -> new Registrar.Update(request, replyTo), observer, after -> MemberUpdateResponse.newBuilder()
                .setHeader(header())
                .addAllMembers(after.getMembersList())
                .build());
    }

    @Override
    public void memberPromote(MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> observer) {
        change(
                replyTo -> new Registrar.Promote(request.getID(), replyTo),
                observer,
                after -> MemberPromoteResponse.newBuilder()
                        .setHeader(header())
                        .addAllMembers(after.getMembersList())
                        .build());
    }

    private <T> void change(
            Function<ActorRef<Result>, Registrar.Command> ask,
            StreamObserver<T> observer,
            Function<MemberListResponse, T> answer) {
        if (!calls.isAdmitted(observer)) {
            return;
        }
        AskPattern.<Registrar.Command, Result>ask(registrar, ask::apply, CHANGE_TIMEOUT, system.scheduler())
                .whenComplete((result, failure) -> {
                    if (result instanceof Result.Ok ok) {
                        observer.onNext(answer.apply(ok.as(MemberListResponse::parseFrom)));
                        observer.onCompleted();
                    } else {
                        UnaryCalls.refuse(
                                result instanceof Result.Refused refused ? refused.error() : EtcdError.TIMEOUT,
                                observer);
                    }
                });
    }
}
