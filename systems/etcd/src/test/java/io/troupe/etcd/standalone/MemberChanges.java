package io.troupe.etcd.standalone;

import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.awaitAnswer;

import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An operator who changes the members, and asks again until the member that is asked lists what was asked for. */
final class MemberChanges {

    private MemberChanges() {}

    private static ClusterGrpc.ClusterBlockingStub cluster(Channel asked) {
        return ClusterGrpc.newBlockingStub(asked).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static List<Member> members(Channel asked) {
        return cluster(asked).memberList(MemberListRequest.getDefaultInstance()).getMembersList();
    }

    private static Optional<Member> at(Channel asked, int peer) {
        return members(asked).stream()
                .filter(member -> member.getPeerURLsList().contains(url(peer)))
                .findFirst();
    }

    private static String url(int peer) {
        return "http://127.0.0.1:" + peer;
    }

    /** Those that have started. */
    static List<Member> started(Channel asked) {
        return answer(() -> members(asked)).stream()
                .filter(member -> !member.getName().isEmpty())
                .toList();
    }

    static Member add(Channel asked, int peer, boolean learner) {
        return awaitAnswer("a member at " + peer)
                .until(
                        () -> {
                            if (at(asked, peer).isEmpty()) {
                                cluster(asked)
                                        .memberAdd(MemberAddRequest.newBuilder()
                                                .addPeerURLs(url(peer))
                                                .setIsLearner(learner)
                                                .build());
                            }
                            return at(asked, peer);
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    static void promote(Channel asked, Member learner) {
        awaitAnswer("the learner has caught up, and votes").until(() -> {
            if (isLearner(asked, learner)) {
                cluster(asked)
                        .memberPromote(MemberPromoteRequest.newBuilder()
                                .setID(learner.getID())
                                .build());
            }
            return !isLearner(asked, learner);
        });
    }

    private static boolean isLearner(Channel asked, Member one) {
        return members(asked).stream().anyMatch(member -> member.getID() == one.getID() && member.getIsLearner());
    }

    static void remove(Channel asked, Member gone) {
        awaitAnswer("the member is removed").until(() -> {
            if (isThere(asked, gone)) {
                cluster(asked)
                        .memberRemove(MemberRemoveRequest.newBuilder()
                                .setID(gone.getID())
                                .build());
            }
            return !isThere(asked, gone);
        });
    }

    private static boolean isThere(Channel asked, Member one) {
        return members(asked).stream().anyMatch(member -> member.getID() == one.getID());
    }
}
