package io.troupe.persistence.journal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who wants to know when events become durable: live queries. Listeners run where writers are answered, before they are, and are short. */
public final class CommitListeners {

    private final ConcurrentHashMap<String, List<Runnable>> byPersistenceId = new ConcurrentHashMap<>();
    private final List<Runnable> ofAll = new CopyOnWriteArrayList<>();

    void committed(List<String> persistenceIds) {
        ofAll.forEach(Runnable::run);
        if (!byPersistenceId.isEmpty()) {
            for (String persistenceId : new LinkedHashSet<>(persistenceIds)) {
                byPersistenceId.getOrDefault(persistenceId, List.of()).forEach(Runnable::run);
            }
        }
    }

    /** Runs {@code listener} after each commit, until the returned handle is run. */
    public Runnable add(Runnable listener) {
        ofAll.add(listener);
        return () -> ofAll.remove(listener);
    }

    /** Runs {@code listener} after each commit of events of {@code persistenceId}, until the returned handle is run. */
    public Runnable add(String persistenceId, Runnable listener) {
        byPersistenceId.compute(persistenceId, (id, others) -> {
            List<Runnable> all = others == null ? new CopyOnWriteArrayList<>() : others;
            all.add(listener);
            return all;
        });
        return () -> byPersistenceId.computeIfPresent(persistenceId, (id, all) -> {
            all.remove(listener);
            return all.isEmpty() ? null : all;
        });
    }
}
