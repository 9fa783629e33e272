package io.troupe.sim.checker.isolation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The oracle: tries every order of the committed transactions on a store. For a handful of them. */
final class SerialOrders {

    private SerialOrders() {}

    static boolean exists(List<Txn> transactions, boolean lists, boolean inRealTime) {
        return extend(new ArrayList<>(transactions), new HashMap<>(), lists, inRealTime);
    }

    private static boolean extend(List<Txn> left, Map<Object, Object> store, boolean lists, boolean inRealTime) {
        if (left.isEmpty()) {
            return true;
        }
        for (var next : left) {
            boolean mayBeNext = !inRealTime
                    || left.stream().noneMatch(other -> other != next && other.completedAt() < next.invokedAt());
            var after = new HashMap<>(store);
            if (mayBeNext && apply(next, after, lists)) {
                var rest = new ArrayList<>(left);
                rest.remove(next);
                if (extend(rest, after, lists, inRealTime)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean apply(Txn txn, Map<Object, Object> store, boolean lists) {
        for (var op : txn.ops()) {
            if (op instanceof Txn.Write write) {
                if (lists) {
                    List<Object> longer = new ArrayList<>((List<?>) store.getOrDefault(op.key(), List.of()));
                    longer.add(write.value());
                    store.put(op.key(), longer);
                } else {
                    store.put(op.key(), write.value());
                }
            } else {
                Object seen = ((Txn.Read) op).value();
                Object now = lists ? store.getOrDefault(op.key(), List.of()) : store.get(op.key());
                if (!java.util.Objects.equals(seen, now)) {
                    return false;
                }
            }
        }
        return true;
    }
}
