package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Calls;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import io.troupe.sim.checker.log.StreamLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code :send [partition message]}; {@code :poll}, which answers a list of {@code [partition message]} in the order of
 * receipt; and, when consumers have read to the end, a last {@code :drained}.
 */
final class StreamJudge implements Judge {

    @Override
    public Judgement judge(List<Entry> entries, Settings settings) throws BadInput {
        var calls = Calls.pair(entries);
        var log = new StreamLog(calls.stream().anyMatch(call -> call.f().equals("drained") && call.isOk()));
        for (var call : calls) {
            switch (call.f()) {
                case "send" -> send(call, log);
                case "poll", "receive" -> receive(call, log);
                case "drained" -> {}
                default -> throw Vocabulary.unknownWord(call, "stream", ":send, :poll and :drained");
            }
        }
        return FindingsJudgement.of("stream: " + calls.size() + " operations", calls, log.findings());
    }

    private static void send(Call call, StreamLog log) throws BadInput {
        var message = tuple(call, call.argument());
        var outcome =
                switch (call.type()) {
                    case OK -> StreamLog.Outcome.ACKNOWLEDGED;
                    case FAIL -> StreamLog.Outcome.FAILED;
                    default -> StreamLog.Outcome.UNKNOWN;
                };
        try {
            log.sent(
                    call.id(),
                    Values.orNil(message.get(0)),
                    Values.orNil(message.get(1)),
                    outcome,
                    call.invokedAt(),
                    call.returnedAt());
        } catch (IllegalArgumentException e) {
            throw new BadInput(call.line(), String.valueOf(e.getMessage()));
        }
    }

    private static void receive(Call call, StreamLog log) throws BadInput {
        if (call.answer() == null) {
            return;
        }
        if (!(call.answer() instanceof List<?> all)) {
            throw new BadInput(
                    call.line(), "a :poll answers a list of [partition message], not " + Values.show(call.answer()));
        }
        for (Object one : all) {
            var message = tuple(call, one);
            log.received(
                    call.id(),
                    Values.orNil(call.first().process()),
                    Values.orNil(message.get(0)),
                    Values.orNil(message.get(1)));
        }
    }

    private static List<?> tuple(Call call, @Nullable Object value) throws BadInput {
        return Vocabulary.pair(call, value, "[partition message]");
    }
}
