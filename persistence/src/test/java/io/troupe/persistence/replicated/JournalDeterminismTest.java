package io.troupe.persistence.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.persistence.files.MemoryDisk;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.replicated.Operation.Append;
import io.troupe.persistence.replicated.Operation.Claim;
import io.troupe.persistence.replicated.Operation.DeleteEvents;
import io.troupe.persistence.replicated.Operation.DeleteSnapshots;
import io.troupe.persistence.replicated.Operation.SavePart;
import io.troupe.sim.jvms.ReplayedLog;
import io.troupe.sim.jvms.UnlikeJvms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The same log comes to the same answers and the same state, to the byte, wherever a replica runs. */
class JournalDeterminismTest {

    private static final int COMMANDS = 300;
    private static final int ACTORS = 12;

    @Test
    void replicasOnUnlikeJvmsHaveTheSameJournal() throws InterruptedException {
        var printed = UnlikeJvms.run(JournalDeterminismTest.class);
        assertThat(new HashSet<>(printed.values())).as("%s", printed).hasSize(1);
    }

    public static void main(String[] none) throws IOException {
        new ReplayedLog(log()).print(() -> {
            JournalMachine machine = machine();
            return new ReplayedLog.Machine(
                    machine::apply, out -> machine.freeze().writeTo(out), machine::restore);
        });
    }

    private static JournalMachine machine() {
        try {
            return new JournalMachine(new Store(new MemoryDisk(), log -> GroupCommit.Upkeeping.NONE));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    private static List<ByteString> log() {
        var random = new SplittableRandom(1);
        long[] highest = new long[ACTORS];
        long[] epochs = new long[ACTORS];
        List<ByteString> log = new ArrayList<>();
        log.add(ByteString.fromString("no command"));
        while (log.size() < COMMANDS) {
            List<Operation> operations = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                operations.add(operation(random, highest, epochs));
            }
            log.add(Wired.command(operations));
        }
        return log;
    }

    private static Operation operation(SplittableRandom random, long[] highest, long[] epochs) {
        int actor = random.nextInt(ACTORS);
        String id = "title-\u0131I\u00e9-" + actor;
        byte[] payload = new byte[random.nextInt(200)];
        random.nextBytes(payload);
        Selection selection = new Selection(0, random.nextLong(1 + highest[actor]), 0, Long.MAX_VALUE);
        return switch (random.nextInt(10)) {
            case 0 -> {
                epochs[actor]++;
                yield new Claim(id);
            }
            case 1 -> new DeleteEvents(id, random.nextInt(3), random.nextLong(1 + highest[actor]));
            case 2 -> new SavePart(id, highest[actor], 1_000 + highest[actor], actor, 0, random.nextBoolean(), payload);
            case 3 -> new DeleteSnapshots(id, random.nextInt(3), selection);
            default -> {
                long epoch = random.nextInt(10) == 0 ? random.nextLong(5) : epochs[actor];
                yield new Append(id, epoch, "writer" + epoch, ++highest[actor], highest[actor], payload);
            }
        };
    }
}
