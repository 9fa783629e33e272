package io.troupe.pbft;

import java.util.Optional;
import java.util.TreeMap;

/**
 * What replicas have replied to one ordered request (§4.1, §5.1). A reply is believed when enough replicas give it as final;
 * or when a quorum gives it, some of them tentatively, and those in one view: a final reply is also what a tentative one
 * would be ({@link TentativeExecution}). Of each replica the last word counts, and after a final one no tentative one.
 */
final class ReplyVotes {

    /** @param tentativeIn view in which it is tentative; empty when it is final */
    private record Vote(Digest results, Optional<Long> tentativeIn) {
        boolean isFinal() {
            return tentativeIn.isEmpty();
        }
    }

    private final int finalMin;
    private final int tentativeMin;
    private final TreeMap<String, Vote> votes = new TreeMap<>();

    /**
     * @param finalMin final replies alike that are believed
     * @param tentativeMin replies alike that are believed when some are tentative
     */
    ReplyVotes(int finalMin, int tentativeMin) {
        this.finalMin = finalMin;
        this.tentativeMin = tentativeMin;
    }

    /** @return whether {@code results} are to be believed now */
    boolean say(String replica, Digest results) {
        votes.put(replica, new Vote(results, Optional.empty()));
        return isBelieved(results);
    }

    /** @return whether {@code results} are to be believed now */
    boolean sayTentatively(String replica, long view, Digest results) {
        Vote vote = new Vote(results, Optional.of(view));
        votes.merge(replica, vote, (before, now) -> before.isFinal() ? before : now);
        return isBelieved(results);
    }

    private boolean isBelieved(Digest results) {
        int finals = count(new Vote(results, Optional.empty()));
        int tentativeInAView = votes.values().stream()
                .filter(vote -> !vote.isFinal() && vote.results().equals(results))
                .mapToInt(this::count)
                .max()
                .orElse(0);
        return finals >= finalMin || finals + tentativeInAView >= tentativeMin;
    }

    private int count(Vote vote) {
        return (int) votes.values().stream().filter(vote::equals).count();
    }
}
