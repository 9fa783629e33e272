package io.troupe.cluster.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Remembers, in this node's data directory, the id of the data directory that each other node had when they first met. A
 * node that comes back with another has lost what it had voted and acknowledged: its peers tell it so, and it
 * does not run ({@link Formation}). Reads and writes a file, so it needs a dispatcher for what blocks.
 */
final class KnownData extends AbstractBehavior<KnownData.Command> {

    static final String FILE = "peers.properties";

    sealed interface Command permits Compare, Remember {}

    /** Looks up, and remembers, who asks to be greeted. */
    record Compare(Formation.Contact contact, ActorRef<Compared> replyTo) implements Command {}

    /** @param data the id that the contact's sender is known by */
    record Compared(Formation.Contact contact, String data) {}

    /** Remembers a node unless it is known. */
    record Remember(String node, String data) implements Command {}

    private final Path file;
    private final Properties known = new Properties();

    static Behavior<Command> create(Path dataDir) {
        return Behaviors.setup(context -> new KnownData(context, dataDir.resolve(FILE)));
    }

    private KnownData(ActorContext<Command> context, Path file) throws IOException {
        super(context);
        this.file = file;
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                known.load(in);
            }
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Compare.class, this::onCompare)
                .onMessage(Remember.class, remember -> onRemember(remember.node(), remember.data()))
                .build();
    }

    private Behavior<Command> onCompare(Compare compare) {
        Formation.Contact contact = compare.contact();
        String before = known.getProperty(contact.node(), "");
        if (contact.lostData().contains(before)) {
            getContext()
                    .getLog()
                    .warn(
                            "{} goes on without its data {}, as it was told to: it is known by {} now",
                            contact.node(),
                            before,
                            contact.data());
            known.remove(contact.node());
        }
        onRemember(contact.node(), contact.data());
        compare.replyTo().tell(new Compared(contact, known.getProperty(contact.node())));
        return this;
    }

    private Behavior<Command> onRemember(String node, String data) {
        if (known.putIfAbsent(node, data) == null) {
            write();
        }
        return this;
    }

    /** Not to have it on disk costs the check after this node's next start, which is no reason to stop now. */
    private void write() {
        try {
            DataDirectory.replace(file, known, "The data directories of the other nodes. Do not edit.");
        } catch (IOException e) {
            getContext().getLog().error("Cannot write {}: {}. Make it writable, or make room", file, e.toString());
        }
    }
}
