package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.members.Roster;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A frozen store as bytes, version 5: magic, version, revision, compacted revision, lessor term; leases as
 * (id, TTL, log index of the grant), counted; keys counted, each with its changes, counted, oldest first; who may do what
 * ({@link AuthSnapshot}); the alarms ({@link AlarmSnapshot}); the members ({@link RosterSnapshot}); the number of what is being imported, or 0; magic again. Integers are protobuf varints. History goes
 * along, so that watches can be resumed on a replica that was restored. Read too: version 1, which did not say where leases
 * were granted, version 2, which knew of no users, version 3, which knew of no alarms, and version 4, which knew of no members.
 */
final class StoreSnapshot implements StateMachine.State {

    private static final int MAGIC = 0x74657463;
    private static final int VERSION_WITHOUT_GRANTS = 1;
    private static final int VERSION_WITHOUT_USERS = 2;
    private static final int VERSION_WITHOUT_ALARMS = 3;
    private static final int VERSION_WITHOUT_MEMBERS = 4;
    private static final int VERSION = 5;
    private static final int BUFFER = 64 * 1024;

    /** What a snapshot holds. */
    record Restored(MvccStore store, AuthState auth, Alarms alarms, Roster roster, long importing) {}

    private final MvccStore.Frozen store;
    private final AuthState auth;
    private final Alarms alarms;
    private final Roster roster;
    private final long importing;

    StoreSnapshot(FrozenState state) {
        this.store = state.store();
        this.auth = state.auth();
        this.alarms = state.alarms();
        this.roster = state.roster();
        this.importing = state.importing();
    }

    @Override
    public void writeTo(OutputStream stream) throws IOException {
        var out = CodedOutputStream.newInstance(stream, BUFFER);
        out.writeFixed32NoTag(MAGIC);
        out.writeUInt32NoTag(VERSION);
        out.writeInt64NoTag(store.revision());
        out.writeSInt64NoTag(store.compacted());
        out.writeInt64NoTag(store.lessorTerm());
        out.writeUInt32NoTag(store.leases().size());
        out.writeUInt32NoTag(store.keys().size());
        try {
            store.leases().forRange(null, null, (id, lease) -> {
                write(out, lease);
                return true;
            });
            store.keys().forRange(null, null, (key, history) -> {
                write(out, history);
                return true;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        AuthSnapshot.write(out, auth);
        AlarmSnapshot.write(out, alarms);
        RosterSnapshot.write(out, roster);
        out.writeFixed64NoTag(importing);
        out.writeFixed32NoTag(MAGIC);
        out.flush();
    }

    private static void write(CodedOutputStream out, LeaseTable.Lease lease) {
        try {
            out.writeSInt64NoTag(lease.id);
            out.writeInt64NoTag(lease.ttlSeconds);
            out.writeInt64NoTag(lease.grantedAt);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(CodedOutputStream out, KeyHistory history) {
        try {
            out.writeBytesNoTag(history.key());
            out.writeUInt32NoTag(history.size());
            for (int i = 0; i < history.size(); i++) {
                Entry entry = history.get(i);
                out.writeBytesNoTag(entry.value());
                out.writeInt64NoTag(entry.createRevision());
                out.writeInt64NoTag(entry.modRevision());
                out.writeUInt32NoTag(entry.sub());
                out.writeInt64NoTag(entry.version());
                out.writeSInt64NoTag(entry.lease());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Restored read(InputStream stream) throws IOException {
        var in = CodedInputStream.newInstance(stream, BUFFER);
        in.setSizeLimit(Integer.MAX_VALUE);
        expect("magic number", MAGIC, in.readFixed32());
        int version = in.readUInt32();
        if (version < VERSION_WITHOUT_GRANTS || version > VERSION) {
            expect("format version", VERSION, version);
        }
        var store = new MvccStore();
        long revision = in.readInt64();
        long compacted = in.readSInt64();
        long lessorTerm = in.readInt64();
        int leases = in.readUInt32();
        int keys = in.readUInt32();
        for (int i = 0; i < leases; i++) {
            long id = in.readSInt64();
            long ttlSeconds = in.readInt64();
            store.leases()
                    .grant(id, ttlSeconds, version == VERSION_WITHOUT_GRANTS ? LeaseTable.UNKNOWN : in.readInt64());
        }
        for (int i = 0; i < keys; i++) {
            in.resetSizeCounter();
            readKey(in, store);
        }
        in.resetSizeCounter();
        AuthState auth = version > VERSION_WITHOUT_USERS ? AuthSnapshot.read(in) : AuthState.INITIAL;
        Alarms alarms = version > VERSION_WITHOUT_ALARMS ? AlarmSnapshot.read(in) : Alarms.NONE;
        Roster roster = version > VERSION_WITHOUT_MEMBERS ? RosterSnapshot.read(in) : Roster.EMPTY;
        long importing = version > VERSION_WITHOUT_MEMBERS ? in.readFixed64() : 0;
        expect("closing magic number", MAGIC, in.readFixed32());
        store.restored(revision, compacted, lessorTerm);
        return new Restored(store, auth, alarms, roster, importing);
    }

    private static void readKey(CodedInputStream in, MvccStore store) throws IOException {
        ByteString key = in.readBytes();
        int changes = in.readUInt32();
        for (int j = 0; j < changes; j++) {
            in.resetSizeCounter();
            store.restore(
                    key,
                    in.readBytes(),
                    in.readInt64(),
                    in.readInt64(),
                    in.readUInt32(),
                    in.readInt64(),
                    in.readSInt64());
        }
    }

    private static void expect(String what, int expected, int found) throws IOException {
        if (found != expected) {
            throw new IOException("the snapshot's " + what + " is " + Integer.toHexString(found) + ", expected "
                    + Integer.toHexString(expected) + ": not a snapshot of this store, or a damaged one");
        }
    }
}
