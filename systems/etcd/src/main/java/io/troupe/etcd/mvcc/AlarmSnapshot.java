package io.troupe.etcd.mvcc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.TreeSet;

/** The alarms as part of a {@link StoreSnapshot}: counted, each its type and its member. */
final class AlarmSnapshot {

    private AlarmSnapshot() {}

    static void write(CodedOutputStream out, Alarms alarms) throws IOException {
        out.writeUInt32NoTag(alarms.all().size());
        for (Alarms.Alarm alarm : alarms.all()) {
            out.writeUInt32NoTag(alarm.type());
            out.writeFixed64NoTag(alarm.member());
        }
    }

    static Alarms read(CodedInputStream in) throws IOException {
        var raised = new TreeSet<Alarms.Alarm>();
        for (int left = in.readUInt32(); left > 0; left--) {
            raised.add(new Alarms.Alarm(in.readUInt32(), in.readFixed64()));
        }
        return new Alarms(raised);
    }
}
