package io.troupe.sim.checker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One depth-first search for an order. The events stand in a doubly linked list; putting an operation into the order
 * lifts its call and its return out of the list, taking it back puts them in again. An operation may come next as long
 * as no return stands before its call.
 *
 * <p>Two cuts beyond Lowe's: an {@linkplain Model#isObservation observation} that may come next comes next, without
 * alternatives (moving it forward never hurts the others); and an operation of unknown outcome that would leave the
 * state as it is is left out.
 */
final class Search<S, I, O> {

    enum Result {
        FOUND,
        NONE,
        OUT_OF_BUDGET
    }

    private record Seen(Linearized.Key done, Object state) {}

    private record Choice<S, I, O>(Event<I, O> call, S before, boolean free) {}

    private final Model<S, I, O> model;
    private final Budget budget;
    private final Event<I, O> head = new Event<>();
    private final Linearized done;
    private final Set<Seen> seen = new HashSet<>();
    private final ArrayDeque<Choice<S, I, O>> order = new ArrayDeque<>();
    private int awaited;
    private S state;
    private @Nullable Event<I, O> furthest;

    Search(Model<S, I, O> model, List<Operation<I, O>> operations, Budget budget) {
        this.model = model;
        this.budget = budget;
        this.state = model.initial();
        List<Event<I, O>> events = new ArrayList<>();
        int answered = 0;
        int open = 0;
        for (var operation : operations) {
            boolean isOpen = operation.outcome() == Outcome.UNKNOWN;
            var call = new Event<>(operation, isOpen ? open++ : answered++);
            events.add(call);
            if (!isOpen) {
                call.end = new Event<>(operation, call);
                events.add(call.end);
            }
        }
        awaited = answered;
        done = new Linearized(open);
        // At the same time calls stand before returns: operations that only touch are concurrent.
        events.sort(Comparator.comparingLong((Event<I, O> event) -> event.time())
                .thenComparing(Event::isReturn)
                .thenComparingInt(event -> event.operation().id()));
        Event<I, O> last = head;
        int position = 0;
        for (var event : events) {
            event.position = position++;
            event.previous = last;
            last.next = event;
            last = event;
        }
    }

    Result run() {
        Event<I, O> event = head.next;
        while (awaited > 0) {
            if (event == null) {
                throw new IllegalStateException("an answered operation has no return in the list");
            }
            if (event.isReturn()) {
                if (furthest == null || event.position > furthest.position) {
                    furthest = event;
                }
                event = takeBack();
                if (event == null) {
                    return Result.NONE;
                }
                event = event.next;
                continue;
            }
            if (!budget.step()) {
                return Result.OUT_OF_BUDGET;
            }
            event = putNext(event) ? head.next : event.next;
        }
        return Result.FOUND;
    }

    private boolean putNext(Event<I, O> call) {
        var operation = call.operation();
        S next = model.step(state, operation.input(), operation.output());
        if (next == null) {
            return false;
        }
        boolean unchanged = next.equals(state);
        boolean open = operation.outcome() == Outcome.UNKNOWN;
        if (unchanged && open) {
            return false;
        }
        boolean free = unchanged && model.isObservation(operation.input(), operation.output());
        done.add(call.number, open);
        if (!free && !seen.add(new Seen(done.key(), next))) {
            done.remove(call.number, open);
            return false;
        }
        order.push(new Choice<>(call, state, free));
        call.lift();
        state = next;
        if (!open) {
            awaited--;
        }
        return true;
    }

    /** Takes back the last real choice, and returns its call; null when there is none. */
    private @Nullable Event<I, O> takeBack() {
        while (!order.isEmpty()) {
            var choice = order.pop();
            boolean open = choice.call().operation().outcome() == Outcome.UNKNOWN;
            done.remove(choice.call().number, open);
            choice.call().unlift();
            state = choice.before();
            if (!open) {
                awaited++;
            }
            if (!choice.free()) {
                return choice.call();
            }
        }
        return null;
    }

    /** The operations in the order found. */
    List<Operation<I, O>> witness() {
        List<Operation<I, O>> found = new ArrayList<>(order.size());
        order.descendingIterator()
                .forEachRemaining(choice -> found.add(choice.call().operation()));
        return found;
    }

    S state() {
        return state;
    }

    /**
     * After {@link Result#FOUND}: goes on to the other orders, and tells each further state that the object may be in
     * once everything answered has taken effect, and any of what is open. The witness is lost.
     *
     * @return whether these were all
     */
    boolean otherStates(int max, Limits limits, Consumer<S> further) {
        var found = new HashSet<S>();
        found.add(state);
        var within = new Budget(limits, System::nanoTime);
        Event<I, O> event = head.next;
        while (true) {
            if (event == null || event.isReturn()) {
                event = takeBack();
                if (event == null) {
                    return true;
                }
                event = event.next;
                continue;
            }
            if (found.size() >= max || !within.step()) {
                return false;
            }
            if (!putNext(event)) {
                event = event.next;
                continue;
            }
            if (awaited == 0 && found.add(state)) {
                further.accept(state);
            }
            event = head.next;
        }
    }

    /** After {@link Result#NONE}: the last return that any order reached and none passed. */
    Operation<I, O> furthestReturn() {
        if (furthest == null) {
            throw new IllegalStateException("the search has not failed");
        }
        return furthest.operation();
    }
}
