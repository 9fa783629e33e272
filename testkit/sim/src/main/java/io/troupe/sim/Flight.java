package io.troupe.sim;

/** One message on its way from one node to another, as the trace shows it. */
final class Flight {

    enum Fate {
        UNDER_WAY,
        ARRIVED,
        LOST
    }

    final long sentNanos;
    final String from;
    final String to;
    final String path;
    final String type;
    final String text;
    private Fate fate = Fate.UNDER_WAY;
    private long endNanos;

    Flight(long sentNanos, String from, String to, String path, Object payload) {
        this.sentNanos = sentNanos;
        this.from = from;
        this.to = to;
        this.path = path;
        this.type = payload.getClass().getSimpleName();
        this.text = Trace.shortened(payload);
        this.endNanos = sentNanos;
    }

    void arrived(long nanos) {
        fate = Fate.ARRIVED;
        endNanos = nanos;
    }

    void lost(long nanos) {
        fate = Fate.LOST;
        endNanos = nanos;
    }

    Fate fate() {
        return fate;
    }

    long endNanos() {
        return endNanos;
    }
}
