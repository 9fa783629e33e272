package io.troupe.replication.mastership;

import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.pekko.util.ByteString;

/**
 * A service for masters: the epoch is part of its state, and what was begun in another epoch does nothing (Live §5.3).
 *
 * <p>Transitions: an epoch → the next, when who leads under a higher term begins one; else it stays, whoever says he begins: a
 * master of before whose words were long on their way does not end the epoch of the next.
 */
public final class MastershipMachine implements StateMachine {

    private static final byte BEGIN = 'b';
    private static final byte UNDER = 'u';

    private final StateMachine service;
    private Epoch epoch = Epoch.NONE;
    /** The highest under which anybody has said that he begins or goes on. */
    private long term;

    public MastershipMachine(StateMachine service) {
        this.service = service;
    }

    /**
     * What a client proposes, or queries, to have it done if the epoch is that one. The answer is an {@link EpochAnswer}.
     *
     * @param operation a command or a query of the service
     */
    public static ByteString under(long epoch, ByteString operation) {
        var head = ByteBuffer.allocate(1 + Long.BYTES).put(UNDER).putLong(epoch).array();
        return ByteString.fromArrayUnsafe(head).concat(operation);
    }

    /**
     * What a replica proposes that has come to lead, or that leads on under another term. The answer is the epoch from then on.
     *
     * @param leads under which term, at which node
     * @param held the epoch that it began and has led in ever since, or 0: that goes on if no other has begun meanwhile
     */
    static ByteString begin(Epoch leads, long held) {
        var head = ByteBuffer.allocate(1 + Long.BYTES).put(BEGIN).putLong(held).array();
        return ByteString.fromArrayUnsafe(head).concat(leads.encode());
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        if (command.length() > 2 * Long.BYTES && command.head() == BEGIN) {
            onBegin(command.drop(1).asByteBuffer().getLong(), Epoch.decode(command.drop(1 + Long.BYTES)));
            return epoch.encode();
        }
        return answer(command, operation -> service.apply(index, operation));
    }

    private void onBegin(long held, Epoch leads) {
        if (leads.number() > term) {
            term = leads.number();
            epoch = held != 0 && held == epoch.number() ? epoch : leads;
        }
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return isQuick(command, service::appliesQuickly);
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return isQuick(query, service::answersQuickly);
    }

    private static boolean isQuick(ByteString operation, Predicate<ByteString> service) {
        boolean isOfService = operation.length() > Long.BYTES && operation.head() == UNDER;
        return !isOfService || service.test(operation.drop(1 + Long.BYTES));
    }

    @Override
    public ByteString query(ByteString query) {
        return answer(query, service::query);
    }

    /** What is not put right is of no epoch. */
    private ByteString answer(ByteString operation, UnaryOperator<ByteString> service) {
        boolean isOfThisEpoch = operation.length() > Long.BYTES
                && operation.head() == UNDER
                && isCurrent(operation.drop(1).asByteBuffer().getLong());
        EpochAnswer answer = isOfThisEpoch
                ? new EpochAnswer.Done(service.apply(operation.drop(1 + Long.BYTES)))
                : new EpochAnswer.Ended(epoch);
        return answer.encode();
    }

    private boolean isCurrent(long number) {
        return number == epoch.number() && !epoch.equals(Epoch.NONE);
    }

    @Override
    public void onMembers(long index, Replica.Members members) {
        service.onMembers(index, members);
    }

    @Override
    public State freeze() {
        Epoch frozenEpoch = epoch;
        long frozenTerm = term;
        return service.freeze().behind(out -> {
            out.writeLong(frozenTerm);
            out.writeLong(frozenEpoch.number());
            out.writeUTF(frozenEpoch.master());
        });
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var in = new DataInputStream(state);
        term = in.readLong();
        epoch = new Epoch(in.readLong(), in.readUTF());
        service.restore(state);
    }
}
