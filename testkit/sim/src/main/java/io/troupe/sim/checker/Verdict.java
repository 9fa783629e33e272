package io.troupe.sim.checker;

import java.util.List;

/** What a checker found. Only {@link Valid} is good news: {@link Unknown} is not. */
public sealed interface Verdict permits Verdict.Valid, Verdict.Invalid, Verdict.Unknown {

    /** @param steps model steps it took */
    record Valid(long steps) implements Verdict {}

    /**
     * No order of the operations explains what was seen.
     *
     * @param part label of the part where it breaks, see {@link Model#partition}
     * @param prefix an order that explains everything that returned before {@code breaksAt} did: the longest prefix of
     *     the history that is linearizable
     * @param breaksAt the operation whose return cannot be explained in any order
     * @param beside the other operations open when it returned that {@code prefix} does without; none of them, put
     *     before it, helps
     * @param states every state that the object may have been in when it had to answer, as the model describes them;
     *     that after {@code prefix} first
     * @param allStates false when there were too many states to look at all
     */
    record Invalid(
            Object part,
            List<Operation<?, ?>> prefix,
            Operation<?, ?> breaksAt,
            List<Operation<?, ?>> beside,
            List<String> states,
            boolean allStates)
            implements Verdict {
        public Invalid {
            prefix = List.copyOf(prefix);
            beside = List.copyOf(beside);
            states = List.copyOf(states);
        }

        /** The state after {@code prefix}, as the model describes it. */
        public String state() {
            return states.get(0);
        }

        @Override
        public String toString() {
            var text = new StringBuilder("not linearizable (")
                    .append(part)
                    .append("): ")
                    .append(breaksAt)
                    .append(" cannot be explained\n  state after the ")
                    .append(prefix.size())
                    .append(" operations that can be ordered: ")
                    .append(state());
            if (states.size() > 1 || !allStates) {
                text.append("\n  other states that were possible then: ")
                        .append(String.join(", ", states.subList(1, states.size())))
                        .append(allStates ? "" : ", …");
            }
            int shown = Math.min(prefix.size(), 10);
            text.append("\n  the last ").append(shown).append(" of them:");
            prefix.subList(prefix.size() - shown, prefix.size())
                    .forEach(operation -> text.append("\n    ").append(operation));
            text.append("\n  open beside it:");
            beside.forEach(operation -> text.append("\n    ").append(operation));
            return text.toString();
        }
    }

    /**
     * The search was cut short before it found an answer.
     *
     * @param part where it was cut short
     * @param why which bound was reached
     */
    record Unknown(Object part, String why) implements Verdict {}

    default boolean isValid() {
        return this instanceof Valid;
    }
}
