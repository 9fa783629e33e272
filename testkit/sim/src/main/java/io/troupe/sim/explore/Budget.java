package io.troupe.sim.explore;

import io.troupe.sim.Choice;

/** How much of what a run may contain; used up as it goes. */
record Budget(int timers, int losses, int duplications, int crashes, int restarts) {

    static final int UNLIMITED = Integer.MAX_VALUE;
    static final Budget NO_FAULTS = new Budget(UNLIMITED, 0, 0, 0, 0);

    boolean allows(Choice choice) {
        return switch (choice.kind()) {
            case DELIVER, SCRIPTED -> true;
            case LOCAL -> timers > 0;
            case LOSE -> losses > 0;
            case DUPLICATE -> duplications > 0;
            case CRASH -> crashes > 0;
            case RESTART -> restarts > 0;
        };
    }

    Budget after(Choice choice) {
        return switch (choice.kind()) {
            case DELIVER, SCRIPTED -> this;
            case LOCAL -> new Budget(less(timers), losses, duplications, crashes, restarts);
            case LOSE -> new Budget(timers, less(losses), duplications, crashes, restarts);
            case DUPLICATE -> new Budget(timers, losses, less(duplications), crashes, restarts);
            case CRASH -> new Budget(timers, losses, duplications, less(crashes), restarts);
            case RESTART -> new Budget(timers, losses, duplications, crashes, less(restarts));
        };
    }

    private static int less(int left) {
        return left == UNLIMITED ? UNLIMITED : left - 1;
    }
}
