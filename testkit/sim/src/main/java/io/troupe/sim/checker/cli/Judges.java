package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.GrowingSet;
import io.troupe.sim.checker.KeyValue;
import io.troupe.sim.checker.Lock;
import io.troupe.sim.checker.Queue;
import io.troupe.sim.checker.Register;
import io.troupe.sim.checker.input.Values;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What {@code --model} takes. */
final class Judges {

    private static final Map<String, Judge> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("register", registers("register", false));
        BY_NAME.put("cas-register", registers("cas-register", true));
        BY_NAME.put(
                "key-value",
                new LinearizabilityJudge<>("key-value", true, settings -> new KeyValue(), new KeyValueVocabulary()));
        BY_NAME.put(
                "multi-register",
                new LinearizabilityJudge<>(
                        "multi-register", false, MultiRegisterVocabulary::model, new MultiRegisterVocabulary()));
        BY_NAME.put(
                "set",
                new LinearizabilityJudge<>("set", false, settings -> new GrowingSet<Object>(), new SetVocabulary()));
        BY_NAME.put("fifo-queue", queues("fifo-queue", Queue.fifo()));
        BY_NAME.put("unordered-queue", queues("unordered-queue", Queue.unordered()));
        BY_NAME.put("mutex", locks("mutex", Lock.mutex(), false));
        BY_NAME.put("lock", locks("lock", Lock.owned(), false));
        BY_NAME.put("fenced-lock", locks("fenced-lock", Lock.owned(), true));
        BY_NAME.put("mvcc", new LinearizabilityJudge<>("mvcc", false, MvccVocabulary::model, new MvccVocabulary()));
        BY_NAME.put("list-append", new IsolationJudge("list-append", true));
        BY_NAME.put("rw-register", new IsolationJudge("rw-register", false));
        BY_NAME.put("stream", new StreamJudge());
        BY_NAME.put("sessions", new SessionJudge());
    }

    private Judges() {}

    static Map<String, Judge> byName() {
        return BY_NAME;
    }

    private static Judge registers(String name, boolean knowsCas) {
        return new LinearizabilityJudge<>(
                name,
                false,
                settings -> new Register<>(Optional.of(settings.initial().orElse(Values.NIL))),
                new RegisterVocabulary(knowsCas));
    }

    private static Judge queues(String name, Queue<Object> queue) {
        return new LinearizabilityJudge<>(name, false, settings -> queue, new QueueVocabulary());
    }

    private static Judge locks(String name, Lock lock, boolean fenced) {
        return new LinearizabilityJudge<>(name, false, settings -> lock, new LockVocabulary(fenced));
    }
}
