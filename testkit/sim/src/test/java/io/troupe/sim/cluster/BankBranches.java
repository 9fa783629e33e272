package io.troupe.sim.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.Model;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/** One account at a bank, and branches that find it by the receptionist and deposit, each on a node of its own. */
final class BankBranches {

    private static final ServiceKey<Account.Command> BANK = ServiceKey.create(Account.Command.class, "bank");

    /** A deposit is answered with how many there were then. */
    enum Operation {
        DEPOSIT
    }

    record Deposits() implements Model<Integer, Operation, Integer> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public @Nullable Integer step(Integer before, Operation deposit, @Nullable Integer answered) {
            return answered == null || answered == before + 1 ? before + 1 : null;
        }
    }

    private record Tick() {}

    private record Answered(@Nullable Integer deposits) {}

    private BankBranches() {}

    static Behavior<Object> bank(ClusterNodeContext node, Supplier<Behavior<Account.Command>> account) {
        return Behaviors.setup(context -> {
            TestCluster.join(node, context.getSystem());
            if (node.life() > 0) {
                node.reached("a bank that opens again");
            }
            var opened = context.spawn(account.get(), "account");
            context.getSystem().receptionist().tell(Receptionist.register(BANK, opened));
            return Behaviors.empty();
        });
    }

    static Behavior<Object> branch(ClusterNodeContext node, int client, HistoryRecorder<Operation, Integer> recorder) {
        return Behaviors.setup(context -> {
            TestCluster.join(node, context.getSystem());
            context.getSystem()
                    .receptionist()
                    .tell(Receptionist.subscribe(
                            BANK, context.messageAdapter(Receptionist.Listing.class, listing -> listing)));
            return Behaviors.withTimers(timers -> {
                timers.startTimerWithFixedDelay(new Tick(), ofMillis(500));
                var state = new Branch(client * 100_000 + node.life() * 1_000);
                return Behaviors.receive(Object.class)
                        .onMessage(Receptionist.Listing.class, listing -> {
                            state.bank = listing.getServiceInstances(BANK).stream()
                                    .findFirst()
                                    .orElse(null);
                            return Behaviors.same();
                        })
                        .onMessage(Tick.class, tick -> {
                            var bank = state.bank;
                            if (bank != null && state.call == null) {
                                state.call = recorder.invoke(state.process, Operation.DEPOSIT);
                                context.ask(
                                        Account.Balance.class,
                                        bank,
                                        ofSeconds(2),
                                        Account.Deposit::new,
                                        (balance, late) -> new Answered(balance == null ? null : balance.deposits()));
                            }
                            return Behaviors.same();
                        })
                        .onMessage(Answered.class, answered -> {
                            state.end(answered.deposits());
                            if (answered.deposits() != null) {
                                node.state("deposits", answered.deposits());
                            }
                            return Behaviors.same();
                        })
                        .build();
            });
        });
    }

    private static final class Branch {
        private int process;
        private @Nullable ActorRef<Account.Command> bank;
        private HistoryRecorder.@Nullable Call<Operation, Integer> call;

        private Branch(int process) {
            this.process = process;
        }

        private void end(@Nullable Integer deposits) {
            if (call == null) {
                return;
            }
            if (deposits == null) {
                call.unknown();
                process++; // Who does not know how its call ended is a new client from then on.
            } else {
                call.ok(deposits);
            }
            call = null;
        }
    }
}
