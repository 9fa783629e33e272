package io.troupe.sim.checker.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The guarantees of a session (Terry et al., <em>Session guarantees for weakly consistent replicated data</em>, 1994), over
 * keys whose versions are numbers that grow: revisions, offsets, zxids. Each is judged session by session and key by key.
 */
public final class SessionGuarantees {

    private record Seen(int event, long version) {}

    private record Of(Object session, Object key) {}

    private final Map<Of, Seen> lastRead = new HashMap<>();
    private final Map<Of, Seen> lastWrite = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    /** {@code session} read {@code version} of {@code key}. To be called in the session's order. */
    public void read(int event, Object session, Object key, long version) {
        var of = new Of(session, key);
        check("monotonic-reads", "read", version, event, of, "it had read", lastRead.get(of), false);
        check("read-your-writes", "read", version, event, of, "it had written", lastWrite.get(of), false);
        keepGreatest(lastRead, of, new Seen(event, version));
    }

    /** {@code session} wrote {@code version} of {@code key}. */
    public void wrote(int event, Object session, Object key, long version) {
        var of = new Of(session, key);
        check("monotonic-writes", "wrote", version, event, of, "it had written", lastWrite.get(of), true);
        check("writes-follow-reads", "wrote", version, event, of, "it had read", lastRead.get(of), true);
        keepGreatest(lastWrite, of, new Seen(event, version));
    }

    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    private void check(
            String name,
            String did,
            long version,
            int event,
            Of of,
            String had,
            @Nullable Seen before,
            boolean mustGrow) {
        if (before != null && (version < before.version() || (mustGrow && version == before.version()))) {
            findings.add(new Finding(
                    name,
                    "session " + of.session() + " " + did + " " + of.key() + " at version " + version + ", after " + had
                            + " version " + before.version(),
                    List.of(before.event(), event)));
        }
    }

    private static void keepGreatest(Map<Of, Seen> greatest, Of of, Seen seen) {
        greatest.merge(of, seen, (before, now) -> now.version() > before.version() ? now : before);
    }
}
