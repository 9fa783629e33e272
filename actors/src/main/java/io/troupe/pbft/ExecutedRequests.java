package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.RequestId;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which requests of each client were executed, so that none is a second time (§4.1: a replica discards a request whose
 * timestamp is not later than that of the client's last): a faulty replica can have any ordered again that it has ever seen,
 * sealed as it was. Part of the state, as the replies are ({@link RecentReplies}).
 *
 * <p>Requests of one client overtake each other here, and its numbers begin anew with each of its lives. So of each of its
 * latest lives the latest numbers are kept, and those below count as executed.
 */
final class ExecutedRequests {

    /** Kept of each life: many times what a client has under way. Part of the replicated state's definition. */
    static final int NUMBERS_MAX = 256;

    /** Kept of each client; the one of the least recent request goes. As {@link #NUMBERS_MAX}. */
    static final int LIVES_MAX = 16;

    private static final float LOAD_FACTOR = 0.75f;

    private static final class Life {
        final TreeSet<Long> executed = new TreeSet<>();
        /** Numbers through this one count as executed. */
        long floor;

        boolean add(long number) {
            if (number <= floor || !executed.add(number)) {
                return false;
            }
            if (executed.size() > NUMBERS_MAX) {
                floor = executed.pollFirst();
            }
            return true;
        }
    }

    /** By client, and by its life, that of the latest request last. */
    private final TreeMap<String, LinkedHashMap<Long, Life>> byClient = new TreeMap<>();

    /** @return whether it is the first time */
    boolean add(RequestId id) {
        LinkedHashMap<Long, Life> lives = lives(id.client());
        boolean isFirst = lives.computeIfAbsent(id.life(), absent -> new Life()).add(id.number());
        if (lives.size() > LIVES_MAX) {
            lives.remove(lives.keySet().iterator().next());
        }
        return isFirst;
    }

    void clear() {
        byClient.clear();
    }

    /** As of now. */
    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory can be written", e);
        }
        return bytes.toByteArray();
    }

    private void writeTo(DataOutputStream out) throws IOException {
        out.writeInt(byClient.size());
        for (Map.Entry<String, LinkedHashMap<Long, Life>> client : byClient.entrySet()) {
            out.writeUTF(client.getKey());
            out.writeInt(client.getValue().size());
            for (Map.Entry<Long, Life> life : client.getValue().entrySet()) {
                out.writeLong(life.getKey());
                out.writeLong(life.getValue().floor);
                out.writeInt(life.getValue().executed.size());
                for (long number : life.getValue().executed) {
                    out.writeLong(number);
                }
            }
        }
    }

    /** Replaces everything by what was made {@link #toBytes} once. */
    void readFrom(DataInputStream in) throws IOException {
        byClient.clear();
        int clients = in.readInt();
        for (int i = 0; i < clients; i++) {
            LinkedHashMap<Long, Life> lives = lives(in.readUTF());
            int count = in.readInt();
            for (int j = 0; j < count; j++) {
                Life life = new Life();
                lives.put(in.readLong(), life);
                life.floor = in.readLong();
                int numbers = in.readInt();
                for (int k = 0; k < numbers; k++) {
                    life.executed.add(in.readLong());
                }
            }
        }
    }

    private LinkedHashMap<Long, Life> lives(String client) {
        return byClient.computeIfAbsent(client, absent -> new LinkedHashMap<>(LIVES_MAX, LOAD_FACTOR, true));
    }
}
