package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberListResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** {@code etcdserverpb.Cluster}: who the members are. Changing them is not offered yet. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {

    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(2);

    private final ActorRef<Members.Command> members;
    private final NodeView node;
    private final ActorSystem<?> system;

    ClusterService(ActorRef<Members.Command> members, NodeView node, ActorSystem<?> system) {
        this.members = members;
        this.node = node;
        this.system = system;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
        AskPattern.<Members.Command, List<Members.Facts>>ask(
                        members, Members.ListMembers::new, LIST_TIMEOUT, system.scheduler())
                .whenComplete((facts, failure) -> {
                    if (failure != null) {
                        UnaryCalls.refuse(EtcdError.TIMEOUT, observer);
                        return;
                    }
                    var response = MemberListResponse.newBuilder().setHeader(node.header());
                    facts.forEach(member -> response.addMembers(toMember(member)));
                    observer.onNext(response.build());
                    observer.onCompleted();
                });
    }

    private static Member toMember(Members.Facts facts) {
        var member = Member.newBuilder().setID(MemberIds.member(facts.nodeId())).setName(facts.nodeId());
        if (!facts.clientUrl().isEmpty()) {
            member.addAllClientURLs(List.of(facts.clientUrl().split(",")));
        }
        if (!facts.peerUrl().isEmpty()) {
            member.addPeerURLs(facts.peerUrl());
        }
        return member.build();
    }
}
