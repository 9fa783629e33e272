package io.troupe.pbft;

import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import io.troupe.replication.scheduling.SchedulingMachine;
import java.io.IOException;
import java.io.InputStream;
import org.apache.pekko.util.ByteString;

/**
 * A machine that schedules, and believes no alarm clock: what comes before its time, by the time that the replicas agree on
 * (§4.6), does nothing. So no lying client or replica can have a lock revoked early by itself.
 *
 * <p>A lying primary can, by what {@link AgreedTime} lets pass: at most its bound, and the error of the backups' clocks, behind when
 * a grant is ordered, and as much ahead when it is revoked. The delay counts from when the grant was ordered, which is before
 * it is executed: by as long as a view change takes, too.
 */
public final class AgreedSchedule implements StateMachine, NonDeterminism {

    private final SchedulingMachine machine;
    private final AgreedTime time;

    public AgreedSchedule(SchedulingMachine machine, AgreedTime time) {
        this.machine = machine;
        this.time = time;
    }

    @Override
    public Choice choice() {
        return time;
    }

    @Override
    public void onChosen(ByteString value) {
        machine.onTime(AgreedTime.read(value));
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        return machine.apply(index, command);
    }

    @Override
    public void onMembers(long index, Replica.Members members) {
        machine.onMembers(index, members);
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return machine.appliesQuickly(command);
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return machine.answersQuickly(query);
    }

    @Override
    public ByteString query(ByteString query) {
        return machine.query(query);
    }

    @Override
    public State freeze() {
        return machine.freeze();
    }

    @Override
    public void restore(InputStream state) throws IOException {
        machine.restore(state);
    }
}
