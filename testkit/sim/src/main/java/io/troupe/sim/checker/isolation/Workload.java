package io.troupe.sim.checker.isolation;

/** What transactions of one kind tell. */
interface Workload {

    /** Looks for everything that shows without a cycle, and for the versions of every key. */
    void analyze();

    /** Adds the ww, wr and rw dependencies. Comes after {@link #analyze()}. */
    void addTo(DependencyGraph.Builder graph);

    /** After the search for cycles: tells what is worth telling only when that found nothing. */
    default void conclude() {}
}
