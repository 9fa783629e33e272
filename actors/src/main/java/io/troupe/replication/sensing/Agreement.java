package io.troupe.replication.sensing;

import io.troupe.replication.voting.Faults;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the replicas' reports come to, round after round: part of the replicated state, so that the reports' order in the log
 * decides, and nothing else. A round is over when all sources but t have reported: more may never come.
 */
final class Agreement {

    private final Faults faults;
    private final int sources;
    private final Fusion fusion;
    private final TreeMap<String, Interval> reports = new TreeMap<>();
    private long round = 1;

    /** @throws IllegalArgumentException when a round could not have enough reports for this fusion */
    Agreement(Faults faults, int sources, Fusion fusion) {
        int sourcesMin = faults.replicasMin() + (faults.kind() == Faults.Kind.BYZANTINE ? faults.t() : 0);
        if (sources < sourcesMin) {
            throw new IllegalArgumentException(sources + " sensors do not bear " + faults.t() + " that are faulty, "
                    + faults.kind() + "; there must be at least " + sourcesMin
                    + ": t may be silent, and of those who speak fewer than half may be wrong");
        }
        this.faults = faults;
        this.sources = sources;
        this.fusion = fusion;
    }

    /** The round whose reports are taken. */
    long round() {
        return round;
    }

    /** @return the sample, when this report was the last that it needed; a source's first in a round counts */
    Optional<Interval> report(String source, long of, Interval sample) {
        if (of != round || reports.putIfAbsent(source, sample) != null || reports.size() < sources - faults.t()) {
            return Optional.empty();
        }
        Optional<Interval> fused = fusion.fuse(reports.values(), wrongMax());
        if (fused.isPresent() || reports.size() == sources) { // All contradict each other: this round has no sample.
            reports.clear();
            round++;
        }
        return fused;
    }

    private int wrongMax() {
        return faults.kind() == Faults.Kind.BYZANTINE ? faults.t() : 0;
    }

    Agreement copy() {
        Agreement copy = new Agreement(faults, sources, fusion);
        copy.round = round;
        copy.reports.putAll(reports);
        return copy;
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(round);
        out.writeInt(reports.size());
        for (var report : reports.entrySet()) {
            out.writeUTF(report.getKey());
            out.writeDouble(report.getValue().lower());
            out.writeDouble(report.getValue().upper());
        }
    }

    /** Replaces everything by what {@link #writeTo} wrote. */
    void readFrom(DataInputStream in) throws IOException {
        reports.clear();
        round = in.readLong();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            reports.put(in.readUTF(), new Interval(in.readDouble(), in.readDouble()));
        }
    }
}
