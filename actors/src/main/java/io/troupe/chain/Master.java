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
 * servers are, so a server learns a decision where it is applied, from its own node.
 */
final class Master implements StateMachine {

    /** Without members, who are those that the group was founded with. */
    private static final int FORMAT_FOUNDED = 1;

    private static final int FORMAT = 2;

    private final Members founders;
    private final Consumer<Configuration> listener;
    private Configuration configuration;

    /** @param listener told each configuration that is decided, in order; after a restart from some earlier one on */
    Master(List<String> founders, Consumer<Configuration> listener) {
        this.configuration = Configuration.founding(founders);
        this.founders = new Members(new TreeSet<>(founders), new TreeSet<>());
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
        if (command.kind() != MasterCommand.Kind.JOIN || isMember(command.server())) {
            decide(command.applyTo(configuration));
        }
        return query(bytes);
    }

    private boolean isMember(String node) {
        Members members = configuration.members().orElse(founders);
        return members.voters().contains(node) || members.learners().contains(node);
    }

    /** Who belongs to the master's group belongs to the chain's. */
    @Override
    public void onMembers(long index, Members members) {
        if (!members.equals(configuration.members().orElse(founders))) {
            decide(configuration.ofMembers(members));
        }
    }

    private void decide(Configuration next) {
        if (!next.equals(configuration)) {
            configuration = next;
            listener.accept(next);
        }
    }

    /** Whatever is asked, the answer is the configuration, to be read by people. */
    @Override
    public ByteString query(ByteString query) {
        return ByteString.fromString(configuration.toString());
    }

    @Override
    public State freeze() {
        Configuration frozen = configuration;
        return out -> {
            var data = new DataOutputStream(out);
            data.writeInt(frozen.members().isPresent() ? FORMAT : FORMAT_FOUNDED);
            data.writeLong(frozen.epoch());
            write(frozen.chain(), data);
            data.writeUTF(frozen.joining().orElse(""));
            if (frozen.members().isPresent()) {
                write(frozen.members().get().voters(), data);
                write(frozen.members().get().learners(), data);
            }
            data.flush();
        };
    }

    private static void write(Collection<String> nodes, DataOutputStream data) throws IOException {
        data.writeInt(nodes.size());
        for (String node : nodes) {
            data.writeUTF(node);
        }
    }

    private static List<String> read(DataInputStream data) throws IOException {
        List<String> nodes = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            nodes.add(data.readUTF());
        }
        return nodes;
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var data = new DataInputStream(state);
        int format = data.readInt();
        if (format != FORMAT && format != FORMAT_FOUNDED) {
            throw new IOException("The master's state has format " + format + "; this version reads " + FORMAT_FOUNDED
                    + " and " + FORMAT);
        }
        long epoch = data.readLong();
        List<String> chain = read(data);
        Optional<String> joining = Optional.of(data.readUTF()).filter(node -> !node.isEmpty());
        Optional<Members> members = format == FORMAT_FOUNDED
                ? Optional.empty()
                : Optional.of(new Members(new TreeSet<>(read(data)), new TreeSet<>(read(data))));
        configuration = new Configuration(epoch, chain, joining, members);
        listener.accept(configuration);
    }
}
