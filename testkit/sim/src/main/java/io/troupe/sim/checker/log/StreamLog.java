package io.troupe.sim.checker.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was sent to the partitions of a stream, and what consumers received: nothing acknowledged is lost, nothing comes
 * twice, each partition keeps its order, and nothing comes that was not sent. Messages are unique in their partition.
 *
 * <p>A message counts as lost when nobody received it, and somebody received one of its partition that was sent after it
 * had been acknowledged; or, when the log says that consumers have read to the end, in any case.
 */
public final class StreamLog {

    public enum Outcome {
        ACKNOWLEDGED,
        FAILED,
        UNKNOWN
    }

    private record Sent(int event, Outcome outcome, long invokedAt, long returnedAt) {}

    private record Received(int event, int place) {}

    private final Map<Object, Map<Object, Sent>> sent = new LinkedHashMap<>();
    /** By partition, then consumer, then message. */
    private final Map<Object, Map<Object, Map<Object, Received>>> received = new LinkedHashMap<>();

    private final List<Finding> findings = new ArrayList<>();
    private final boolean readToTheEnd;

    /** @param readToTheEnd whether everything that was sent must have been received by somebody */
    public StreamLog(boolean readToTheEnd) {
        this.readToTheEnd = readToTheEnd;
    }

    /**
     * @param event tells the caller what is meant, in a {@link Finding}
     * @param returnedAt {@link Long#MAX_VALUE} when no answer came
     */
    public void sent(int event, Object partition, Object message, Outcome outcome, long invokedAt, long returnedAt) {
        var before = sent.computeIfAbsent(partition, any -> new LinkedHashMap<>())
                .put(message, new Sent(event, outcome, invokedAt, returnedAt));
        if (before != null) {
            throw new IllegalArgumentException(
                    message + " is sent twice to " + partition + "; messages must be unique");
        }
    }

    /** In the order in which {@code consumer} received. */
    public void received(int event, Object consumer, Object partition, Object message) {
        var all = received.computeIfAbsent(partition, any -> new LinkedHashMap<>())
                .computeIfAbsent(consumer, any -> new LinkedHashMap<>());
        var before = all.putIfAbsent(message, new Received(event, all.size()));
        if (before != null) {
            findings.add(new Finding(
                    "duplicate",
                    "consumer " + consumer + " received " + message + " of partition " + partition + " twice",
                    List.of(before.event(), event)));
        }
    }

    /** All that is wrong, partition by partition. */
    public List<Finding> findings() {
        List<Finding> all = new ArrayList<>(findings);
        received.forEach((partition, consumers) -> {
            unsent(partition, consumers, all);
            consumers.forEach((consumer, messages) -> disorder(partition, consumer, messages, all));
            disagreement(partition, consumers, all);
        });
        sent.keySet().forEach(partition -> lost(partition, all));
        return all;
    }

    private void unsent(Object partition, Map<Object, Map<Object, Received>> consumers, List<Finding> all) {
        var messages = sent.getOrDefault(partition, Map.of());
        consumers.forEach((consumer, those) -> those.forEach((message, how) -> {
            var origin = messages.get(message);
            if (origin == null) {
                all.add(new Finding(
                        "phantom",
                        "consumer " + consumer + " received " + message + " of partition " + partition
                                + ", which nobody sent",
                        List.of(how.event())));
            } else if (origin.outcome() == Outcome.FAILED) {
                all.add(new Finding(
                        "aborted",
                        "consumer " + consumer + " received " + message + " of partition " + partition
                                + ", the sending of which failed",
                        List.of(origin.event(), how.event())));
            }
        }));
    }

    /** One consumer: what was acknowledged before another was sent must not come after it. */
    private void disorder(Object partition, Object consumer, Map<Object, Received> messages, List<Finding> all) {
        var origins = sent.getOrDefault(partition, Map.of());
        Sent latest = null;
        Object latestMessage = null;
        for (var one : messages.entrySet()) {
            var origin = origins.get(one.getKey());
            if (origin == null) {
                continue;
            }
            if (latest != null && origin.returnedAt() < latest.invokedAt()) {
                all.add(new Finding(
                        "reordered",
                        "consumer " + consumer + " received " + one.getKey() + " of partition " + partition + " after "
                                + latestMessage + ", which was sent after it",
                        List.of(origin.event(), latest.event(), one.getValue().event())));
            }
            if (latest == null || origin.invokedAt() > latest.invokedAt()) {
                latest = origin;
                latestMessage = one.getKey();
            }
        }
    }

    /** Two consumers: what both received came to both in one order. */
    private static void disagreement(
            Object partition, Map<Object, Map<Object, Received>> consumers, List<Finding> all) {
        Object firstName = null;
        Map<Object, Received> first = null;
        for (var consumer : consumers.entrySet()) {
            if (first == null) {
                firstName = consumer.getKey();
                first = new HashMap<>(consumer.getValue());
                continue;
            }
            Received before = null;
            Object beforeMessage = null;
            for (var one : consumer.getValue().entrySet()) {
                var there = first.get(one.getKey());
                if (there == null) {
                    continue;
                }
                if (before != null && there.place() < before.place()) {
                    all.add(new Finding(
                            "disagreement",
                            "of partition " + partition + ", consumer " + consumer.getKey() + " received "
                                    + beforeMessage + " before " + one.getKey() + ", and consumer " + firstName
                                    + " the other way round",
                            List.of(one.getValue().event(), there.event())));
                }
                before = there;
                beforeMessage = one.getKey();
            }
        }
    }

    private void lost(Object partition, List<Finding> all) {
        var consumers = received.getOrDefault(partition, Map.of());
        var messages = sent.getOrDefault(partition, Map.of());
        long latestReceived = Long.MIN_VALUE;
        for (var those : consumers.values()) {
            for (Object message : those.keySet()) {
                var origin = messages.get(message);
                latestReceived = origin == null ? latestReceived : Math.max(latestReceived, origin.invokedAt());
            }
        }
        for (var one : messages.entrySet()) {
            var origin = one.getValue();
            boolean seen = consumers.values().stream().anyMatch(those -> those.containsKey(one.getKey()));
            boolean passed = readToTheEnd || origin.returnedAt() < latestReceived;
            if (!seen && passed && origin.outcome() == Outcome.ACKNOWLEDGED) {
                all.add(new Finding(
                        "lost",
                        one.getKey() + " was acknowledged by partition " + partition + ", and nobody received it",
                        List.of(origin.event())));
            }
        }
    }
}
