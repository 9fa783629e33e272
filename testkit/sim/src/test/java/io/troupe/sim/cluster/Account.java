package io.troupe.sim.cluster;

import io.troupe.sim.Sent;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** Counts deposits, each of them an event; answers a deposit when it is durable. A snapshot every five. */
final class Account extends EventSourcedBehavior<Account.Command, Account.Deposited, Account.Balance> {

    sealed interface Command extends Sent permits Deposit, Show {}

    record Deposit(ActorRef<Balance> replyTo) implements Command {}

    record Show(ActorRef<Balance> replyTo) implements Command {}

    record Deposited(int amount) implements Sent {}

    record Balance(int deposits) implements Sent {}

    Account(String id) {
        super(PersistenceId.ofUniqueId("account-" + id));
    }

    @Override
    public Balance emptyState() {
        return new Balance(0);
    }

    @Override
    public CommandHandler<Command, Deposited, Balance> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Deposit.class, (balance, deposit) -> Effect()
                        .persist(new Deposited(1))
                        .thenReply(deposit.replyTo(), after -> after))
                .onCommand(Show.class, (balance, show) -> Effect().reply(show.replyTo(), balance))
                .build();
    }

    @Override
    public EventHandler<Balance, Deposited> eventHandler() {
        return newEventHandlerBuilder()
                .forAnyState()
                .onEvent(Deposited.class, (balance, event) -> new Balance(balance.deposits() + event.amount()))
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(5, 2).withDeleteEventsOnSnapshot();
    }
}
