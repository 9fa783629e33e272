package io.troupe.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MemberUpdateRequest;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Changes of the members of a cluster of one, at a real etcd and at this one. Skipped where no etcd is installed. */
@OnEachEngine
class ClusterDifferentialTest {

    @Parameter
    private String engine;

    private static final String ELSEWHERE = "http://127.0.0.1:11";
    private static final String AND_ELSEWHERE = "http://127.0.0.1:12";

    private static final String FAR_AWAY = "http://127.0.0.1:13";
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    @TempDir
    Path folder;

    private RealEtcd real;
    private SoloNode ours;

    @BeforeEach
    void start() throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        real = RealEtcd.start(program.get(), folder);
        ours = new SoloNode(engine, "");
    }

    @AfterEach
    void stop() throws Exception {
        if (real != null) {
            ours.close();
            real.close();
        }
    }

    /** One server and what it told, without the numbers it chose and without itself. */
    private static final class Server {
        final ManagedChannel channel;
        final long self;
        final List<String> told = new ArrayList<>();

        Server(ManagedChannel channel) {
            this.channel = channel;
            self = kv().range(RangeRequest.newBuilder().setKey(KEY).build())
                    .getHeader()
                    .getMemberId();
        }

        private ClusterGrpc.ClusterBlockingStub cluster() {
            return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
        }

        private KVGrpc.KVBlockingStub kv() {
            return KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
        }

        private void ask(Supplier<String> call) {
            try {
                told.add(call.get());
            } catch (StatusRuntimeException e) {
                told.add(e.getStatus().getCode() + ": " + e.getStatus().getDescription());
            }
        }

        /**
         * Asks for a change of the members once the one before is behind: an etcd answers for one before its Raft
         * counts it as applied, and drops without an answer what is proposed in between. The deletion of no key comes
         * after it in the log and changes nothing.
         */
        private void askToChange(Supplier<String> call) {
            kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(KEY).build());
            ask(call);
        }

        private String text(List<Member> members) {
            return members.stream()
                    .filter(member -> member.getID() != self)
                    .map(member -> member.toBuilder().clearID().build().toString())
                    .toList()
                    .toString();
        }

        long add(boolean learner, String... urls) {
            long[] id = new long[1];
            askToChange(() -> {
                var response = cluster()
                        .memberAdd(MemberAddRequest.newBuilder()
                                .setIsLearner(learner)
                                .addAllPeerURLs(List.of(urls))
                                .build());
                id[0] = response.getMember().getID();
                return "added " + text(List.of(response.getMember())) + " to " + text(response.getMembersList())
                        + " at " + response.getHeader().getRevision();
            });
            return id[0];
        }

        void remove(long id) {
            askToChange(() -> "removed: "
                    + text(cluster()
                            .memberRemove(
                                    MemberRemoveRequest.newBuilder().setID(id).build())
                            .getMembersList()));
        }

        void promote(long id) {
            askToChange(() -> "promoted: "
                    + text(cluster()
                            .memberPromote(
                                    MemberPromoteRequest.newBuilder().setID(id).build())
                            .getMembersList()));
        }

        void update(long id, String... urls) {
            askToChange(() -> "updated: "
                    + text(cluster()
                            .memberUpdate(MemberUpdateRequest.newBuilder()
                                    .setID(id)
                                    .addAllPeerURLs(List.of(urls))
                                    .build())
                            .getMembersList()));
        }

        void list() {
            ask(() -> "listed: "
                    + text(cluster()
                            .memberList(MemberListRequest.getDefaultInstance())
                            .getMembersList()));
        }

        void moveLeader(long id) {
            ask(() -> "moved: "
                    + MaintenanceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(60, TimeUnit.SECONDS)
                            .moveLeader(MoveLeaderRequest.newBuilder()
                                    .setTargetID(id)
                                    .build()));
        }
    }

    private interface Story {
        void tell(Server server);
    }

    private void isToldAlike(Story story) throws Exception {
        List<List<String>> told = new ArrayList<>();
        for (ManagedChannel channel : List.of(real.connect(), ours.connect())) {
            try {
                var server = new Server(channel);
                story.tell(server);
                told.add(server.told);
            } finally {
                SoloNode.disconnect(channel);
            }
        }
        assertThat(told.get(1)).isEqualTo(told.get(0));
    }

    @Test
    void learnersComeAndGo() throws Exception {
        isToldAlike(server -> {
            server.list();
            long learner = server.add(true, ELSEWHERE);
            server.add(true, ELSEWHERE, FAR_AWAY); // Other URLs: etcd makes a member's number from them and the second.
            server.add(true, AND_ELSEWHERE);
            server.add(false, ELSEWHERE, AND_ELSEWHERE);
            server.promote(learner);
            server.moveLeader(learner);
            server.remove(learner);
            server.remove(learner);
            server.promote(learner);
            server.update(learner, ELSEWHERE);
            server.remove(server.add(true, ELSEWHERE, AND_ELSEWHERE));
            server.list();
        });
    }

    @Test
    void aVoterIsAddedUnstarted() throws Exception {
        isToldAlike(server -> {
            server.add(false, ELSEWHERE);
            server.list();
        });
    }

    @Test
    void whatCannotBeIsRefusedInTheSameWords() throws Exception {
        isToldAlike(server -> {
            server.add(false);
            server.add(true, "");
            server.add(false, "127.0.0.1:11");
            server.add(false, "ftp://127.0.0.1:11");
            server.add(false, "http://127.0.0.1");
            server.add(false, "http://127.0.0.1:11/path");
            server.remove(server.self);
            server.remove(99);
            server.promote(server.self);
            server.promote(99);
            server.update(99, ELSEWHERE);
            server.moveLeader(99);
            server.moveLeader(server.self);
        });
    }
}
