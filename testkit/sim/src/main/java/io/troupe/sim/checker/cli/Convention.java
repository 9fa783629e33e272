package io.troupe.sim.checker.cli;

/** How those who wrote a history meant two things that models need to know. */
public enum Convention {
    /** {@code :fail} means that it did not happen; an {@code :ok} read of nil tells nothing (Knossos). */
    JEPSEN,
    /**
     * A failed cas is an answer: the register held something else. A read of nil found nothing there. Any other failed
     * write may have happened (Porcupine's tests).
     */
    PORCUPINE
}
