package io.troupe.replication.voting;

import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * A service that acts on the outside, and not only answers (Schneider 1990, §4.1): what it says while it applies a command
 * is numbered, goes through this replica's {@link OutputPort} to the {@link OutputVoter} of the device, and is kept beside
 * the service's state, so that a replica that comes back, or fetches its state, still has what the device has not heard.
 */
public final class ActingMachine implements StateMachine {

    /** Makes the service. */
    @FunctionalInterface
    public interface Service {
        /**
         * @param act says something to the outside; only while a command is applied, and as that command and the state
         *     determine, for every replica must say the same
         */
        StateMachine create(Consumer<ByteString> act);
    }

    private final StateMachine service;
    private final Outbox outbox;
    private final ActorRef<OutputPort.Command> port;

    /**
     * @param outputsMax how many outputs are kept for a device that is behind; the same on all replicas, for it is part of
     *     the replicated state's definition
     * @param port of this replica
     */
    public ActingMachine(Service service, int outputsMax, ActorRef<OutputPort.Command> port) {
        this.outbox = new Outbox(outputsMax);
        this.port = port;
        this.service = service.create(this::act);
    }

    private void act(ByteString output) {
        port.tell(new OutputPort.Act(outbox.add(output), output));
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        return service.apply(index, command);
    }

    @Override
    public void onMembers(long index, Replica.Members members) {
        service.onMembers(index, members);
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return service.appliesQuickly(command);
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
        return service.freeze().behind(outbox.kept()::writeTo);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        Outbox.Kept kept = Outbox.Kept.readFrom(new DataInputStream(state));
        outbox.restore(kept);
        service.restore(state);
        port.tell(new OutputPort.Restore(kept));
    }
}
