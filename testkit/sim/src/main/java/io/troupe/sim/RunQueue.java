package io.troupe.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What is ready to run now, on whichever dispatcher. The seed picks who goes next. */
final class RunQueue {

    /** @param host for whom it runs */
    record Task(Host host, Runnable work) {}

    private final List<Task> ready = new ArrayList<>();

    void add(Task task) {
        ready.add(task);
    }

    boolean isEmpty() {
        return ready.isEmpty();
    }

    Task takeAny(RandomGenerator random) {
        int size = ready.size();
        int picked = size == 1 ? 0 : random.nextInt(size);
        var task = ready.get(picked);
        // Order among the ready carries no meaning, so the last takes the place of the picked.
        ready.set(picked, ready.get(size - 1));
        ready.remove(size - 1);
        return task;
    }

    @Nullable Task takeFirst(Predicate<Task> wanted) {
        for (int i = 0; i < ready.size(); i++) {
            if (wanted.test(ready.get(i))) {
                return ready.remove(i);
            }
        }
        return null;
    }

    void clear() {
        ready.clear();
    }

    void removeIf(Predicate<Task> unwanted) {
        ready.removeIf(unwanted);
    }
}
