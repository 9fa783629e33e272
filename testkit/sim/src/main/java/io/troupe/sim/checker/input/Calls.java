package io.troupe.sim.checker.input;

import io.troupe.sim.checker.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pairs invocations with their completions, process by process: a process does one thing at a time. */
public final class Calls {

    private static final int NO_CALL = -1;

    private final List<Call> calls = new ArrayList<>();
    private final Map<Object, Integer> processes = new HashMap<>();
    private final List<Integer> underWay = new ArrayList<>();

    private Calls() {}

    /**
     * @return in order of invocation
     * @throws BadInput when a process invokes before its last call came back, or completes what it did not invoke
     */
    public static List<Call> pair(List<Entry> entries) throws BadInput {
        return new Calls().all(entries, false);
    }

    /**
     * The same, but a history may consist of completions alone, as Elle's examples do. Nothing is then known of when
     * its calls began.
     */
    public static List<Call> pairOrCompletionsAlone(List<Entry> entries) throws BadInput {
        boolean anyInvocation = entries.stream().anyMatch(entry -> entry.type() == Entry.Type.INVOKE);
        return new Calls().all(entries, !anyInvocation);
    }

    private List<Call> all(List<Entry> entries, boolean completionsAlone) throws BadInput {
        for (int at = 0; at < entries.size(); at++) {
            var entry = entries.get(at);
            if (entry.isByClient()) {
                int process = number(entry);
                if (entry.type() == Entry.Type.INVOKE) {
                    invoke(entry, process, at);
                } else if (completionsAlone) {
                    calls.add(new Call(calls.size(), process, null, entry, -1, returned(entry, at)));
                } else {
                    complete(entry, process, at);
                }
            }
        }
        return calls;
    }

    private int number(Entry entry) {
        Integer known = processes.get(Values.orNil(entry.process()));
        if (known == null) {
            known = processes.size();
            processes.put(Values.orNil(entry.process()), known);
            underWay.add(NO_CALL);
        }
        return known;
    }

    private void invoke(Entry entry, int process, int at) throws BadInput {
        int open = underWay.get(process);
        if (open != NO_CALL) {
            throw new BadInput(
                    entry.line(),
                    "process " + Values.show(entry.process()) + " invokes :" + entry.f() + " while its :"
                            + calls.get(open).f() + " of line "
                            + calls.get(open).line() + " is still under way");
        }
        underWay.set(process, calls.size());
        calls.add(new Call(calls.size(), process, entry, null, at, Operation.NEVER));
    }

    private void complete(Entry entry, int process, int at) throws BadInput {
        int open = underWay.get(process);
        if (open == NO_CALL) {
            if (entry.type() == Entry.Type.INFO) {
                return; // A remark, not the end of anything.
            }
            throw new BadInput(
                    entry.line(),
                    "process " + Values.show(entry.process()) + " completes a :" + entry.f()
                            + " that it did not invoke");
        }
        var call = calls.get(open);
        if (!entry.f().isEmpty() && !call.f().isEmpty() && !entry.f().equals(call.f())) {
            throw new BadInput(
                    entry.line(),
                    "process " + Values.show(entry.process()) + " completes a :" + entry.f() + ", but it invoked :"
                            + call.f() + " in line " + call.line());
        }
        calls.set(open, new Call(open, process, call.invocation(), entry, call.invokedAt(), returned(entry, at)));
        underWay.set(process, NO_CALL);
    }

    private static long returned(Entry entry, int at) {
        return entry.type() == Entry.Type.INFO ? Operation.NEVER : at;
    }
}
