package io.troupe.bench.replication;

/** What is asked of an engine. */
enum Workload {
    PUT("put"),
    READ("read, linearizable"),
    /** As many puts as linearizable reads. */
    MIXED("mixed");

    private final String title;

    Workload(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
