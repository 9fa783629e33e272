package io.troupe.etcd.mvcc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.etcd.jetcd.api.Member;
import io.troupe.etcd.members.Roster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The members as part of a {@link StoreSnapshot}: the cluster's number; members counted, each as {@code
 * etcdserverpb.Member}; those that are none any more counted, each its number and its node.
 */
final class RosterSnapshot {

    private RosterSnapshot() {}

    static void write(CodedOutputStream out, Roster roster) throws IOException {
        out.writeFixed64NoTag(roster.clusterId());
        out.writeUInt32NoTag(roster.members().size());
        for (Member member : roster.members()) {
            out.writeByteArrayNoTag(member.toByteArray());
        }
        out.writeUInt32NoTag(roster.removed().size());
        for (Map.Entry<Long, String> removed : roster.removed().entrySet()) {
            out.writeFixed64NoTag(removed.getKey());
            out.writeStringNoTag(removed.getValue());
        }
    }

    static Roster read(CodedInputStream in) throws IOException {
        long clusterId = in.readFixed64();
        List<Member> members = new ArrayList<>();
        for (int left = in.readUInt32(); left > 0; left--) {
            members.add(Member.parseFrom(in.readByteArray()));
        }
        var removed = new TreeMap<Long, String>();
        for (int left = in.readUInt32(); left > 0; left--) {
            removed.put(in.readFixed64(), in.readString());
        }
        return Roster.restored(clusterId, members, removed);
    }
}
