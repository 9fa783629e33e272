package io.troupe.sim.checker.cli;

import java.util.List;
import java.util.Map;

/**
 * What came out.
 *
 * @param summary one line: what was judged, and against what
 * @param explanation lines for a person; for a history that is not valid, the anomaly
 * @param facts the same for a program, as plain maps, lists, numbers and strings
 */
record Judgement(Answer answer, String summary, List<String> explanation, Map<String, Object> facts) {

    enum Answer {
        VALID,
        INVALID,
        UNKNOWN;

        @Override
        public String toString() {
            return super.toString().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
