package io.troupe.etcd.lease;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.sim.mutants.Mutant;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic bugs of leases. */
public final class LeaseMutants {

    private LeaseMutants() {}

    public static List<Mutant> all() {
        Class<?> clock = LeaseClock.class;
        Class<?> lessor = Lessor.class;
        return List.of(
                Mutant.advised(LeaseExpiresEarly.class, clock, named("dueAfter"))
                        .within(10),
                Mutant.advised(NewLessorDoesNotExtend.class, clock, named("renewAll"))
                        .within(30)
                        .foundAt(3),
                Mutant.advised(RevokesOnTheLeaderAlone.class, lessor, named("revoke"))
                        .within(10),
                Mutant.advised(RenewsWithoutAQuorum.class, lessor, named("confirmNext"))
                        .within(120)
                        .foundAt(17));
    }

    /** Half of the TTL, as after a mix-up of units or of a margin's sign. */
    static final class LeaseExpiresEarly {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(1) long now, @Advice.Return(readOnly = false) long due) {
            due = now + (due - now) / 2;
        }
    }

    /** etcd's {@code Lessor.Promote} extends every lease: renewals are known to the leader alone, and go with it. */
    static final class NewLessorDoesNotExtend {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    /** What ran out is forgotten by the lessor, and no command tells the replicas: keys stay for ever. */
    static final class RevokesOnTheLeaderAlone {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.FieldValue("leases") LeaseClock leases, @Advice.Argument(0) long id) {
            leases.revoke(id);
            return true;
        }
    }

    /** A lessor that was succeeded and does not know yet answers renewals that nobody keeps. */
    static final class RenewsWithoutAQuorum {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Advice.This Lessor self,
                @Advice.FieldValue(value = "collecting") List<Lessor.Request> collecting,
                @Advice.FieldValue("nanoClock") java.util.function.LongSupplier nanoClock,
                @Advice.FieldValue("leases") LeaseClock leases) {
            for (Lessor.Request request : collecting) {
                var seconds = leases.renew(request.id(), nanoClock.getAsLong());
                if (seconds.isPresent()) {
                    request.replyTo().tell(new Lessor.Lasts(request.question(), request.id(), seconds.getAsLong()));
                } else {
                    request.replyTo().tell(new Lessor.NoSuchLease(request.question(), request.id()));
                }
            }
            collecting.clear();
            return true;
        }
    }
}
