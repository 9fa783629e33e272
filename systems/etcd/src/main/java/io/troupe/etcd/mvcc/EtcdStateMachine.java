package io.troupe.etcd.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthChanges;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.Caller;
import io.troupe.etcd.auth.RequestAccess;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * The etcd store behind the replication contract. Every command ends in a {@link Result}: what cannot be done
 * is refused alike on every replica.
 */
public final class EtcdStateMachine implements StateMachine {

    private final StoreListener listener;
    private MvccStore store = new MvccStore();
    private AuthState auth = AuthState.INITIAL;
    private Alarms alarms = Alarms.NONE;

    public EtcdStateMachine(StoreListener listener) {
        this.listener = listener;
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        try {
            ByteBuffer body = ByteBuffer.wrap(command.toArrayUnsafe());
            if (!body.hasRemaining()) {
                return Result.refused(EtcdError.MALFORMED);
            }
            byte tag = body.get();
            Caller caller = tag == Commands.AS_CALLER ? Caller.unwrap(body) : Caller.NOBODY;
            var access = new RequestAccess(auth, caller);
            tag = tag == Commands.AS_CALLER ? body.get() : tag;
            if (AuthCommands.isChange(tag)) {
                return change(AuthCommands.change(auth, caller, tag, body));
            }
            return switch (tag) {
                case Commands.PUT -> put(PutRequest.parseFrom(body), access);
                case Commands.DELETE_RANGE -> deleteRange(DeleteRangeRequest.parseFrom(body), access);
                case Commands.TXN -> txn(TxnRequest.parseFrom(body), access);
                case Commands.AUTHENTICATE -> authenticate(index, body);
                case Commands.COMPACT -> compact(CompactionRequest.parseFrom(body));
                case Commands.ALARM -> alarm(AlarmRequest.parseFrom(body));
                case Commands.LEASE_GRANT -> grant(index, LeaseGrantRequest.parseFrom(body));
                case Commands.LEASE_REVOKE ->
                    revoke(LeaseRevokeRequest.parseFrom(body).getID(), access);
                case Commands.LESSOR_PROMOTED -> promote(body.getLong());
                case Commands.LEASE_EXPIRED_V1 -> expire(body.getLong(), body.getLong(), LeaseTable.UNKNOWN);
                case Commands.LEASE_EXPIRED -> expire(body.getLong(), body.getLong(), body.getLong());
                default -> Result.refused(EtcdError.MALFORMED);
            };
        } catch (InvalidProtocolBufferException | java.nio.BufferUnderflowException e) {
            return Result.refused(EtcdError.MALFORMED);
        }
    }

    private ByteString change(AuthChanges.Outcome outcome) {
        if (outcome instanceof AuthChanges.Refused refused) {
            return Result.refused(refused.error());
        }
        AuthState changed = ((AuthChanges.Changed) outcome).state();
        if (changed != auth) {
            auth = changed;
            listener.onAuthChanged(auth);
        }
        return Result.ok(TxnExecutor.header(store.revision()));
    }

    /** A simple token ends with the index of the command that made it, as etcd's do. */
    private ByteString authenticate(long index, ByteBuffer body) {
        Caller user = Caller.unwrap(body);
        Optional<EtcdError> refusal = AuthCommands.mayAuthenticate(auth, user);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        String prefix = StandardCharsets.UTF_8.decode(body).toString();
        String token = prefix.isEmpty() ? "" : prefix + "." + index;
        if (!token.isEmpty()) {
            listener.onAuthenticated(user.user(), token);
        }
        return Result.ok(AuthenticateResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .setToken(token)
                .build());
    }

    private List<com.google.protobuf.ByteString> keysOf(long leaseId) {
        LeaseTable.Lease lease = store.leases().get(leaseId);
        return !auth.enabled() || lease == null ? List.of() : List.copyOf(lease.keys);
    }

    private ByteString put(PutRequest request, RequestAccess access) {
        Optional<EtcdError> error = TxnRules.check(request)
                .or(() -> access.check(request, keysOf(request.getLease())))
                .or(() -> mayGrow(true))
                .or(() -> TxnExecutor.check(store, request));
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        MvccStore.WriteTxn txn = store.begin();
        var response = TxnExecutor.put(store, txn, request);
        publish(txn);
        return Result.ok(response);
    }

    private ByteString deleteRange(DeleteRangeRequest request, RequestAccess access) {
        Optional<EtcdError> error =
                TxnRules.check(request).or(() -> access.check(request)).or(this::mayChange);
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        MvccStore.WriteTxn txn = store.begin();
        var response = TxnExecutor.delete(store, txn, request);
        publish(txn);
        return Result.ok(response);
    }

    private ByteString txn(TxnRequest request, RequestAccess access) {
        Optional<EtcdError> error =
                TxnRules.check(request).or(() -> access.check(request)).or(() -> mayGrow(TxnRules.mayPut(request)));
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        var plan = TxnExecutor.Plan.of(store, request);
        error = plan.check(store);
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        MvccStore.WriteTxn txn = store.begin();
        var response = TxnExecutor.execute(store, txn, plan);
        publish(txn);
        return Result.ok(response);
    }

    private ByteString compact(CompactionRequest request) {
        Optional<EtcdError> error = mayChange().or(() -> store.compact(request.getRevision()));
        listener.onSize(store.bytes());
        return error.map(Result::refused)
                .orElseGet(() -> Result.ok(CompactionResponse.newBuilder()
                        .setHeader(TxnExecutor.header(store.revision()))
                        .build()));
    }

    /** While a member is short of space nothing that adds to the store is applied, on any. */
    private Optional<EtcdError> mayGrow(boolean adds) {
        return mayChange()
                .or(() -> adds && alarms.isRaised(Alarms.NOSPACE) ? Optional.of(EtcdError.NO_SPACE) : Optional.empty());
    }

    /** Members that differ are not to be led further apart. */
    private Optional<EtcdError> mayChange() {
        return alarms.isRaised(Alarms.CORRUPT) ? Optional.of(EtcdError.CORRUPT) : Optional.empty();
    }

    private ByteString alarm(AlarmRequest request) {
        Alarms.Alarm named = Alarms.named(request);
        boolean raise = request.getAction() == AlarmRequest.AlarmAction.ACTIVATE;
        boolean raised = alarms.contains(named);
        if (raise != raised) {
            alarms = raise ? alarms.with(named) : alarms.without(named);
            listener.onAlarmsChanged(alarms);
        }
        return alarms(raise || raised ? List.of(named) : List.of());
    }

    private ByteString alarms(List<Alarms.Alarm> told) {
        var response = AlarmResponse.newBuilder();
        told.forEach(alarm -> response.addAlarms(alarm.toMessage()));
        return Result.ok(response.build());
    }

    private ByteString grant(long index, LeaseGrantRequest request) {
        Optional<EtcdError> error = mayGrow(true).or(() -> store.leases().mayGrant(request.getID(), request.getTTL()));
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        LeaseTable.Lease lease = store.leases().grant(request.getID(), request.getTTL(), index);
        listener.onLeaseGranted(lease.id, lease.ttlSeconds, index);
        return Result.ok(LeaseGrantResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .setID(lease.id)
                .setTTL(lease.ttlSeconds)
                .build());
    }

    private ByteString revoke(long id, RequestAccess access) {
        return access.mayWriteAll(keysOf(id))
                .or(this::mayChange)
                .map(Result::refused)
                .orElseGet(() -> revoke(id));
    }

    private ByteString revoke(long id) {
        LeaseTable.Lease lease = store.leases().get(id);
        if (lease == null) {
            return Result.refused(EtcdError.LEASE_NOT_FOUND);
        }
        MvccStore.WriteTxn txn = store.begin();
        for (com.google.protobuf.ByteString key : new ArrayList<>(lease.keys)) {
            txn.deleteRange(KeyRange.single(key));
        }
        store.leases().remove(id);
        publish(txn);
        listener.onLeaseRevoked(id);
        return Result.ok(LeaseRevokeResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .build());
    }

    private ByteString promote(long term) {
        store.leases().promote(term);
        return Result.ok(new byte[0]);
    }

    private ByteString expire(long id, long term, long grantedAt) {
        if (!store.leases().mayExpire(term)) {
            return Result.refused(EtcdError.NOT_LEADER);
        }
        if (mayChange().isPresent()) {
            return Result.refused(EtcdError.CORRUPT);
        }
        return store.leases().isGrantedAt(id, grantedAt) ? revoke(id) : Result.refused(EtcdError.LEASE_NOT_FOUND);
    }

    private void publish(MvccStore.WriteTxn txn) {
        List<Change> changes = txn.end();
        if (!changes.isEmpty()) {
            listener.onChanges(store.revision(), changes);
            listener.onSize(store.bytes());
        }
    }

    @Override
    public ByteString query(ByteString query) {
        try {
            ByteBuffer body = ByteBuffer.wrap(query.toArrayUnsafe());
            if (!body.hasRemaining()) {
                return Result.refused(EtcdError.MALFORMED);
            }
            byte tag = body.get();
            Caller caller = tag == Queries.AS_CALLER ? Caller.unwrap(body) : Caller.NOBODY;
            var access = new RequestAccess(auth, caller);
            tag = tag == Queries.AS_CALLER ? body.get() : tag;
            return switch (tag) {
                case Queries.RANGE -> range(RangeRequest.parseFrom(body), access);
                case Queries.TXN -> readOnlyTxn(TxnRequest.parseFrom(body), access);
                case Queries.USER ->
                    AuthCommands.user(auth, caller, AuthUserGetRequest.parseFrom(body), store.revision());
                case Queries.USERS -> AuthCommands.users(auth, caller, store.revision());
                case Queries.ROLE ->
                    AuthCommands.role(auth, caller, AuthRoleGetRequest.parseFrom(body), store.revision());
                case Queries.ROLES -> AuthCommands.roles(auth, caller, store.revision());
                case Queries.CREDENTIALS -> AuthCommands.credentials(auth, AuthUserGetRequest.parseFrom(body));
                case Queries.HISTORY ->
                    Result.ok(HistoryReader.read(store, WatchCreateRequest.parseFrom(body))
                            .toBytes());
                case Queries.LEASE -> lease(body.getLong());
                case Queries.LEASES -> Result.ok(Queries.LeaseList.of(store).toBytes());
                case Queries.LESSOR ->
                    Result.ok(Queries.lessorTerm(store.leases().lessorTerm()));
                case Queries.STATUS ->
                    Result.ok(new Queries.StoreStatus(
                                    store.revision(), store.compacted(), store.bytes(), store.bytesInUse())
                            .toBytes());
                case Queries.HASH -> StoreHash.read(store, body.getLong());
                case Queries.FREEZE -> freezeFor(body.getLong());
                case Queries.ALARMS ->
                    alarms(alarms.ofType(AlarmRequest.parseFrom(body).getAlarmValue()));
                default -> Result.refused(EtcdError.MALFORMED);
            };
        } catch (InvalidProtocolBufferException | java.nio.BufferUnderflowException e) {
            return Result.refused(EtcdError.MALFORMED);
        }
    }

    private ByteString range(RangeRequest request, RequestAccess access) {
        return TxnRules.check(request)
                .or(() -> access.check(request))
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
                .or(() -> access.check(request))
                .or(() -> plan.check(store))
                .map(Result::refused)
                .orElseGet(() -> Result.ok(TxnExecutor.execute(store, store.begin(), plan)));
    }

    private ByteString lease(long id) {
        LeaseTable.Lease lease = store.leases().get(id);
        Optional<LeaseFacts> facts = Optional.ofNullable(lease)
                .map(found -> new LeaseFacts(id, found.ttlSeconds, found.grantedAt, List.copyOf(found.keys)));
        return Result.ok(new Queries.LeaseView(store.revision(), facts).toBytes());
    }

    private ByteString freezeFor(long ticket) {
        listener.onFrozen(ticket, frozen());
        return Result.ok(new byte[0]);
    }

    @Override
    public State freeze() {
        return new StoreSnapshot(frozen());
    }

    private FrozenState frozen() {
        return new FrozenState(store.freeze(), auth, alarms);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        StoreSnapshot.Restored restored = StoreSnapshot.read(state);
        store = restored.store();
        auth = restored.auth();
        alarms = restored.alarms();
        listener.onRestored(
                store.revision(),
                store.leases().all().stream()
                        .map(lease -> new LeaseFacts(lease.id, lease.ttlSeconds, lease.grantedAt, List.of()))
                        .toList());
        listener.onAuthChanged(auth);
        listener.onAlarmsChanged(alarms);
        listener.onSize(store.bytes());
    }
}
