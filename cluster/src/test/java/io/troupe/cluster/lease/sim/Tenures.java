package io.troupe.cluster.lease.sim;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who was seen to hold the lease, from when to when: in terms that never overlap, each with a fencing token above those of
 * all before it.
 */
final class Tenures {

    /** @param from when it was first seen to hold, {@code to} when it was last */
    private record Tenure(String owner, Duration from, Duration to) {}

    private final TreeMap<Long, Tenure> byToken = new TreeMap<>();
    private String broken = "";

    /** {@code owner} finds, now, that it holds the lease with that token. */
    void seen(String owner, long token, Duration now) {
        Tenure known = byToken.get(token);
        if (known != null && !known.owner().equals(owner)) {
            fail("token " + token + " was " + known.owner() + "'s, and is " + owner + "'s at " + now);
            return;
        }
        Tenure tenure = new Tenure(owner, known == null ? now : known.from(), now);
        byToken.put(token, tenure);
        Map.Entry<Long, Tenure> before = byToken.lowerEntry(token);
        if (before != null && before.getValue().to().compareTo(tenure.from()) > 0) {
            fail(owner + " holds the lease with token " + token + " since " + tenure.from() + ", and "
                    + before.getValue() + " held it with " + before.getKey());
        }
        Map.Entry<Long, Tenure> after = byToken.higherEntry(token);
        if (after != null) {
            fail(owner + " holds the lease with token " + token + " at " + now + ", and " + after.getValue()
                    + " has it with " + after.getKey());
        }
    }

    private void fail(String what) {
        if (broken.isEmpty()) {
            broken = what;
        }
    }

    void check() {
        if (!broken.isEmpty()) {
            throw new AssertionError(broken);
        }
    }

    /** Who was seen to hold it last; empty when nobody ever was. */
    Optional<String> lastHolder() {
        return Optional.ofNullable(byToken.lastEntry())
                .map(last -> last.getValue().owner());
    }

    int count() {
        return byToken.size();
    }
}
