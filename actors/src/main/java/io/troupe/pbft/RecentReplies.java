package io.troupe.pbft;

import io.troupe.pbft.Executor.Outcome;
import io.troupe.pbft.PbftMessage.RequestId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * What each client's latest requests came to. It is part of the state that checkpoints hold, as the last reply to each
 * client is in the paper's (Castro and Liskov, MIT/LCS/TM-590, 1999: a checkpoint is the service's value, <em>last-rep</em>,
 * and <em>last-rep-t</em>): a replica that has a state from others, or from before it was started again, has not executed
 * what is in it, and yet must re-send the replies (§4.1). Were it not able to, a client with f replicas gone would wait in
 * vain for a quorum of replies, and the replica for a request that nobody orders again, until it leaves the view alone.
 */
final class RecentReplies {

    /**
     * Kept of each client: as many as it has under way at most, commands and reads together. Part of the replicated state's
     * definition.
     */
    static final int PER_CLIENT = 2 * PbftSettings.CLIENT_PIPELINE_MAX;

    /** By client; of each, the latest request last. */
    private final TreeMap<String, LinkedHashMap<RequestId, Outcome>> byClient = new TreeMap<>();

    void keep(Outcome outcome) {
        RequestId id = outcome.id();
        LinkedHashMap<RequestId, Outcome> latest =
                byClient.computeIfAbsent(id.client(), absent -> new LinkedHashMap<>());
        latest.remove(id);
        latest.put(id, outcome);
        if (latest.size() > PER_CLIENT) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    /** Of each client the latest last. */
    List<Outcome> all() {
        List<Outcome> all = new ArrayList<>();
        byClient.values().forEach(latest -> all.addAll(latest.values()));
        return all;
    }

    static void write(List<Outcome> outcomes, DataOutputStream out) throws IOException {
        out.writeInt(outcomes.size());
        for (Outcome outcome : outcomes) {
            out.writeUTF(outcome.id().client());
            out.writeLong(outcome.id().life());
            out.writeLong(outcome.id().number());
            out.writeInt(outcome.operations());
            byte[] results = outcome.results().toArrayUnsafe();
            out.writeInt(results.length);
            out.write(results);
        }
    }

    /** Replaces everything by what {@link #write} wrote. */
    void readFrom(DataInputStream in) throws IOException {
        byClient.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            RequestId id = new RequestId(in.readUTF(), in.readLong(), in.readLong());
            int operations = in.readInt();
            keep(new Outcome(id, operations, ByteString.fromArrayUnsafe(in.readNBytes(in.readInt()))));
        }
    }

    void clear() {
        byClient.clear();
    }
}
