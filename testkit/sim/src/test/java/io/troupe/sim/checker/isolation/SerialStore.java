package io.troupe.sim.checker.isolation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Histories that are strictly serializable because they are made that way: transactions take effect on a real store at
 * one instant between begin and end; some abort, of some the outcome gets lost.
 */
final class SerialStore {

    private static final class Client {
        long invokedAt = -1;
        List<Txn.MicroOp> ops;
        boolean applied;
    }

    private final RandomGenerator random;
    private final boolean lists;
    private final Map<Object, Object> store = new HashMap<>();
    private final Map<Object, Integer> written = new HashMap<>();
    private int nextProcess;
    private int oldestKey;

    SerialStore(RandomGenerator random, boolean lists) {
        this.random = random;
        this.lists = lists;
    }

    /** @param writesPerKey after so many, a key is replaced by a fresh one */
    Transactions run(int count, int clients, int keys, int writesPerKey) {
        var history = new Transactions();
        List<Client> all = new ArrayList<>();
        int[] process = new int[clients];
        for (int i = 0; i < clients; i++) {
            all.add(new Client());
            process[i] = nextProcess++;
        }
        int begun = 0;
        int open = 0;
        while (begun < count || open > 0) {
            int who = random.nextInt(clients);
            var client = all.get(who);
            if (client.invokedAt < 0) {
                if (begun < count) {
                    begun++;
                    open++;
                    client.invokedAt = history.tick();
                    client.ops = intended(keys, writesPerKey);
                    client.applied = false;
                }
                continue;
            }
            int fate = client.applied ? 100 : random.nextInt(100);
            if (fate < 3) {
                history.add(process[who], Txn.Status.ABORTED, client.invokedAt, history.tick(), client.ops);
            } else if (fate < 6) {
                if (fate == 3) {
                    apply(client.ops);
                }
                history.add(process[who], Txn.Status.UNKNOWN, client.invokedAt, Long.MAX_VALUE, client.ops);
                process[who] = nextProcess++;
            } else if (!client.applied) {
                client.ops = apply(client.ops);
                client.applied = true;
                continue;
            } else {
                history.add(process[who], Txn.Status.COMMITTED, client.invokedAt, history.tick(), client.ops);
            }
            client.invokedAt = -1;
            open--;
        }
        return history;
    }

    private List<Txn.MicroOp> intended(int keys, int writesPerKey) {
        List<Txn.MicroOp> ops = new ArrayList<>();
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            Object key = (long) (oldestKey + random.nextInt(keys));
            if (random.nextBoolean()) {
                ops.add(new Txn.Read(key, null));
            } else {
                int value = written.merge(key, 1, Integer::sum);
                ops.add(new Txn.Write(key, (long) value));
                if (value >= writesPerKey && key.equals((long) oldestKey)) {
                    oldestKey++;
                }
            }
        }
        return ops;
    }

    private List<Txn.MicroOp> apply(List<Txn.MicroOp> ops) {
        List<Txn.MicroOp> done = new ArrayList<>();
        for (var op : ops) {
            Object now = store.get(op.key());
            if (op instanceof Txn.Write write) {
                store.put(write.key(), lists ? appended(now, write.value()) : write.value());
                done.add(op);
            } else {
                done.add(new Txn.Read(op.key(), now));
            }
        }
        return done;
    }

    private static List<Object> appended(Object list, Object element) {
        List<Object> longer = list == null ? new ArrayList<>() : new ArrayList<>((List<?>) list);
        longer.add(element);
        return longer;
    }
}
