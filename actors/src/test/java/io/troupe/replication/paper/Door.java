package io.troupe.replication.paper;

import java.util.ArrayList;
import java.util.List;

/** Who comes to it while it is shut waits, for as long as a test wants, and counts as having nothing to do meanwhile. */
public final class Door {

    private final List<CountedWork> waiting = new ArrayList<>();
    private boolean isOpen;

    /** One that holds nobody back. */
    public static Door standingOpen() {
        Door door = new Door();
        door.open();
        return door;
    }

    public synchronized void pass() {
        if (isOpen) {
            return;
        }
        CountedWork.ofThisThread().ifPresent(work -> {
            waiting.add(work);
            work.end();
        });
        try {
            while (!isOpen) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Nobody opened the door", e);
        }
    }

    /** For good; who waited is at work again when this returns. */
    public synchronized void open() {
        isOpen = true;
        waiting.forEach(CountedWork::begin);
        waiting.clear();
        notifyAll();
    }
}
