package io.troupe.replication.scheduling;

import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * A service that makes requests of its own for later (Schneider 1990, §5.2). They are kept beside its state until they come
 * back through the order: an {@link AlarmClock} at each node submits the number when the time has come.
 */
public final class SchedulingMachine implements StateMachine {

    /** The service. */
    public interface Service extends StateMachine {
        /**
         * What this service has scheduled has come; as {@link StateMachine#apply}. Clients cannot have this called: what they
         * propose is a command.
         *
         * @param number from {@link Scheduler#schedule}
         */
        void due(long index, long number, ByteString request);
    }

    /** Makes the service. */
    @FunctionalInterface
    public interface Factory {
        Service create(Scheduler scheduler);
    }

    private static final byte COMMAND = 0;
    private static final byte DUE = 1;

    private final Agenda agenda = new Agenda();
    private final ActorRef<AlarmClock.Command> alarm;
    private final Service service;

    /** @param alarm of this node, and of this life of its replica */
    public SchedulingMachine(Factory service, ActorRef<AlarmClock.Command> alarm) {
        this.alarm = alarm;
        this.service = service.create(new Scheduler() {
            @Override
            public long schedule(ByteString request, Duration delay) {
                Agenda.Entry entry = agenda.add(request, delay);
                alarm.tell(new AlarmClock.Set(entry));
                return entry.number();
            }

            @Override
            public void cancel(long number) {
                agenda.remove(number);
                alarm.tell(new AlarmClock.Clear(number));
            }
        });
    }

    /** What a client proposes to have the service apply {@code command}. */
    public static ByteString command(ByteString command) {
        return ByteString.fromArray(new byte[] {COMMAND}).concat(command);
    }

    /** What an alarm clock proposes. */
    static ByteString due(long number) {
        return ByteString.fromArrayUnsafe(
                ByteBuffer.allocate(1 + Long.BYTES).put(DUE).putLong(number).array());
    }

    /**
     * The replicas have agreed on the time for the commands that come next. From then on what comes before its time does
     * nothing, and its alarm clock comes again. Time that goes back counts as that before.
     */
    public void onTime(Instant now) {
        agenda.advanceTo(now.toEpochMilli());
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        if (command.length() == 1 + Long.BYTES && command.head() == DUE) {
            onDue(index, command.drop(1).asByteBuffer().getLong());
            return ByteString.emptyByteString();
        }
        if (command.isEmpty() || command.head() != COMMAND) {
            return ByteString.emptyByteString();
        }
        return service.apply(index, command.drop(1));
    }

    private void onDue(long index, long number) {
        agenda.take(number).ifPresent(entry -> {
            alarm.tell(new AlarmClock.Clear(number));
            service.due(index, number, entry.request());
        });
    }

    @Override
    public void onMembers(long index, Replica.Members members) {
        service.onMembers(index, members);
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return !command.isEmpty() && command.head() == COMMAND && service.appliesQuickly(command.drop(1));
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
        return service.freeze().behind(agenda.copy()::writeTo);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        agenda.readFrom(new DataInputStream(state));
        service.restore(state);
        alarm.tell(new AlarmClock.Restore(agenda.entries()));
    }
}
