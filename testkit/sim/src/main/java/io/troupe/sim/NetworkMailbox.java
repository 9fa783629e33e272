package io.troupe.sim;

import com.typesafe.config.Config;
import java.util.ArrayDeque;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.MailboxType;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.ProducesMessageQueue;
import org.apache.pekko.dispatch.UnboundedDequeBasedMessageQueueSemantics;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * The mailbox of every actor: where a message that another node sends turns off into the {@link Network} instead of
 * being queued. With one thread the sending node is the one whose code runs now.
 */
public final class NetworkMailbox implements MailboxType, ProducesMessageQueue<NetworkMailbox.Queue> {

    /** Names that Pekko counts over the whole JVM: their numbers tell nothing about the run. */
    private static final Pattern JVM_WIDE_NUMBER = Pattern.compile("(eventStreamUnsubscriber|StreamSupervisor)-\\d+");

    private final World world;
    private final Host owner;

    /** Called by Pekko. */
    public NetworkMailbox(ActorSystem.Settings settings, Config config) {
        this.world = World.of(settings.config());
        this.owner = world.ownerOf(settings.config());
    }

    @Override
    public MessageQueue create(Option<ActorRef> actor, Option<ActorSystem> system) {
        if (actor.isEmpty()) {
            return new Queue(world, owner, "");
        }
        var path = actor.get().path();
        if (owner == world.outside()) {
            return new Queue(world, world.hostOf(path), path.toStringWithoutAddress());
        }
        var local = JVM_WIDE_NUMBER.matcher(path.toStringWithoutAddress()).replaceAll("$1");
        return new Queue(world, owner, owner.name() + local);
    }

    /** Messages that have arrived, each with the node that sent it. */
    public static final class Queue implements UnboundedDequeBasedMessageQueueSemantics, MessageQueue {

        private record Arrived(Envelope envelope, Host from) {}

        private final World world;
        private final Host host;
        private final String path;
        private final ArrayDeque<Arrived> messages = new ArrayDeque<>();

        private Queue(World world, Host host, String path) {
            this.world = world;
            this.host = host;
            this.path = path;
        }

        Host host() {
            return host;
        }

        @Override
        public void enqueue(ActorRef receiver, Envelope envelope) {
            if (world.isForeign(envelope.message())) {
                return;
            }
            var from = world.current();
            if (from.isDead() || host.isDead()) {
                return;
            }
            if (from == host || from == world.outside() || host == world.outside()) {
                messages.add(new Arrived(envelope, from));
            } else {
                world.network().send(from, host, receiver, envelope.message(), envelope.sender());
            }
        }

        @Override
        public void enqueueFirst(ActorRef receiver, Envelope envelope) {
            messages.addFirst(new Arrived(envelope, world.messageOrigin()));
        }

        @Override
        public @Nullable Envelope dequeue() {
            if (host.isDead()) {
                messages.clear();
                return null;
            }
            var next = messages.poll();
            while (next != null && next.from().isDead() && host == world.outside()) {
                next = messages.poll();
            }
            if (next == null) {
                return null;
            }
            world.messageOrigin(next.from());
            if (host != world.outside()) {
                world.handled(host, path, next.envelope().message());
            }
            return next.envelope();
        }

        @Override
        public int numberOfMessages() {
            return messages.size();
        }

        @Override
        public boolean hasMessages() {
            return !host.isDead() && !messages.isEmpty();
        }

        @Override
        public void cleanUp(ActorRef owner, MessageQueue deadLetters) {
            if (!host.isDead()) {
                messages.forEach(left -> deadLetters.enqueue(owner, left.envelope()));
            }
            messages.clear();
        }
    }
}
