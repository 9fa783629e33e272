package io.troupe.cluster.lease;

import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * The node's way to the group of leases: has it hosted, passes commands on, and keeps the {@link Lessor}.
 *
 * <p>Transitions: waiting, until a replica has recovered → open → closed, when that has stopped. What comes in any other
 * state than open is answered at once: nothing was done.
 */
final class LeaseOffice extends AbstractBehavior<LeaseOffice.Command> {

    sealed interface Command permits UseGroups, Submit, WrappedHosted, WrappedStatus, Closed {}

    /** The host to have the group hosted by. */
    record UseGroups(ActorRef<Groups.Command> host, String group, List<String> members) implements Command {}

    /** Has {@code command} committed, within the deadline. */
    record Submit(long id, LeaseCommand command, Duration deadline, ActorRef<SessionClient.Outcome> replyTo)
            implements Command {}

    private record WrappedHosted(Groups.HostReply reply) implements Command {}

    private record WrappedStatus(Replica.Status status) implements Command {}

    private enum Closed implements Command {
        INSTANCE
    }

    private final Duration checkInterval;
    private final LongSupplier nanoClock;
    private final LeaseFollowers followers = new LeaseFollowers();
    private Optional<ActorRef<SessionClient.Command>> client = Optional.empty();
    private Optional<ActorRef<Lessor.Command>> lessor = Optional.empty();
    private String whyNot = "no replica of the group of leases was provided: call Leases.provide, in a Troupe node set"
            + " troupe.coordination.enabled = on";

    /** @param checkInterval how often leases are looked at for those that have run out */
    static Behavior<Command> create(Duration checkInterval, LongSupplier nanoClock) {
        return Behaviors.setup(context -> new LeaseOffice(context, checkInterval, nanoClock));
    }

    private LeaseOffice(ActorContext<Command> context, Duration checkInterval, LongSupplier nanoClock) {
        super(context);
        this.checkInterval = checkInterval;
        this.nanoClock = nanoClock;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(UseGroups.class, this::onUseGroups)
                .onMessage(WrappedHosted.class, wrapped -> onHosted(wrapped.reply()))
                .onMessage(WrappedStatus.class, this::onStatus)
                .onMessage(Submit.class, this::onSubmit)
                .onMessageEquals(Closed.INSTANCE, this::onClosed)
                .build();
    }

    private Behavior<Command> onUseGroups(UseGroups use) {
        whyNot = "the replica of group " + use.group() + " on this node has not recovered yet";
        use.host()
                .tell(new Groups.Host(
                        use.group(),
                        use.members(),
                        (group, node) -> new LeaseMachine(followers),
                        getContext().messageAdapter(Groups.HostReply.class, WrappedHosted::new)));
        return this;
    }

    private Behavior<Command> onHosted(Groups.HostReply reply) {
        if (reply instanceof Groups.NotHosted notHosted) {
            whyNot = notHosted.detail();
        } else if (reply instanceof Groups.Hosted hosted && client.isEmpty()) {
            var random = new SplittableRandom(ThreadLocalRandom.current().nextLong());
            ActorRef<SessionClient.Command> session = getContext()
                    .spawn(SessionClient.create(hosted.replica(), SessionClient.Settings.DEFAULT, random), "session");
            getContext().watchWith(session, Closed.INSTANCE);
            client = Optional.of(session);
            ActorRef<Lessor.Command> started =
                    getContext().spawn(Lessor.create(session, checkInterval, nanoClock), "lessor");
            lessor = Optional.of(started);
            followers.attach(started);
            hosted.replica()
                    .tell(new Replica.Observe(getContext().messageAdapter(Replica.Status.class, WrappedStatus::new)));
        }
        return this;
    }

    private Behavior<Command> onStatus(WrappedStatus wrapped) {
        lessor.ifPresent(actor -> actor.tell(new Lessor.Led(Lessor.leads(wrapped.status()))));
        return this;
    }

    private Behavior<Command> onSubmit(Submit submit) {
        if (client.isPresent()) {
            client.get()
                    .tell(new SessionClient.Submit(
                            submit.id(), submit.command().toBytes(), submit.deadline(), submit.replyTo()));
        } else {
            submit.replyTo().tell(new SessionClient.Failed(submit.id(), Replica.Reason.NO_LEADER, whyNot));
        }
        return this;
    }

    private Behavior<Command> onClosed() {
        client = Optional.empty();
        whyNot = "the replica of the group of leases on this node has stopped; the log of this node says why. Start the"
                + " node again";
        return this;
    }
}
