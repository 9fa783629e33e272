package io.troupe.etcd.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthChanges;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.Caller;
import io.troupe.etcd.auth.RequestAccess;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.members.RosterChanges;
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
    private Roster roster = Roster.EMPTY;
    /** The number of the snapshot that is being imported, or 0. */
    private long importing;

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
            if (tag >= Commands.IMPORT_BEGIN && tag <= Commands.IMPORT_END) {
                return importPiece(index, tag, body);
            }
            if (AuthCommands.isChange(tag) && importing != 0) {
                return Result.refused(EtcdError.UNHEALTHY);
            }
            if (AuthCommands.isChange(tag)) {
                return change(AuthCommands.change(auth, caller, tag, body));
            }
            if (MemberCommands.isChange(tag)) {
                return change(MemberCommands.change(roster, tag, body));
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
                case Commands.HASH_POINT -> hashPoint(body.getLong());
                case Commands.HASH_CLAIM -> hashClaim(body.getLong(), body.getInt());
                case Commands.LESSOR_PROMOTED -> promote(body.getLong());
                case Commands.LEASE_EXPIRED_V1 -> expire(body.getLong(), body.getLong(), LeaseTable.UNKNOWN);
                case Commands.LEASE_EXPIRED -> expire(body.getLong(), body.getLong(), body.getLong());
                default -> Result.refused(EtcdError.MALFORMED);
            };
        } catch (IOException | java.nio.BufferUnderflowException e) {
            return Result.refused(EtcdError.MALFORMED);
        }
    }

    private ByteString importPiece(long index, byte tag, ByteBuffer body) throws IOException {
        boolean done =
                switch (tag) {
                    case Commands.IMPORT_BEGIN -> begin(index, Imports.Begin.read(body));
                    case Commands.IMPORT_CHANGES -> importChanges(Imports.Changes.read(body));
                    default -> end(Imports.End.read(body));
                };
        return done ? Result.ok(new byte[0]) : Result.refused(EtcdError.UNHEALTHY);
    }

    private boolean begin(long index, Imports.Begin begin) {
        boolean unused = importing == 0 && isUnused();
        if (importing != begin.id() && !unused) {
            return false;
        }
        importing = begin.id();
        begin.leases().forEach((id, ttl) -> {
            if (!store.leases().contains(id)) {
                granted(index, id, ttl);
            }
        });
        return true;
    }

    private boolean isUnused() {
        return store.revision() == MvccStore.FIRST_REVISION
                && store.leases().isEmpty()
                && auth.revision() == AuthState.INITIAL.revision();
    }

    private boolean importChanges(Imports.Changes piece) {
        if (importing == 0 || importing != piece.id() || store.revision() != piece.after() || !piece.areInOrder()) {
            return false;
        }
        List<Change> changes = store.importAll(piece.changes());
        listener.onChanges(store.revision(), changes);
        listener.onSize(store.bytes());
        return true;
    }

    private boolean end(Imports.End end) {
        if (importing == 0 || importing != end.id() || store.revision() != end.after() || !end.isPossible()) {
            return false;
        }
        if (end.compacted() != MvccStore.NEVER_COMPACTED) {
            store.importedFrom(end.compacted());
            listener.onChanges(store.revision(), List.of());
        }
        auth = end.auth();
        listener.onAuthChanged(auth);
        importing = 0;
        return true;
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

    private ByteString change(RosterChanges.Outcome outcome) {
        if (outcome instanceof RosterChanges.Refused refused) {
            return Result.refused(refused.error());
        }
        roster = ((RosterChanges.Changed) outcome).roster();
        listener.onRosterChanged(roster);
        return Result.ok(MemberCommands.list(roster));
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
                .or(() -> access.check(request, this::keysOf))
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
        Optional<EtcdError> error = TxnRules.check(request)
                .or(() -> access.check(request, this::keysOf))
                .or(() -> mayGrow(TxnRules.mayPut(request)));
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

    /** Members that differ are not to be led further apart, and one thing at a time is brought in. */
    private Optional<EtcdError> mayChange() {
        if (importing != 0) {
            return Optional.of(EtcdError.UNHEALTHY);
        }
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
        return Reads.alarms(raise || raised ? List.of(named) : List.of());
    }

    private ByteString grant(long index, LeaseGrantRequest request) {
        Optional<EtcdError> error = mayGrow(true).or(() -> store.leases().mayGrant(request.getID(), request.getTTL()));
        if (error.isPresent()) {
            return Result.refused(error.get());
        }
        LeaseTable.Lease lease = granted(index, request.getID(), request.getTTL());
        return Result.ok(LeaseGrantResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .setID(lease.id)
                .setTTL(lease.ttlSeconds)
                .build());
    }

    private LeaseTable.Lease granted(long index, long id, long ttlSeconds) {
        LeaseTable.Lease lease = store.leases().grant(id, ttlSeconds, index);
        listener.onLeaseGranted(lease.id, lease.ttlSeconds, index);
        listener.onSize(store.bytes());
        return lease;
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
        listener.onSize(store.bytes());
        return Result.ok(LeaseRevokeResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .build());
    }

    private ByteString hashPoint(long id) {
        listener.onHashPoint(id, this::frozen);
        return Result.ok(new byte[0]);
    }

    private ByteString hashClaim(long id, int hash) {
        listener.onHashClaim(id, hash);
        return Result.ok(new byte[0]);
    }

    private ByteString promote(long term) {
        store.leases().promote(term);
        return Result.ok(new byte[0]);
    }

    private ByteString expire(long id, long term, long grantedAt) {
        if (!store.leases().mayExpire(term)) {
            return Result.refused(EtcdError.NOT_LEADER);
        }
        Optional<EtcdError> refusal = mayChange();
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
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
    public boolean appliesQuickly(ByteString command) {
        return QuickWork.isCommand(command);
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return QuickWork.isQuery(query);
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
            tag = tag == Queries.AS_CALLER ? body.get() : tag;
            return tag == Queries.FREEZE
                    ? freezeFor(body.getLong())
                    : new Reads(store, auth, alarms, roster, importing != 0 || isUnused()).answer(tag, caller, body);
        } catch (InvalidProtocolBufferException | java.nio.BufferUnderflowException e) {
            return Result.refused(EtcdError.MALFORMED);
        }
    }

    private ByteString freezeFor(long ticket) {
        listener.onFrozen(ticket, frozen());
        return Result.ok(new byte[0]);
    }

    @Override
    public State freeze() {
        return new StoreSnapshot(frozen());
    }

    /** As {@link #freeze}, for who makes more of it than a replica's snapshot. */
    public FrozenState frozen() {
        return new FrozenState(store.freeze(), auth, alarms, roster, importing);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        StoreSnapshot.Restored restored = StoreSnapshot.read(state);
        store = restored.store();
        auth = restored.auth();
        alarms = restored.alarms();
        roster = restored.roster();
        importing = restored.importing();
        listener.onRestored(
                store.revision(),
                store.leases().all().stream()
                        .map(lease -> new LeaseFacts(lease.id, lease.ttlSeconds, lease.grantedAt, List.of()))
                        .toList());
        listener.onAuthChanged(auth);
        listener.onAlarmsChanged(alarms);
        listener.onRosterChanged(roster);
        listener.onSize(store.bytes());
    }
}
