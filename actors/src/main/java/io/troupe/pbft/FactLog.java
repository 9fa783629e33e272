package io.troupe.pbft;

import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import java.util.ArrayList;
import java.util.List;

/** What a replica has on its disk: its facts. Those recorded together are written together. */
final class FactLog implements WriteAheadLog.Contents<Fact.Written> {

    /** What was durable at the start. */
    record Recovered(Ledger ledger) implements Replica.Message {}

    private Ledger recovering = new Ledger();

    @Override
    public Class<Fact.Written> eventType() {
        return Fact.Written.class;
    }

    @Override
    public void recover(Fact.Written written) {
        written.facts().forEach(recovering::apply);
    }

    @Override
    public Recovered recovered() {
        Recovered recovered = new Recovered(recovering);
        recovering = new Ledger();
        return recovered;
    }

    /** In facts. */
    @Override
    public long size(Fact.Written written) {
        return written.facts().size();
    }

    @Override
    public Fact.Written joined(List<Fact.Written> events) {
        List<Fact> facts = new ArrayList<>();
        events.forEach(written -> facts.addAll(written.facts()));
        return new Fact.Written(facts);
    }

    @Override
    public long highestIndex(Fact.Written written) {
        long highest = 0;
        for (Fact fact : written.facts()) {
            highest = Math.max(highest, fact.sequence());
        }
        return highest;
    }

    /** A stable checkpoint carries the rest. */
    @Override
    public long coveredThrough(Fact.Written written) {
        long covered = NOTHING;
        for (Fact fact : written.facts()) {
            if (fact instanceof Fact.Stable stable) {
                covered = Math.max(covered, stable.sequence());
            }
        }
        return covered;
    }
}
