package io.troupe.replication.sensing;

import io.troupe.replication.Replica;
import io.troupe.replication.Signatures;
import io.troupe.replication.StateMachine;
import io.troupe.replication.voting.Faults;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.pekko.util.ByteString;

/**
 * A service that knows something of the outside (Schneider 1990, §5.1): each replica's sensor is a client of its own, their
 * samples go through the log, and what they come to is applied by all replicas at the same place as the same value.
 */
public final class SensingMachine implements StateMachine {

    /** The service. */
    public interface Service extends StateMachine {
        /**
         * The sensors have agreed; as {@link StateMachine#apply}.
         *
         * @param round from 1; some may be left out, when sensors contradicted each other too much
         */
        void sampled(long index, long round, Interval sample);
    }

    private static final byte COMMAND = 0;
    private static final byte REPORT = 1;

    private final String quantity;
    private final SortedSet<String> sources;
    private final Signatures signatures;
    private final Service service;
    private final Agreement agreement;

    /**
     * @param quantity what is measured
     * @param sources whose sensors are believed, by stable node id: t+1 for faults by stopping, 3t+1 where sensors lie, for
     *     t of them may say nothing while t others lie
     * @param signatures of the sources
     * @throws IllegalArgumentException when there are too few sources for these faults
     */
    public SensingMachine(
            String quantity,
            Faults faults,
            Collection<String> sources,
            Fusion fusion,
            Signatures signatures,
            Service service) {
        this.quantity = quantity;
        this.sources = new TreeSet<>(sources);
        this.signatures = signatures;
        this.service = service;
        this.agreement = new Agreement(faults, this.sources.size(), fusion);
    }

    /** What a client proposes to have the service apply {@code command}. */
    public static ByteString command(ByteString command) {
        return ByteString.fromArray(new byte[] {COMMAND}).concat(command);
    }

    static ByteString report(Report report) {
        return ByteString.fromArray(new byte[] {REPORT}).concat(report.encode());
    }

    /** Of the answer to a report: the round whose reports are taken now. */
    static long round(ByteString answer) {
        return answer.asByteBuffer().getLong();
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        if (command.isEmpty() || command.head() != REPORT) {
            return service.apply(index, command.drop(1));
        }
        Report.decode(command.drop(1)).filter(this::isToCount).ifPresent(report -> {
            long round = agreement.round();
            agreement
                    .report(report.source(), report.round(), report.sample())
                    .ifPresent(sample -> service.sampled(index, round, sample));
        });
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(Long.BYTES).putLong(agreement.round()).array());
    }

    private boolean isToCount(Report report) {
        return report.quantity().equals(quantity)
                && sources.contains(report.source())
                && report.isAuthentic(signatures);
    }

    @Override
    public void onMembers(long index, Replica.Members members) {
        service.onMembers(index, members);
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return !command.isEmpty() && command.head() != REPORT && service.appliesQuickly(command.drop(1));
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return service.answersQuickly(query);
    }

    @Override
    public ByteString query(ByteString query) {
        return service.query(query);
    }

    @Override
    public State freeze() {
        return service.freeze().behind(agreement.copy()::writeTo);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        agreement.readFrom(new DataInputStream(state));
        service.restore(state);
    }
}
