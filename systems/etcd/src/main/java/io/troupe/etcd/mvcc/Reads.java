package io.troupe.etcd.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.Caller;
import io.troupe.etcd.auth.RequestAccess;
import io.troupe.etcd.members.Roster;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Answers queries about the state of now, and changes nothing.
 *
 * @param importable whether a snapshot may be brought in
 */
record Reads(MvccStore store, AuthState auth, Alarms alarms, Roster roster, boolean importable) {

    /** @param body what follows the tag */
    ByteString answer(byte tag, Caller caller, ByteBuffer body) throws InvalidProtocolBufferException {
        var access = new RequestAccess(auth, caller);
        return switch (tag) {
            case Queries.RANGE -> range(RangeRequest.parseFrom(body), access);
            case Queries.TXN -> readOnlyTxn(TxnRequest.parseFrom(body), access);
            case Queries.USER -> AuthCommands.user(auth, caller, AuthUserGetRequest.parseFrom(body), store.revision());
            case Queries.USERS -> AuthCommands.users(auth, caller, store.revision());
            case Queries.ROLE -> AuthCommands.role(auth, caller, AuthRoleGetRequest.parseFrom(body), store.revision());
            case Queries.ROLES -> AuthCommands.roles(auth, caller, store.revision());
            case Queries.CREDENTIALS -> AuthCommands.credentials(auth, AuthUserGetRequest.parseFrom(body));
            case Queries.HISTORY ->
                Result.ok(HistoryReader.read(store, WatchCreateRequest.parseFrom(body))
                        .toBytes());
            case Queries.LEASE -> lease(body.getLong(), List.of());
            case Queries.LEASE_WITH_KEYS -> leaseWithKeys(body.getLong(), access);
            case Queries.LEASES -> Result.ok(Queries.LeaseList.of(store).toBytes());
            case Queries.LESSOR -> Result.ok(Queries.lessorTerm(store.leases().lessorTerm()));
            case Queries.STATUS ->
                Result.ok(
                        new Queries.StoreStatus(store.revision(), store.compacted(), store.bytes(), store.bytesInUse())
                                .toBytes());
            case Queries.HASH -> StoreHash.read(store, body.getLong());
            case Queries.IMPORT -> Result.ok(new Queries.ImportState(importable, store.revision()).toBytes());
            case Queries.MEMBERS -> Result.ok(MemberCommands.list(roster));
            case Queries.ALARMS ->
                alarms(alarms.ofType(AlarmRequest.parseFrom(body).getAlarmValue()));
            default -> Result.refused(EtcdError.MALFORMED);
        };
    }

    static ByteString alarms(List<Alarms.Alarm> told) {
        var response = AlarmResponse.newBuilder();
        told.forEach(alarm -> response.addAlarms(alarm.toMessage()));
        return Result.ok(response.build());
    }

    private ByteString range(RangeRequest request, RequestAccess access) {
        return TxnRules.check(request)
                .or(() -> access.check(request))
                .or(() -> auth.mayBeAnswered(access.caller()))
                .or(() -> store.mayRead(request.getRevision(), store.revision()))
                .map(Result::refused)
                .orElseGet(() -> Result.ok(RangeReader.read(store, request, store.revision())));
    }

    private ByteString readOnlyTxn(TxnRequest request, RequestAccess access) {
        if (!TxnRules.isReadOnly(request)) {
            return Result.refused(EtcdError.MALFORMED);
        }
        var plan = TxnExecutor.Plan.of(store, request);
        return TxnRules.check(request)
                .or(() -> access.check(request, lease -> List.of()))
                .or(() -> auth.mayBeAnswered(access.caller()))
                .or(() -> plan.check(store))
                .map(Result::refused)
                .orElseGet(() -> Result.ok(TxnExecutor.execute(store, store.begin(), plan)));
    }

    /** As etcd does it since 3.4.26: before, it told the keys to anybody (CVE-2023-32082). */
    private ByteString leaseWithKeys(long id, RequestAccess access) {
        LeaseTable.Lease lease = store.leases().get(id);
        List<com.google.protobuf.ByteString> keys = lease == null ? List.of() : List.copyOf(lease.keys);
        return access.mayBeToldOf(keys).map(Result::refused).orElseGet(() -> lease(id, keys));
    }

    private ByteString lease(long id, List<com.google.protobuf.ByteString> keys) {
        Optional<LeaseFacts> facts = Optional.ofNullable(store.leases().get(id))
                .map(found -> new LeaseFacts(id, found.ttlSeconds, found.grantedAt, keys));
        return Result.ok(new Queries.LeaseView(store.revision(), facts).toBytes());
    }
}
