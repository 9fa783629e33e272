package io.troupe.pbft;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.troupe.sim.mutants.Planted;
import java.util.List;
import net.bytebuddy.asm.Advice;
import org.apache.pekko.util.ByteString;

/** Bugs of values that the primary proposes (§4.6), planted as {@link PbftMutants} are. */
final class ValueMutants {

    private ValueMutants() {}

    static List<Planted> all() {
        return List.of(
                Planted.advised(
                        VouchesForAnyValue.class, Choices.class, named("canHaveAccepted"), PbftClaims.class, 20),
                Planted.advised(BelievesAnyValue.class, Choices.class, named("accepts"), PbftClocks.class, 40),
                Planted.advised(
                                LeavesTheValueOutOfTheDigest.class,
                                Digest.class,
                                named("of").and(takesArguments(ByteString.class)),
                                PbftClocks.class,
                                100)
                        .foundAt(19));
    }

    /** Whoever vouches for a batch can have accepted its value. Here it does not ask. */
    static final class VouchesForAnyValue {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean accepted) {
            accepted = true;
        }
    }

    /** §4.6: a backup decides whether the value is correct. Here it takes the primary's word for it. */
    static final class BelievesAnyValue {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean accepted) {
            accepted = true;
        }
    }

    /** §4.6: replicas agree on "request and value". Here the digest is of the requests alone. */
    static final class LeavesTheValueOutOfTheDigest {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) ByteString content) {
            content = withoutValue(content);
        }
    }

    // -- what is inlined may call nothing but this

    private static final ByteString VALUED = ByteString.fromString("1649\n");

    /** Of a batch with the time, which is first, after what says that it is bytes, and how many. */
    static ByteString withoutValue(ByteString content) {
        int at = VALUED.length() + 2;
        return content.startsWith(VALUED, 0) ? content.take(at).concat(content.drop(at + Long.BYTES)) : content;
    }
}
