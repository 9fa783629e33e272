package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListResponse;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.MoveLeaderResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.auth.Passwords;
import io.troupe.etcd.lease.KeepAliveSession;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.mvcc.Result;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.etcd.port.Access;
import io.troupe.etcd.port.ClientPort;
import io.troupe.etcd.port.Http1;
import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Calls that ask twice before they answer: the store, then the lessor or the group host, both played by the test. One
 * call is admitted at a time, so whether it still counts shows in whether the next is refused.
 */
class TwoPhaseCallsTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();
    private static final long LEASE = 7;

    /** What the store of {@link #store} has reached; the node's own view is at another revision. */
    private static final long REVISION = 3;

    private static final Quota QUOTA = new Quota(() -> 1, -1);
    private static final EtcdSettings SETTINGS =
            EtcdSettings.of(ConfigFactory.parseString("troupe.etcd { client.port = 0, in-flight-max = 1 }")
                    .withFallback(ConfigFactory.load()));

    private final TestProbe<CallBroker.Command> broker = TEST_KIT.createTestProbe();
    private final TestProbe<LeaseDesk.Command> desk = TEST_KIT.createTestProbe();
    private final TestProbe<Lessor.Command> lessor = TEST_KIT.createTestProbe();
    private final TestProbe<Groups.Command> groups = TEST_KIT.createTestProbe();
    private final TestProbe<Replica.Request> replica = TEST_KIT.createTestProbe();
    private final NodeView node = new NodeView("etcd", "n1", List.of("n1"), () -> 999);
    private final UnaryCalls calls =
            new UnaryCalls(broker.ref(), new AuthView(SETTINGS.auth().tokens()), QUOTA, SETTINGS);

    private final EtcdStateMachine store = store();

    private final TestProbe<Streams.Command<KeepAliveSession.Command>> keepAliveStreams = TEST_KIT.createTestProbe();
    private final Queue<Runnable> passwordsToHash = new ConcurrentLinkedQueue<>();
    private final Executor hashing = passwordsToHash::add;
    private EtcdServer server;
    private ManagedChannel channel;

    @BeforeEach
    void listen() throws Exception {
        var keepAlives = new StreamObservers<io.etcd.jetcd.api.LeaseKeepAliveRequest, KeepAliveSession.Command>(
                keepAliveStreams.ref(),
                new Admission(1),
                KeepAliveSession.Requested::new,
                new KeepAliveSession.Writable(),
                new KeepAliveSession.Gone(),
                Optional.empty());
        var leases = new LeaseService(
                calls, keepAlives, desk.ref(), lessor.ref(), node, SETTINGS, () -> 1, TEST_KIT.system());
        var present = new PresentStatus(groups.ref(), node, TEST_KIT.system());
        var maintenance = new MaintenanceService(
                calls, node, noSnapshots(calls), QUOTA, present, replica.ref(), TEST_KIT.system());
        var http = new HttpBackend(calls, node, present, QUOTA, new SimpleMeterRegistry());
        var plain = new Http1(http, Access.ALL);
        var port = new ClientPort(SETTINGS.client().addresses(), Optional.empty(), plain, plain, Runnable::run, 16);
        var authentications = new Authentications(calls, node, calls.auth().tokens(), Runnable::run);
        var auth = new AuthService(calls, node, new Passwords(4), authentications, hashing);
        var services = List.of(leases.definition(), maintenance.bindService(), auth.bindService());
        var guarded = EtcdServer.guarded(
                SETTINGS, node, services, new FreshTokens(calls.auth(), calls::catchUp, 1), http.callMeters());
        server = EtcdServer.build(SETTINGS, port, guarded, Optional.empty()).listen();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    private SnapshotStreams noSnapshots(UnaryCalls calls) {
        var admission = new Admission(1);
        var streams = TEST_KIT.<Streams.Command<SnapshotStream.Command>>createTestProbe();
        return new SnapshotStreams(
                new WaitingCalls<>(
                        streams.ref(), admission, new AtomicLong(), Optional.empty(), new SnapshotStream.Gone()),
                calls,
                new FrozenStates(),
                node,
                Runnable::run);
    }

    @AfterEach
    void close() throws Exception {
        channel.shutdownNow();
        channel.awaitTermination(5, TimeUnit.SECONDS);
        server.shutdownNow();
    }

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    /** A store with two puts and a lease. */
    private static EtcdStateMachine store() {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        var put = PutRequest.newBuilder().setKey(copyFromUtf8("key")).build();
        machine.apply(1, Commands.put(put));
        machine.apply(2, Commands.put(put));
        machine.apply(
                3,
                Commands.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(60).build()));
        return machine;
    }

    private GroupRequest theStoreAnswers() {
        var call = broker.expectMessageClass(CallBroker.Call.class);
        call.conclude().accept(Result.parse(store.query(call.request().payload())));
        return call.request();
    }

    private LeaseDesk.Ask theLessorIsAsked() {
        return desk.expectMessageClass(LeaseDesk.Ask.class);
    }

    private ListenableFuture<LeaseTimeToLiveResponse> timeToLive(long id) {
        return LeaseGrpc.newFutureStub(channel)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).build());
    }

    private ListenableFuture<StatusResponse> status() {
        return MaintenanceGrpc.newFutureStub(channel).status(StatusRequest.getDefaultInstance());
    }

    private void assertThatTheNextCallIsRefused() {
        var stub = MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertRefused(() -> stub.status(StatusRequest.getDefaultInstance()), EtcdError.TOO_MANY_REQUESTS);
    }

    private void assertThatThereIsRoomAgain() {
        await("no call is under way").until(() -> calls.underWay() == 0);
    }

    @Test
    void aStreamThatIsOpenWhenTheServerEndsIsToldSo() {
        var ended = new CompletableFuture<Void>();
        LeaseGrpc.newStub(channel).leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse response) {}

            @Override
            public void onError(Throwable failure) {
                ended.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                ended.complete(null);
            }
        });
        keepAliveStreams.receiveMessage();
        server.shutdownNow();
        assertRefused(() -> ended.get(60, TimeUnit.SECONDS), EtcdError.STOPPED);
    }

    @Test
    void aTimeToLiveCountsAsUnderWayUntilTheLessorHasAnswered() throws Exception {
        var answer = timeToLive(LEASE);
        theStoreAnswers();
        var asked = theLessorIsAsked();
        assertThatTheNextCallIsRefused();
        asked.replyTo().tell(new LeaseDesk.Lasting(LEASE, 42));
        assertThat(answer.get(60, TimeUnit.SECONDS).getTTL()).isEqualTo(42);
        assertThatThereIsRoomAgain();
    }

    @Test
    void aTimeToLiveOfALeaseThatEndsMeanwhileCountsUntilTheStoreHasAnsweredAgain() throws Exception {
        var answer = timeToLive(LEASE);
        theStoreAnswers();
        theLessorIsAsked().replyTo().tell(new LeaseDesk.Absent(LEASE));
        var again = broker.expectMessageClass(CallBroker.Call.class);
        assertThatTheNextCallIsRefused();
        store.apply(
                4,
                Commands.leaseRevoke(io.etcd.jetcd.api.LeaseRevokeRequest.newBuilder()
                        .setID(LEASE)
                        .build()));
        again.conclude().accept(Result.parse(store.query(again.request().payload())));
        assertThat(answer.get(60, TimeUnit.SECONDS).getTTL()).isEqualTo(-1);
        assertThatThereIsRoomAgain();
    }

    @Test
    void aTimeToLiveThatTheLessorLeavesUnansweredOrTheStoreRefusesMakesRoomToo() {
        var unanswered = timeToLive(LEASE);
        theStoreAnswers();
        theLessorIsAsked().replyTo().tell(new LeaseDesk.Unanswered(LEASE));
        assertRefused(() -> unanswered.get(60, TimeUnit.SECONDS), EtcdError.NO_LEADER);
        assertThatThereIsRoomAgain();

        node.update(new Replica.Status("etcd", "n1", Replica.Role.FOLLOWER, Optional.of("n2"), 1, 1, 1, 0));
        var late = timeToLive(LEASE);
        theStoreAnswers();
        theLessorIsAsked().replyTo().tell(new LeaseDesk.Unanswered(LEASE));
        assertRefused(() -> late.get(60, TimeUnit.SECONDS), EtcdError.TIMEOUT);
        assertThatThereIsRoomAgain();

        var refused = timeToLive(LEASE);
        broker.expectMessageClass(CallBroker.Call.class)
                .conclude()
                .accept(new Result.Refused(EtcdError.NO_LEADER_IN_TIME));
        assertRefused(() -> refused.get(60, TimeUnit.SECONDS), EtcdError.NO_LEADER_IN_TIME);
        assertThatThereIsRoomAgain();
    }

    @Test
    void aPasswordIsHashedForACallThatIsAdmittedAndForNoOther() throws Exception {
        var add = AuthUserAddRequest.newBuilder().setName("u").setPassword("p").build();
        var added = AuthGrpc.newFutureStub(channel).userAdd(add);
        await("the password is to be hashed").until(() -> passwordsToHash.size() == 1);
        assertRefused(() -> AuthGrpc.newBlockingStub(channel).userAdd(add), EtcdError.TOO_MANY_REQUESTS);
        assertThat(passwordsToHash).hasSize(1);
        passwordsToHash.remove().run();
        broker.expectMessageClass(CallBroker.Call.class).conclude().accept(new Result.Ok(new byte[0]));
        added.get(60, TimeUnit.SECONDS);
        assertThatThereIsRoomAgain();
    }

    @Test
    void whatALockOrAnElectionHasAppliedIsNoLargerThanAnyRequest() {
        var name = ByteString.copyFrom(new byte[SETTINGS.requestBytesMax()]);
        var answered = new CompletableFuture<Result>();
        calls.store().apply(Commands.put(PutRequest.newBuilder().setKey(name).build()), answered::complete);
        assertThat(answered).isCompletedWithValue(new Result.Refused(EtcdError.REQUEST_TOO_LARGE));
    }

    @Test
    void aStatusCountsAsUnderWayUntilTheGroupHostHasAnswered() throws Exception {
        var answer = status();
        theStoreAnswers();
        var asked = groups.expectMessageClass(Groups.ListStatus.class);
        assertThatTheNextCallIsRefused();
        asked.replyTo().tell(new Groups.Statuses(List.of()));
        assertThat(answer.get(60, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(REVISION);
        assertThatThereIsRoomAgain();
    }

    @Test
    void theHeadersOfLeaseAnswersAreOfTheRevisionThatWasRead() throws Exception {
        var lasting = timeToLive(LEASE);
        theStoreAnswers();
        theLessorIsAsked().replyTo().tell(new LeaseDesk.Lasting(LEASE, 42));
        assertThat(lasting.get(60, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(REVISION);
        assertThatThereIsRoomAgain();

        var absent = timeToLive(LEASE + 1);
        theStoreAnswers();
        assertThat(absent.get(60, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(REVISION);
        assertThatThereIsRoomAgain();

        var leases = listLeases();
        assertThat(theStoreAnswers().consistency())
                .as("of what this member has")
                .contains(ReadConsistency.STALE);
        theLessorKnows(LEASE);
        MemberListResponse list = leases.get(60, TimeUnit.SECONDS);
        assertThat(list.getHeader().getRevision()).isEqualTo(REVISION);
        assertThat(list.getMembersList()).extracting(Member::getID).containsExactly(LEASE);
    }

    private ListenableFuture<MemberListResponse> listLeases() {
        return ClientCalls.futureUnaryCall(
                channel.newCall(LeaseService.LEASES, CallOptions.DEFAULT), LeaseTimeToLiveRequest.getDefaultInstance());
    }

    private void theLessorKnows(Long... ids) {
        lessor.expectMessageClass(Lessor.ListLeases.class).replyTo().tell(new Lessor.Leases(List.of(ids)));
    }

    @Test
    void leasesAreListedAsTheyRunOut() throws Exception {
        for (long id : List.of(1, 2, 9)) {
            store.apply(
                    REVISION + id,
                    Commands.leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(id).setTTL(60).build()));
        }
        var leases = listLeases();
        theStoreAnswers();
        assertThatTheNextCallIsRefused();
        theLessorKnows(9L, LEASE, 11L, 2L);
        assertThat(leases.get(60, TimeUnit.SECONDS).getMembersList())
                .as("those of the store, and last what has ended since it was asked")
                .extracting(Member::getID)
                .containsExactly(9L, LEASE, 2L, 1L);
        assertThatThereIsRoomAgain();
    }

    private ListenableFuture<MoveLeaderResponse> moveLeader(long member) {
        return MaintenanceGrpc.newFutureStub(channel)
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(member).build());
    }

    @Test
    void leadershipIsMovedByTheLeaderAloneAndWithinItsTime() {
        var other = Member.newBuilder().setID(2).setName("n2").build();
        node.roster().onChanged(Roster.restored(9, List.of(other), new TreeMap<>()));
        assertRefused(() -> moveLeader(2).get(60, TimeUnit.SECONDS), EtcdError.NOT_LEADER);

        node.update(new Replica.Status("etcd", "n1", Replica.Role.LEADER, Optional.of("n1"), 1, 1, 1, 0));
        var late = moveLeader(2);
        var asked = replica.expectMessageClass(Replica.TransferLeadership.class);
        asked.replyTo().tell(new Replica.Rejected(0, 0, Replica.Reason.NOT_TAKEN_OVER, "n2 did not take over"));
        assertRefused(() -> late.get(60, TimeUnit.SECONDS), EtcdError.TIMEOUT_LEADER_TRANSFER);
    }
}
