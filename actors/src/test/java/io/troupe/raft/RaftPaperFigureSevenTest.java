package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.LogMatching.Match;
import io.troupe.raft.LogMatching.Mismatch;
import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figure 7: "When the leader at the top comes to power, it is possible that any of scenarios (a–f) could occur". */
class RaftPaperFigureSevenTest {

    private static final long[] LEADERS = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
    private static final long TERM = 8;
    /** And the entry that begins its term. */
    private static final List<Long> AFTERWARDS = List.of(1L, 1L, 1L, 4L, 4L, 5L, 5L, 6L, 6L, 6L, TERM);

    private final PaperServer server = PaperServer.ofThree();
    private final Set<Long> refused = new TreeSet<>();

    @AfterEach
    void close() {
        server.close();
    }

    @BeforeEach
    void comesToPower() {
        server.hasLog(LEADERS);
        server.heartbeat(TERM - 1);
        assertThat(server.becomeLeader()).isEqualTo(TERM);
    }

    @ParameterizedTest(name = "({0}) {1}")
    @CsvSource({
        "a, 1 1 1 4 4 5 5 6 6",
        "b, 1 1 1 4",
        "c, 1 1 1 4 4 5 5 6 6 6 6",
        "d, 1 1 1 4 4 5 5 6 6 6 7 7",
        "e, 1 1 1 4 4 4 4",
        "f, 1 1 1 2 2 2 3 3 3 3 3"
    })
    @DisplayName(
            "§5.3 Whatever a follower's log, it becomes the leader's, and the leader is wrong about one place at most")
    void theLogsBecomeTheSame(String name, String terms) {
        long[] followers =
                Arrays.stream(terms.split(" ")).mapToLong(Long::parseLong).toArray();
        LogView log = LogView.startingAfter(LogPosition.ORIGIN).append(PaperServer.entries(1, followers));
        for (int beats = 0; beats < 10 && !termsOf(log).equals(AFTERWARDS); beats++) {
            server.heartbeatIntervalPasses();
            log = answersAll(log);
        }
        assertThat(termsOf(log)).isEqualTo(AFTERWARDS);
        assertThat(refused).hasSizeLessThanOrEqualTo(1);
        Awaitility.await().until(() -> server.status().commitIndex() == AFTERWARDS.size());
    }

    private static List<Long> termsOf(LogView log) {
        return LongStream.rangeClosed(1, log.lastIndex()).mapToObj(log::termAt).toList();
    }

    /** n3 has this log, and answers until the leader has nothing more to say; what its log is then. */
    private LogView answersAll(LogView before) {
        LogView log = before;
        for (List<RaftMessage> said = server.sentTo("n3"); !said.isEmpty(); said = server.sentTo("n3")) {
            for (RaftMessage message : said) {
                if (message instanceof AppendEntries append) {
                    log = answers(append, log);
                }
            }
        }
        return log;
    }

    private LogView answers(AppendEntries append, LogView log) {
        LogMatching.Decision decision = LogMatching.decide(log, append.previous(), append.entries());
        if (decision instanceof Mismatch mismatch) {
            refused.add(append.previous().index());
            server.reject(append, "n3", mismatch.hint());
            return log;
        }
        Match match = (Match) decision;
        append.replyTo().tell(new AppendAccepted(append.term(), "n3", match.matchIndex(), append.round()));
        return match.news().isEmpty()
                ? log
                : log.truncatedFrom(match.news().firstIndex()).append(match.news());
    }
}
