package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Calls;
import io.troupe.sim.checker.input.Entry;
import io.troupe.sim.checker.input.Values;
import io.troupe.sim.checker.isolation.Anomaly;
import io.troupe.sim.checker.isolation.Isolation;
import io.troupe.sim.checker.isolation.IsolationLevel;
import io.troupe.sim.checker.isolation.IsolationVerdict;
import io.troupe.sim.checker.isolation.Txn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges transactions: {@code :value [[:append :x 1] [:r :y [2]]]}, or with {@code :w} for registers. */
final class IsolationJudge implements Judge {

    private static final int SHOWN_OF_A_KIND_MAX = 2;

    private final String name;
    private final boolean lists;

    IsolationJudge(String name, boolean lists) {
        this.name = name;
        this.lists = lists;
    }

    @Override
    public Judgement judge(List<Entry> entries, Settings settings) throws BadInput {
        List<Txn> transactions = new ArrayList<>();
        for (var call : Calls.pairOrCompletionsAlone(entries)) {
            transactions.add(transaction(call));
        }
        var level = settings.consistency();
        String what = name + ": " + transactions.size() + " transactions";
        settings.progress().stage(what);
        Limits limits = settings.limits();
        var verdict = lists ? Isolation.listAppend(transactions, limits) : Isolation.rwRegister(transactions, limits);
        Map<String, Object> facts = facts(verdict, transactions.size(), level);
        List<String> lines = explanation(verdict, transactions.isEmpty());
        var holds = verdict.holds(level);
        if (holds.isEmpty()) {
            return new Judgement(Judgement.Answer.UNKNOWN, what + ", " + level + " not decided", lines, facts);
        }
        return holds.get()
                ? new Judgement(Judgement.Answer.VALID, what + ", " + level, lines, facts)
                : new Judgement(Judgement.Answer.INVALID, what + ", not " + level, lines, facts);
    }

    private static Map<String, Object> facts(IsolationVerdict verdict, int size, IsolationLevel level) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("transactions", size);
        facts.put("consistency", level.toString());
        facts.put(
                "not", verdict.violated().stream().map(IsolationLevel::toString).toList());
        facts.put(
                "strongest-left",
                verdict.strongestLeft().stream().map(IsolationLevel::toString).toList());
        Map<String, Object> anomalies = new LinkedHashMap<>();
        verdict.anomalies().forEach((kind, all) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("count", verdict.counts().get(kind));
            one.put(
                    "violates",
                    kind.violated().stream().map(IsolationLevel::toString).toList());
            one.put("examples", all.stream().map(Anomaly::explanation).toList());
            anomalies.put(kind.toString(), one);
        });
        facts.put("anomaly-types", List.copyOf(anomalies.keySet()));
        facts.put("anomalies", anomalies);
        facts.put("remarks", verdict.remarks());
        verdict.undecided().ifPresent(why -> facts.put("why", why));
        return facts;
    }

    private static List<String> explanation(IsolationVerdict verdict, boolean empty) {
        List<String> lines = new ArrayList<>();
        if (empty) {
            lines.add("No client did anything: there was nothing to judge");
        }
        verdict.undecided().ifPresent(lines::add);
        if (!verdict.anomalies().isEmpty()) {
            lines.add("violated:           " + names(verdict.violated()));
            lines.add("strongest left:     "
                    + (verdict.strongestLeft().isEmpty() ? "none" : names(verdict.strongestLeft())));
        }
        verdict.anomalies().forEach((kind, all) -> {
            int count = verdict.counts().getOrDefault(kind, all.size());
            lines.add(kind + (count > 1 ? " (" + count + " times)" : "") + ": " + kind.meaning());
            for (var anomaly : all.subList(0, Math.min(all.size(), SHOWN_OF_A_KIND_MAX))) {
                anomaly.explanation().forEach(line -> lines.add("    " + line));
            }
        });
        verdict.remarks().forEach(remark -> lines.add("note: " + remark));
        return lines;
    }

    private static String names(Collection<IsolationLevel> levels) {
        return levels.stream().map(IsolationLevel::toString).collect(Collectors.joining(", "));
    }

    private Txn transaction(Call call) throws BadInput {
        var status =
                switch (call.type()) {
                    case OK -> Txn.Status.COMMITTED;
                    case FAIL -> Txn.Status.ABORTED;
                    default -> Txn.Status.UNKNOWN;
                };
        var written = status == Txn.Status.COMMITTED ? call.written() : call.argument();
        List<Txn.MicroOp> ops = new ArrayList<>();
        if (!(written instanceof List<?> list)) {
            throw notATransaction(call, written);
        }
        for (Object op : list) {
            ops.add(microOp(call, op));
        }
        String label = call.place() + "  process " + Values.show(call.first().process()) + "  " + Values.show(written)
                + (status == Txn.Status.COMMITTED
                        ? ""
                        : status == Txn.Status.ABORTED ? " (aborted)" : " (outcome unknown)");
        return new Txn(call.id(), call.process(), status, ops, call.invokedAt(), call.returnedAt(), label);
    }

    private Txn.MicroOp microOp(Call call, @Nullable Object op) throws BadInput {
        if (!(op instanceof List<?> triple) || triple.size() < 2 || triple.size() > 3) {
            throw notATransaction(call, op);
        }
        String f = Values.name(triple.get(0));
        Object key = Values.orNil(triple.get(1));
        Object value = triple.size() == 3 ? triple.get(2) : null; // [:r :x] of a read without an answer
        if ("r".equals(f)) {
            if (lists && value != null && !(value instanceof List<?>)) {
                throw new BadInput(
                        call.line(),
                        "a read of list-append answers a list, not " + Values.show(value) + ": " + Values.show(op));
            }
            return new Txn.Read(key, value);
        }
        if ((lists ? "append" : "w").equals(f) && value != null) {
            return new Txn.Write(key, value);
        }
        throw notATransaction(call, op);
    }

    private BadInput notATransaction(Call call, @Nullable Object value) {
        return new BadInput(
                call.line(),
                "a transaction of " + name + " is a list of "
                        + (lists ? "[:append key value] and [:r key list]" : "[:w key value] and [:r key value]")
                        + ", not " + Values.show(value));
    }
}
