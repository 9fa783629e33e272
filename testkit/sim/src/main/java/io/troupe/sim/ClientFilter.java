package io.troupe.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Hands out the numbers of the clients that take part in a run, and remembers whom it has named. */
public final class ClientFilter {

    private final FaultFilter filter;
    private final Set<Integer> named = new TreeSet<>();

    public ClientFilter(FaultFilter filter) {
        this.filter = filter;
    }

    /** Those of 1 to {@code count} that take part. */
    public List<Integer> of(int count) {
        List<Integer> taking = new ArrayList<>();
        for (int client = 1; client <= count; client++) {
            if (filter.allows(client)) {
                taking.add(client);
            }
        }
        named.addAll(taking);
        return taking;
    }

    public Set<Integer> named() {
        return Set.copyOf(named);
    }
}
