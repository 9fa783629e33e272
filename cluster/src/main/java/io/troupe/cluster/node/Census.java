package io.troupe.cluster.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node that is in no cluster knows of the others, and what follows from it: wait, join, or
 * form a cluster. Rules:
 *
 * <ul>
 *   <li>Where one of them is a member of a cluster, join it.
 *   <li>Else a new cluster may be formed by one node only: the first, in configuration order, of
 *       those in contact, when they are a majority of the configured members and a majority votes
 *       for it. A node gives one vote at a time ({@link Vote}), so two nodes cannot form two clusters.
 * </ul>
 *
 * <p>Times are nanoseconds of this node's monotonic clock.
 */
final class Census {

    /** A greeting tells of the present for this long. */
    static final Duration FRESH = Duration.ofMillis(1_500);
    /** How long to wait for configured members that were not heard of yet, once a majority was. */
    static final Duration SETTLE = Duration.ofSeconds(3);

    sealed interface Decision permits Wait, Join, Propose, Form {}

    /** Not enough is known, or another node has to act. */
    record Wait(String why) implements Decision {}

    /** Join the cluster of these nodes. */
    record Join(List<String> addresses) implements Decision {}

    /** Ask the others for their votes. */
    record Propose() implements Decision {}

    /** A majority voted for this node: form a cluster. */
    record Form() implements Decision {}

    private record Heard(Formation.Greeting greeting, long atNanos) {}

    private final String self;
    private final List<String> configured;
    private final boolean moved;
    private final boolean joins;
    private final Map<String, Heard> heard = new TreeMap<>();
    private final Map<String, Long> refused = new TreeMap<>();
    private List<String> inContact = List.of();
    private long inContactSinceNanos;

    /**
     * @param moved whether this node is elsewhere than configured: then a live namesake there has time to answer
     * @param joins whether this node may only join
     */
    Census(String self, List<String> configured, boolean moved, boolean joins) {
        this.self = self;
        this.configured = configured;
        this.moved = moved;
        this.joins = joins;
    }

    void heard(Formation.Greeting greeting, long nowNanos) {
        heard.put(greeting.node(), new Heard(greeting, nowNanos));
    }

    /** The node is there, and refuses what comes from this node's life. */
    void heardRefusal(String node, long nowNanos) {
        refused.put(node, nowNanos);
    }

    /** @param ownVote whether this node's own vote is its own to give now */
    Decision decide(long nowNanos, boolean ownVote) {
        List<String> addresses = toJoin(nowNanos);
        if (!addresses.isEmpty()) {
            return new Join(addresses);
        }
        updateContact(nowNanos);
        if (joins) {
            return new Wait("none of " + configured + " is in a cluster, and this node only joins one");
        }
        int majority = majority();
        if (inContact.size() < majority) {
            return new Wait("in contact with " + inContact + " of " + configured + ", and " + majority
                    + " are needed to form a cluster");
        }
        @Nullable String first = inContact.isEmpty() ? null : inContact.get(0);
        if (!self.equals(first)) {
            return new Wait("waiting for " + first + " to form the cluster");
        }
        boolean complete = inContact.size() == configured.size() && !moved;
        if (!complete && nowNanos - inContactSinceNanos < SETTLE.toNanos()) {
            return new Wait("in contact with " + inContact + " of " + configured + ", waiting a moment for the others");
        }
        if (!ownVote) {
            return new Wait("voted for another node a moment ago");
        }
        return votes(nowNanos) + 1 >= majority ? new Form() : new Propose();
    }

    /** Whether a node that outlives its cluster would find one in a new life: to join, or to form with a majority in contact. */
    boolean wouldFindItsCluster(long nowNanos) {
        if (!toJoin(nowNanos).isEmpty()) {
            return true;
        }
        refused.values().removeIf(atNanos -> nowNanos - atNanos > FRESH.toNanos());
        updateContact(nowNanos);
        return !joins && inContact.size() >= majority();
    }

    private List<String> toJoin(long nowNanos) {
        heard.values().removeIf(entry -> nowNanos - entry.atNanos() > FRESH.toNanos());
        return heard.values().stream()
                .filter(entry -> entry.greeting().member())
                .map(entry -> entry.greeting().address())
                .toList();
    }

    private int majority() {
        return configured.size() / 2 + 1;
    }

    private void updateContact(long nowNanos) {
        List<String> now = new ArrayList<>();
        for (String id : configured) {
            if (id.equals(self) || heard.containsKey(id) || refused.containsKey(id)) {
                now.add(id);
            }
        }
        if (!now.equals(inContact)) {
            inContact = now;
            inContactSinceNanos = nowNanos;
        }
    }

    private long votes(long nowNanos) {
        return configured.stream()
                .filter(heard::containsKey)
                .map(heard::get)
                .filter(entry -> entry.greeting().vote())
                .filter(entry -> nowNanos - entry.greeting().echoNanos() < Vote.COUNTED.toNanos())
                .count();
    }
}
