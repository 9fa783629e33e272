package io.troupe.generals.flp;

import io.troupe.generals.flp.Configuration.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * The run that proves Theorem 1: in stages, "a queue of processes is maintained"; each stage ends when the first process in
 * it has received its earliest message, and then moves to the back. So every process takes steps for ever, every message is
 * delivered, nobody crashes, and while the {@link Adversary} can help it nobody decides.
 *
 * <p>With a coin that the adversary cannot foresee it plans anew after every throw, until luck leaves it nothing to plan.
 */
public final class AdmissibleRun {

    private final Adversary adversary;
    private final IntSupplier coin;
    private final Deque<Integer> queue = new ArrayDeque<>();
    /** One for each message under way, in the order in which they were sent. */
    private final List<Event> waiting = new ArrayList<>();

    private final Deque<Event> plan = new ArrayDeque<>();
    private final List<Event> schedule = new ArrayList<>();
    private Configuration configuration;
    private boolean thrown;
    private int stages;

    public AdmissibleRun(Configuration initial, Adversary adversary, IntSupplier coin) {
        this.configuration = initial;
        this.adversary = adversary;
        this.coin = coin;
        for (Event event : initial.events()) {
            waiting.add(event);
        }
        for (int process = 0; process < initial.n(); process++) {
            queue.add(process);
        }
    }

    public Configuration configuration() {
        return configuration;
    }

    public boolean isBivalent() {
        return adversary.isBivalent(configuration);
    }

    /** What has happened so far. */
    public List<Event> schedule() {
        return List.copyOf(schedule);
    }

    /** How often the first process in the queue has received its earliest message. */
    public int stages() {
        return stages;
    }

    /** One event; empty when nothing is under way. */
    public Optional<Event> step() {
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        var due = due();
        var event = next(due);
        take(event);
        if (event.equals(due)) {
            plan.clear();
            queue.add(queue.remove());
            stages++;
        } else if (thrown) {
            plan.clear();
        }
        return Optional.of(event);
    }

    /** First whatever does nothing; then as planned. */
    private Event next(Event due) {
        for (Event event : waiting) {
            if (configuration.isStale(event)) {
                return event;
            }
        }
        if (plan.isEmpty()) {
            plan.addAll(isBivalent() ? adversary.extend(configuration, due).orElse(List.of(due)) : List.of(due));
        }
        return plan.remove();
    }

    /** The earliest message to the first process in the queue for which there is one. */
    private Event due() {
        for (int turns = 0; turns < queue.size(); turns++) {
            int first = queue.element();
            for (Event event : waiting) {
                if (event.to() == first) {
                    return event;
                }
            }
            queue.add(queue.remove());
        }
        throw new IllegalStateException("messages wait, and none of the processes " + queue + " is to receive one");
    }

    private void take(Event event) {
        thrown = false;
        var next = configuration.after(event, () -> {
            thrown = true;
            return coin.getAsInt();
        });
        waiting.remove(event);
        for (int link = 0; link < next.links().size(); link++) {
            var sent = new Event(link / next.n(), link % next.n());
            int before = configuration.links().get(link).size() - (sent.equals(event) ? 1 : 0);
            for (int i = before; i < next.links().get(link).size(); i++) {
                waiting.add(sent);
            }
        }
        configuration = next;
        schedule.add(event);
    }
}
