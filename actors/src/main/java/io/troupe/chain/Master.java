package io.troupe.chain;

import io.troupe.replication.Replica.Members;
import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * The master (§3): decides who forms the chain. A state machine in a consensus group whose replicas are where the chain's
 * servers are, so a server learns a decision where it is applied, from its own node. What it decides follows from the log of
 * its group alone, also who the founders were: what a host says of them may be out of date, and is where a server joins.
 */
final class Master implements StateMachine {

    /** Without members: of a group that was founded before they could change. */
    private static final int FORMAT_WITHOUT_MEMBERS = 1;

    private static final int FORMAT = 2;
    /** No command has come yet. */
    private static final int FORMAT_UNKNOWN = 3;

    private final List<String> hostedAs;
    private final Consumer<Configuration> listener;
    private Optional<Configuration> configuration = Optional.empty();

    /**
     * @param hostedAs the founders, as the host says: for logs that do not say it, as they were written before members could
     *     change; empty at a server that is none of them
     * @param listener told each configuration that is decided, in order; after a restart from some earlier one on
     */
    Master(List<String> hostedAs, Consumer<Configuration> listener) {
        this.hostedAs = hostedAs;
        this.listener = listener;
    }

    @Override
    public ByteString apply(long index, ByteString bytes) {
        MasterCommand command;
        try {
            command = MasterCommand.of(bytes);
        } catch (IllegalArgumentException e) {
            return ByteString.fromString(String.valueOf(e.getMessage()));
        }
        Configuration now = configuration.orElseGet(() -> found(command.founders()));
        configuration = Optional.of(now);
        decide(command.applyTo(now));
        return query(bytes);
    }

    /**
     * Who belongs to the master's group belongs to the chain's. Before the log says who the founders are, nobody has asked for
     * others: an engine may say the same again.
     */
    @Override
    public void onMembers(long index, Members members) {
        if (configuration.isPresent() && !configuration.get().members().equals(Optional.of(members))) {
            decide(configuration.get().ofMembers(members));
        }
    }

    private Configuration found(List<String> founders) {
        if (!founders.isEmpty()) {
            return Configuration.founding(founders).withFounders();
        }
        if (hostedAs.isEmpty()) {
            throw new IllegalStateException(
                    "The master's log does not say who founded the group: it was begun by a version"
                            + " whose members could not change, and no server can join it. Begin the group anew");
        }
        return Configuration.founding(hostedAs);
    }

    private void decide(Configuration next) {
        if (!configuration.equals(Optional.of(next))) {
            configuration = Optional.of(next);
            listener.accept(next);
        }
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return true;
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return true;
    }

    /** Whatever is asked, the answer is the configuration, to be read by people. */
    @Override
    public ByteString query(ByteString query) {
        return ByteString.fromString(configuration.map(Configuration::toString).orElse("nothing is decided yet"));
    }

    @Override
    public State freeze() {
        Optional<Configuration> frozen = configuration;
        return out -> {
            var data = new DataOutputStream(out);
            if (frozen.isPresent()) {
                write(frozen.get(), data);
            } else {
                data.writeInt(FORMAT_UNKNOWN);
            }
            data.flush();
        };
    }

    private static void write(Configuration frozen, DataOutputStream data) throws IOException {
        data.writeInt(frozen.members().isPresent() ? FORMAT : FORMAT_WITHOUT_MEMBERS);
        data.writeLong(frozen.epoch());
        write(frozen.chain(), data);
        data.writeUTF(frozen.joining().orElse(""));
        if (frozen.members().isPresent()) {
            write(frozen.members().get().voters(), data);
            write(frozen.members().get().learners(), data);
        }
    }

    private static void write(Collection<String> nodes, DataOutputStream data) throws IOException {
        data.writeInt(nodes.size());
        for (String node : nodes) {
            data.writeUTF(node);
        }
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var data = new DataInputStream(state);
        int format = data.readInt();
        if (format < FORMAT_WITHOUT_MEMBERS || format > FORMAT_UNKNOWN) {
            throw new IOException("The master's state has format " + format + "; this version reads "
                    + FORMAT_WITHOUT_MEMBERS + " to " + FORMAT_UNKNOWN);
        }
        configuration = format == FORMAT_UNKNOWN ? Optional.empty() : Optional.of(read(format, data));
        configuration.ifPresent(listener);
    }

    private static Configuration read(int format, DataInputStream data) throws IOException {
        long epoch = data.readLong();
        List<String> chain = read(data);
        Optional<String> joining = Optional.of(data.readUTF()).filter(node -> !node.isEmpty());
        Optional<Members> members = format == FORMAT_WITHOUT_MEMBERS
                ? Optional.empty()
                : Optional.of(new Members(new TreeSet<>(read(data)), new TreeSet<>(read(data))));
        return new Configuration(epoch, chain, joining, members);
    }

    private static List<String> read(DataInputStream data) throws IOException {
        List<String> nodes = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            nodes.add(data.readUTF());
        }
        return nodes;
    }
}
