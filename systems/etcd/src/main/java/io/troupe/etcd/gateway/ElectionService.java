package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.CampaignResponse;
import io.etcd.jetcd.api.ElectionGrpc;
import io.etcd.jetcd.api.LeaderKey;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.ProclaimRequest;
import io.etcd.jetcd.api.ProclaimResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResignRequest;
import io.etcd.jetcd.api.ResignResponse;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.concurrency.Claims;
import io.troupe.etcd.concurrency.Contender;
import io.troupe.etcd.concurrency.Store;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import org.apache.pekko.util.ByteString;

/** {@code v3electionpb.Election}. */
final class ElectionService extends ElectionGrpc.ElectionImplBase {

    private static final Contender.Failed MISSING_LEADER = new Contender.Failed("\"leader\" field must be provided");
    private static final Contender.Failed NOT_LEADER = new Contender.Failed(Contender.NOT_LEADER);
    private static final Contender.Failed NO_LEADER = new Contender.Failed("election: no leader");

    private final UnaryCalls calls;
    private final Contests contests;
    private final NodeView node;

    ElectionService(UnaryCalls calls, Contests contests, NodeView node) {
        this.calls = calls;
        this.contests = contests;
        this.node = node;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
        var claim = new Contender.Claim(request.getName(), request.getLease(), request.getValue(), true);
        contests.enter(
                claim,
                held -> CampaignResponse.newBuilder()
                        .setHeader(node.header(held.revision()))
                        .setLeader(LeaderKey.newBuilder()
                                .setName(request.getName())
                                .setKey(held.key())
                                .setRev(held.createdAt())
                                .setLease(held.lease()))
                        .build(),
                observer);
    }

    /**
     * Whose key names no lease has one granted for it, of the time to live that etcd's client library gives, and nobody keeps
     * that alive: as in etcd, where each of these calls opens a session.
     */
    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
        if (!request.hasLeader()) {
            Contests.refuse(MISSING_LEADER, observer);
            return;
        }
        if (request.getLeader().getLease() != 0) {
            calls.applyOn(proclamation(request), observer, result -> proclaimed(result, observer));
            return;
        }
        Store store = calls.store();
        contests.grantLease(observer, lease -> {
            var leased = request.getLeader().toBuilder().setLease(lease);
            store.apply(
                    proclamation(request.toBuilder().setLeader(leased).build()),
                    result -> proclaimed(result, observer));
        });
    }

    private static ByteString proclamation(ProclaimRequest request) {
        LeaderKey leader = request.getLeader();
        return Commands.txn(Claims.proclaim(leader.getKey(), leader.getRev(), request.getValue(), leader.getLease()));
    }

    private void proclaimed(Result result, StreamObserver<ProclaimResponse> observer) {
        if (result instanceof Result.Refused refused) {
            Contests.refuse(new Contender.Refused(refused.error()), observer);
            return;
        }
        TxnResponse response = ((Result.Ok) result).as(TxnResponse::parseFrom);
        if (response.getSucceeded()) {
            long revision = response.getHeader().getRevision();
            answer(
                    ProclaimResponse.newBuilder()
                            .setHeader(node.header(revision))
                            .build(),
                    observer);
        } else {
            Contests.refuse(NOT_LEADER, observer);
        }
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
        if (!request.hasLeader()) {
            Contests.refuse(MISSING_LEADER, observer);
            return;
        }
        LeaderKey leader = request.getLeader();
        calls.applyOn(Commands.txn(Claims.resign(leader.getKey(), leader.getRev())), observer, result -> {
            if (result instanceof Result.Ok ok) {
                long revision = ok.as(TxnResponse::parseFrom).getHeader().getRevision();
                answer(
                        ResignResponse.newBuilder()
                                .setHeader(node.header(revision))
                                .build(),
                        observer);
            } else {
                Contests.refuse(new Contender.Refused(((Result.Refused) result).error()), observer);
            }
        });
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        calls.readOn(Queries.range(Claims.oldest(request.getName())), observer, result -> {
            if (result instanceof Result.Refused refused) {
                Contests.refuse(new Contender.Refused(refused.error()), observer);
                return;
            }
            RangeResponse found = ((Result.Ok) result).as(RangeResponse::parseFrom);
            if (found.getKvsCount() == 0) {
                Contests.refuse(NO_LEADER, observer);
            } else {
                answer(
                        LeaderResponse.newBuilder()
                                .setHeader(node.header(found.getHeader().getRevision()))
                                .setKv(found.getKvs(0))
                                .build(),
                        observer);
            }
        });
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        contests.observe(request.getName(), observer);
    }

    private static <T> void answer(T response, StreamObserver<T> observer) {
        observer.onNext(response);
        observer.onCompleted();
    }
}
