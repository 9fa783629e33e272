package io.troupe.sim.checker;

import org.jspecify.annotations.Nullable;

/** A call or a return in the linked list of a {@link Search}. */
final class Event<I, O> {

    private final @Nullable Operation<I, O> operation;
    private final @Nullable Event<I, O> call;

    /** Counts answered and open operations apart, each by invocation. */
    final int number;

    int position;

    @Nullable Event<I, O> previous;

    @Nullable Event<I, O> next;

    /** The return of a call, null for a call that stays open. */
    @Nullable Event<I, O> end;

    /** The head of the list. */
    Event() {
        this.operation = null;
        this.call = null;
        this.number = -1;
    }

    Event(Operation<I, O> operation, int number) {
        this.operation = operation;
        this.call = null;
        this.number = number;
    }

    Event(Operation<I, O> operation, Event<I, O> call) {
        this.operation = operation;
        this.call = call;
        this.number = call.number;
    }

    boolean isReturn() {
        return call != null;
    }

    Operation<I, O> operation() {
        if (operation == null) {
            throw new IllegalStateException("the head of the list is no operation");
        }
        return operation;
    }

    long time() {
        return isReturn() ? operation().returnedAt() : operation().invokedAt();
    }

    void lift() {
        unlink();
        if (end != null) {
            end.unlink();
        }
    }

    /** Undoes {@link #lift()}; only right in the opposite order of the lifts. */
    void unlift() {
        if (end != null) {
            end.relink();
        }
        relink();
    }

    private void unlink() {
        if (previous != null) {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
    }

    private void relink() {
        if (previous != null) {
            previous.next = this;
        }
        if (next != null) {
            next.previous = this;
        }
    }
}
