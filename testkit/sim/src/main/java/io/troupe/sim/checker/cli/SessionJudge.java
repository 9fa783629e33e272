package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Calls;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import io.troupe.sim.checker.log.SessionGuarantees;
import java.util.Arrays;
import java.util.List;

/** {@code :read} and {@code :write} with {@code [key version]}, a version being a number that grows; a process is a session. */
final class SessionJudge implements Judge {

    @Override
    public Judgement judge(List<Entry> entries, Settings settings) throws BadInput {
        var calls = Calls.pair(entries);
        var sessions = new SessionGuarantees();
        for (var call : calls) {
            boolean isRead = call.f().equals("read");
            if (!isRead && !call.f().equals("write")) {
                throw Vocabulary.unknownWord(call, "sessions", ":read and :write");
            }
            if (!call.isOk()) {
                continue;
            }
            var pair = Vocabulary.pair(call, call.written(), "[key version]");
            if (isRead && pair.get(1) == null) {
                pair = Arrays.asList(pair.get(0), Long.MIN_VALUE); // Nothing there: before every version.
            }
            if (!(pair.get(1) instanceof Long version)) {
                throw new BadInput(call.line(), "a version is a number, not " + Values.show(pair.get(1)));
            }
            Object key = Values.orNil(pair.get(0));
            Object session = Values.orNil(call.first().process());
            if (isRead) {
                sessions.read(call.id(), session, key, version);
            } else {
                sessions.wrote(call.id(), session, key, version);
            }
        }
        return FindingsJudgement.of("sessions: " + calls.size() + " operations", calls, sessions.findings());
    }
}
