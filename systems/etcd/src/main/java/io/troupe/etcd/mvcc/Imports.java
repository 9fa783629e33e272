package io.troupe.etcd.mvcc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.etcd.jetcd.api.KeyValue;
import io.troupe.etcd.auth.AuthState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * Commands that bring another etcd's state into a store that nobody has used yet, in pieces: the leases, then every change
 * in order of revision, then where it is compacted and who may do what. From the first to the last piece nobody else
 * changes anything. A piece of changes names the revision it goes on from: one that was applied already is refused.
 */
public final class Imports {

    /** A change as a database file holds it. */
    public record Stored(long main, int sub, boolean tombstone, KeyValue pair) {

        int size() {
            return pair.getSerializedSize() + 32;
        }

        Entry addTo(Arena arena) {
            return tombstone
                    ? arena.tombstone(pair.getKey(), main, sub)
                    : arena.add(
                            pair.getKey(),
                            pair.getValue(),
                            pair.getCreateRevision(),
                            main,
                            sub,
                            pair.getVersion(),
                            pair.getLease());
        }
    }

    /** Far from where the next would be a negative number. */
    private static final long REVISION_MAX = 1L << 62;

    private Imports() {}

    /**
     * @param id of what is imported, other than 0
     * @param leases granted TTL in seconds, by id
     */
    public static ByteString begin(long id, SortedMap<Long, Long> leases) {
        return command(Commands.IMPORT_BEGIN, out -> {
            out.writeFixed64NoTag(id);
            out.writeUInt32NoTag(leases.size());
            for (Map.Entry<Long, Long> lease : leases.entrySet()) {
                out.writeFixed64NoTag(lease.getKey());
                out.writeInt64NoTag(lease.getValue());
            }
        });
    }

    /**
     * @param after the revision the store has reached
     * @param changes in order, all of each revision
     */
    public static ByteString changes(long id, long after, List<Stored> changes) {
        return command(Commands.IMPORT_CHANGES, out -> {
            out.writeFixed64NoTag(id);
            out.writeInt64NoTag(after);
            out.writeUInt32NoTag(changes.size());
            for (Stored change : changes) {
                out.writeInt64NoTag(change.main());
                out.writeUInt32NoTag(change.sub());
                out.writeBoolNoTag(change.tombstone());
                out.writeMessageNoTag(change.pair());
            }
        });
    }

    /**
     * @param after the revision the store has reached, which is the last
     * @param compacted {@link MvccRevisions#NEVER_COMPACTED} when it is not
     */
    public static ByteString end(long id, long after, long compacted, AuthState auth) {
        return command(Commands.IMPORT_END, out -> {
            out.writeFixed64NoTag(id);
            out.writeInt64NoTag(after);
            out.writeSInt64NoTag(compacted);
            AuthSnapshot.write(out, auth);
        });
    }

    private interface Body {
        void write(CodedOutputStream out) throws IOException;
    }

    private static ByteString command(byte tag, Body body) {
        var bytes = new ByteArrayOutputStream();
        bytes.write(tag);
        var out = CodedOutputStream.newInstance(bytes);
        try {
            body.write(out);
            out.flush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("an array has no room", e);
        }
        return ByteString.fromArrayUnsafe(bytes.toByteArray());
    }

    record Begin(long id, SortedMap<Long, Long> leases) {

        static Begin read(ByteBuffer body) throws IOException {
            var in = CodedInputStream.newInstance(body);
            long id = in.readFixed64();
            var leases = new TreeMap<Long, Long>();
            for (int left = in.readUInt32(); left > 0; left--) {
                leases.put(in.readFixed64(), in.readInt64());
            }
            return new Begin(id, leases);
        }
    }

    record Changes(long id, long after, List<Stored> changes) {

        static Changes read(ByteBuffer body) throws IOException {
            var in = CodedInputStream.newInstance(body);
            long id = in.readFixed64();
            long after = in.readInt64();
            List<Stored> changes = new ArrayList<>();
            for (int left = in.readUInt32(); left > 0; left--) {
                long main = in.readInt64();
                int sub = in.readUInt32();
                boolean tombstone = in.readBool();
                KeyValue pair = KeyValue.parseFrom(in.readByteArray());
                changes.add(new Stored(main, sub, tombstone, pair));
            }
            return new Changes(id, after, changes);
        }

        /** Each after the one before, and all after what the piece goes on from: else a key's history would go back. */
        boolean areInOrder() {
            long main = after;
            int sub = Integer.MAX_VALUE;
            for (Stored change : changes) {
                boolean follows = change.main() > main || (change.main() == main && change.sub() > sub);
                if (!follows || change.main() > REVISION_MAX) {
                    return false;
                }
                main = change.main();
                sub = change.sub();
            }
            return true;
        }
    }

    record End(long id, long after, long compacted, AuthState auth) {

        static End read(ByteBuffer body) throws IOException {
            var in = CodedInputStream.newInstance(body);
            return new End(in.readFixed64(), in.readInt64(), in.readSInt64(), AuthSnapshot.read(in));
        }

        boolean isPossible() {
            return compacted <= REVISION_MAX;
        }
    }
}
