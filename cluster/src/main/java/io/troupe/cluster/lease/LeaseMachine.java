package io.troupe.cluster.lease;

import io.troupe.replication.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/** Who holds which lease, replicated. */
final class LeaseMachine implements StateMachine {

    /** The names of leases that were ever held are kept, for their epochs; one more than this is refused. */
    static final int LEASES_MAX = 10_000;

    /** Characters of a lease's name, and of its owner's: an answer names both. */
    static final int NAME_MAX = 1_000;

    private static final int FORMAT = 1;

    private final TreeMap<String, LeaseRecord> leases = new TreeMap<>();
    private final Consumer<Map<String, LeaseRecord>> followers;

    /** @param followers told of every lease that changes, on the thread that applies */
    LeaseMachine(Consumer<Map<String, LeaseRecord>> followers) {
        this.followers = followers;
    }

    @Override
    public ByteString apply(long index, ByteString bytes) {
        LeaseCommand command;
        try {
            command = LeaseCommand.of(bytes);
        } catch (IOException e) {
            return new LeaseAnswer.NotHeld("entry " + index + " is no command: " + e.getMessage()).toBytes();
        }
        return apply(index, command).toBytes();
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return true;
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return true;
    }

    private LeaseAnswer apply(long index, LeaseCommand command) {
        if (command.name().length() > NAME_MAX) {
            return new LeaseAnswer.NotHeld("the name of a lease has at most " + NAME_MAX + " characters, not "
                    + command.name().length());
        }
        LeaseRecord now = leases.getOrDefault(command.name(), LeaseRecord.NEW);
        if (command instanceof LeaseCommand.Acquire acquire) {
            return acquire(index, acquire, now);
        } else if (command instanceof LeaseCommand.Renew renew) {
            if (!now.isHeldBy(renew.acquisition())) {
                return notHeld(command.name(), now);
            }
            put(command.name(), now.renewed(index));
            return new LeaseAnswer.Held(now.epoch());
        } else if (command instanceof LeaseCommand.Release release) {
            if (now.isHeldBy(release.acquisition())) {
                put(command.name(), now.freed());
            }
            return notHeld(command.name(), leases.getOrDefault(command.name(), LeaseRecord.NEW));
        }
        LeaseCommand.Expire expire = (LeaseCommand.Expire) command;
        if (now.isUnrenewedSince(expire.epoch(), expire.renewedAt())) {
            put(command.name(), now.freed());
        }
        return notHeld(command.name(), leases.getOrDefault(command.name(), LeaseRecord.NEW));
    }

    private LeaseAnswer acquire(long index, LeaseCommand.Acquire acquire, LeaseRecord now) {
        if (!leases.containsKey(acquire.name()) && leases.size() >= LEASES_MAX) {
            return new LeaseAnswer.NotHeld("there are " + LEASES_MAX + " leases already");
        }
        if (acquire.owner().length() > NAME_MAX) {
            return new LeaseAnswer.NotHeld("the name of an owner has at most " + NAME_MAX + " characters, not "
                    + acquire.owner().length());
        }
        if (!now.isOpenTo(acquire)) {
            return notHeld(acquire.name(), now);
        }
        LeaseRecord acquired = now.acquired(acquire, index);
        put(acquire.name(), acquired);
        return new LeaseAnswer.Held(acquired.epoch());
    }

    private static LeaseAnswer notHeld(String name, LeaseRecord now) {
        return now.holder()
                .map(holder -> new LeaseAnswer.NotHeld(
                        "lease " + name + " is held by " + holder.owner() + " in epoch " + now.epoch(),
                        holder.renewedAt()))
                .orElseGet(
                        () -> new LeaseAnswer.NotHeld("lease " + name + " is free, its last epoch was " + now.epoch()));
    }

    private void put(String name, LeaseRecord lease) {
        leases.put(name, lease);
        followers.accept(Map.of(name, lease));
    }

    /** Nobody asks: the answers of commands say all there is. */
    @Override
    public ByteString query(ByteString query) {
        return ByteString.emptyByteString();
    }

    @Override
    public State freeze() {
        return new Frozen(new TreeMap<>(leases));
    }

    private record Frozen(TreeMap<String, LeaseRecord> leases) implements State {
        @Override
        public void writeTo(OutputStream to) throws IOException {
            DataOutputStream out = new DataOutputStream(to);
            out.writeInt(FORMAT);
            out.writeInt(leases.size());
            for (Map.Entry<String, LeaseRecord> entry : leases.entrySet()) {
                out.writeUTF(entry.getKey());
                entry.getValue().writeTo(out);
            }
            out.flush();
        }
    }

    @Override
    public void restore(InputStream state) throws IOException {
        DataInputStream in = new DataInputStream(state);
        int format = in.readInt();
        if (format != FORMAT) {
            throw new IOException("A snapshot of leases has format " + format + ", this version reads " + FORMAT
                    + ". Start the node with the version that wrote it");
        }
        leases.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            leases.put(in.readUTF(), LeaseRecord.readFrom(in));
        }
        followers.accept(Map.copyOf(leases));
    }
}
