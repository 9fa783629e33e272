package io.troupe.chain;

import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * The master (§3): decides who forms the chain. A state machine in a consensus group whose replicas are where the chain's
 * servers are, so a server learns a decision where it is applied, from its own node.
 */
final class Master implements StateMachine {

    private static final int FORMAT = 1;

    private final Consumer<Configuration> listener;
    private Configuration configuration;

    /** @param listener told each configuration that is decided, in order; after a restart from some earlier one on */
    Master(List<String> founders, Consumer<Configuration> listener) {
        this.configuration = Configuration.founding(founders);
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
        Configuration next = command.applyTo(configuration);
        if (!next.equals(configuration)) {
            configuration = next;
            listener.accept(next);
        }
        return query(bytes);
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
            data.writeInt(FORMAT);
            data.writeLong(frozen.epoch());
            data.writeInt(frozen.chain().size());
            for (String server : frozen.chain()) {
                data.writeUTF(server);
            }
            data.writeUTF(frozen.joining().orElse(""));
            data.flush();
        };
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var data = new DataInputStream(state);
        int format = data.readInt();
        if (format != FORMAT) {
            throw new IOException("The master's state has format " + format + "; this version reads " + FORMAT);
        }
        long epoch = data.readLong();
        List<String> chain = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            chain.add(data.readUTF());
        }
        String joining = data.readUTF();
        configuration = new Configuration(epoch, chain, joining.isEmpty() ? Optional.empty() : Optional.of(joining));
        listener.accept(configuration);
    }
}
