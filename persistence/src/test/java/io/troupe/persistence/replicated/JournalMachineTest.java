package io.troupe.persistence.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.MemoryDisk;
import io.troupe.persistence.log.GroupCommit;
import io.troupe.persistence.replicated.Operation.Append;
import io.troupe.persistence.replicated.Operation.Claim;
import io.troupe.persistence.replicated.Operation.DeleteEvents;
import io.troupe.persistence.replicated.Operation.DeleteSnapshots;
import io.troupe.persistence.replicated.Operation.SavePart;
import io.troupe.replication.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The replicated state, without a group around it. */
class JournalMachineTest {

    private static final Selection ALL = new Selection(0, Long.MAX_VALUE, 0, Long.MAX_VALUE);

    private final MemoryDisk disk = new MemoryDisk();
    private final JournalMachine machine = machine(disk);
    private long index;

    private static JournalMachine machine() {
        return machine(new MemoryDisk());
    }

    private static JournalMachine machine(MemoryDisk disk) {
        try {
            return new JournalMachine(new Store(disk, log -> GroupCommit.Upkeeping.NONE));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Outcome apply(Operation operation) {
        return outcomes(machine.apply(++index, Wired.command(List.of(operation))))
                .get(0);
    }

    private static List<Outcome> outcomes(ByteString result) {
        try {
            return Wired.outcomes(result);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Append append(String id, long epoch, String writer, long first, long last) {
        return new Append(id, epoch, writer, first, last, (writer + first).getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> events(JournalMachine of, String id) {
        List<String> found = new ArrayList<>();
        long from = 1;
        while (true) {
            Question.Page page = page(of, id, from);
            page.writes().forEach(write -> found.add(new String(write, StandardCharsets.UTF_8)));
            if (page.isLast()) {
                return found;
            }
            from = page.next();
        }
    }

    private static Question.Page page(JournalMachine of, String id, long from) {
        try {
            return Question.Page.of(of.query(new Question.Events(id, from, Long.MAX_VALUE, 1).bytes()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<String> snapshot(JournalMachine of, String id) {
        try {
            return Question.Found.of(of.query(new Question.LatestSnapshot(id, ALL).bytes()))
                    .map(found -> {
                        var text = new StringBuilder(found.sequenceNr() + ":");
                        for (int part = 0; part < found.parts(); part++) {
                            text.append(of.query(new Question.SnapshotPart(id, found.firstPart() + part).bytes())
                                    .utf8String());
                        }
                        return text.toString();
                    });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] written(StateMachine.State state) {
        var bytes = new ByteArrayOutputStream();
        try {
            state.writeTo(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static JournalMachine restored(byte[] state) {
        JournalMachine other = machine();
        try {
            other.restore(new ByteArrayInputStream(state));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return other;
    }

    // ---- who may write

    @Test
    void whoeverWritesFirstWithoutARecoveryIsTheWriter() {
        assertThat(apply(append("p", 0, "w1", 1, 1))).isEqualTo(new Outcome.Done());
        assertThat(apply(append("p", 0, "w2", 2, 2))).isInstanceOf(Outcome.Fenced.class);
        assertThat(apply(append("p", 0, "w1", 2, 3))).isEqualTo(new Outcome.Done());
        assertThat(events(machine, "p")).containsExactly("w11", "w12");
    }

    @Test
    void aRecoveryFencesWhoWroteBeforeAlsoWhenNobodyHasWrittenSince() {
        apply(append("p", 0, "w1", 1, 1));
        assertThat(apply(new Claim("p"))).isEqualTo(new Outcome.Claimed(1, 1));
        assertThat(apply(append("p", 0, "w1", 2, 2))).isInstanceOf(Outcome.Fenced.class);
        assertThat(apply(append("p", 1, "w1", 2, 2))).isInstanceOf(Outcome.Fenced.class);
        assertThat(apply(append("p", 1, "w2", 2, 2))).isEqualTo(new Outcome.Done());
        assertThat(apply(append("p", 1, "w3", 3, 3))).isInstanceOf(Outcome.Fenced.class);
        assertThat(events(machine, "p")).containsExactly("w11", "w22");
    }

    @Test
    void aWriteOfAnEarlierEpochIsFencedHoweverLateItComes() {
        apply(new Claim("p"));
        apply(new Claim("p"));
        assertThat(apply(append("p", 1, "late", 1, 1)))
                .isEqualTo(
                        new Outcome.Fenced("writer late of p writes in epoch 1, and another has recovered in epoch 2"));
        assertThat(apply(append("p", 2, "w", 1, 1))).isEqualTo(new Outcome.Done());
    }

    @Test
    void twoRecoveriesWithoutAWriteDoNotLetTheOldWriterBackIn() {
        apply(append("p", 0, "w1", 1, 1));
        apply(new Claim("p"));
        apply(new Claim("p"));
        assertThat(apply(append("p", 2, "w1", 2, 2))).isInstanceOf(Outcome.Fenced.class);
    }

    @Test
    void sequenceNumbersNeverGoBackAndMayHaveGaps() {
        apply(append("p", 0, "w", 1, 3));
        assertThat(apply(append("p", 0, "w", 3, 4)))
                .isEqualTo(new Outcome.Refused("the events of p end with 3, 3 to 4 cannot follow"));
        assertThat(apply(append("p", 0, "w", 6, 6))).isEqualTo(new Outcome.Done());
    }

    @Test
    void aDeletionOfAnEarlierEpochIsFencedForItMayNameWhatWasWrittenSince() {
        apply(new Claim("p"));
        apply(append("p", 1, "w1", 1, 1));
        apply(new Claim("p"));
        apply(append("p", 2, "w2", 2, 2));
        assertThat(apply(new DeleteEvents("p", 1, Long.MAX_VALUE)))
                .isEqualTo(new Outcome.Fenced(
                        "who recovered p in epoch 1 deletes events, and another has recovered in epoch 2"));
        assertThat(events(machine, "p")).containsExactly("w11", "w22");
        assertThat(apply(new DeleteEvents("p", 2, 1))).isEqualTo(new Outcome.Done());
        assertThat(apply(new DeleteEvents("p", 0, Long.MAX_VALUE))).isEqualTo(new Outcome.Done());
        assertThat(events(machine, "p")).isEmpty();
    }

    @Test
    void aDeletionOfSnapshotsOfAnEarlierEpochIsFencedToo() {
        apply(new Claim("p"));
        apply(new Claim("p"));
        save("p", 5, 1, 0, true, "five");
        assertThat(apply(new DeleteSnapshots("p", 1, ALL)))
                .isEqualTo(new Outcome.Fenced(
                        "who recovered p in epoch 1 deletes snapshots, and another has recovered in epoch 2"));
        assertThat(snapshot(machine, "p")).contains("5:five");
        assertThat(apply(new DeleteSnapshots("p", 2, ALL))).isEqualTo(new Outcome.Done());
        assertThat(snapshot(machine, "p")).isEmpty();
    }

    // ---- events

    @Test
    void deletionKeepsTheHighestSequenceNumber() {
        apply(append("p", 0, "w", 1, 1));
        apply(append("p", 0, "w", 2, 2));
        apply(new DeleteEvents("p", 0, Long.MAX_VALUE));
        assertThat(events(machine, "p")).isEmpty();
        assertThat(apply(new Claim("p"))).isEqualTo(new Outcome.Claimed(1, 2));
        assertThat(apply(append("p", 1, "v", 2, 2))).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void aPageHasOneWriteAtLeastAndSaysWhereTheNextBegins() {
        apply(append("p", 0, "w", 1, 2));
        apply(append("p", 0, "w", 3, 3));
        Question.Page first = page(machine, "p", 2);
        assertThat(first.writes()).hasSize(1);
        assertThat(first.next()).isEqualTo(3);
        assertThat(first.isLast()).isFalse();
        assertThat(page(machine, "p", 3).isLast()).isTrue();
        assertThat(page(machine, "unknown", 1).isLast()).isTrue();
    }

    @Test
    void whatThisNodeCannotReadIsAnsweredByNothingAndTheOthersReadOn() throws IOException {
        apply(append("p", 0, "w", 1, 1));
        apply(append("q", 0, "v", 1, 1));
        try (LogFile log = disk.open("0000000000000000-00000000.log")) {
            log.write(95, ByteBuffer.wrap(new byte[] {-1})); // The payload of the first record.
        }
        ByteString nothing = machine.query(new Question.Events("p", 1, 1, 1).bytes());
        assertThatThrownBy(() -> Question.Page.of(nothing)).hasMessageContaining("cannot read it");
        assertThat(events(machine, "q")).containsExactly("v1");
        assertThat(apply(append("p", 0, "w", 2, 2))).isEqualTo(new Outcome.Done());
    }

    @Test
    void aPersistenceIdThatIsTooLongIsRefusedAndNothingStops() {
        String id = "x".repeat(70_000);
        assertThat(apply(append(id, 0, "w", 1, 1))).isInstanceOf(Outcome.Refused.class);
        assertThat(apply(new SavePart(id, 1, 1, 1, 0, true, new byte[1]))).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void whatIsNoCommandIsRefusedAndNothingStops() {
        assertThat(outcomes(machine.apply(++index, ByteString.fromString("nonsense"))))
                .hasSize(1);
        assertThat(machine.query(ByteString.fromString("nonsense"))).isEqualTo(ByteString.emptyByteString());
    }

    // ---- snapshots

    private Outcome save(String id, long sequenceNr, long save, int part, boolean isLast, String bytes) {
        return apply(
                new SavePart(id, sequenceNr, sequenceNr, save, part, isLast, bytes.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aSnapshotIsThereWithItsLastPart() {
        save("p", 5, 1, 0, true, "five");
        save("p", 7, 2, 0, false, "se");
        assertThat(snapshot(machine, "p")).contains("5:five");
        save("p", 7, 2, 1, true, "ven");
        assertThat(snapshot(machine, "p")).contains("7:seven");
        apply(new DeleteSnapshots("p", 0, new Selection(7, 7, 0, Long.MAX_VALUE)));
        assertThat(snapshot(machine, "p")).contains("5:five");
    }

    @Test
    void theRestOfASaveThatAnotherHasReplacedIsRefused() {
        save("p", 5, 1, 0, false, "fi");
        save("p", 6, 2, 0, false, "s");
        assertThat(save("p", 5, 1, 1, true, "ve")).isInstanceOf(Outcome.Refused.class);
        assertThat(save("p", 6, 2, 1, true, "ix")).isEqualTo(new Outcome.Done());
        assertThat(snapshot(machine, "p")).contains("6:six");
    }

    // ---- the group's snapshots

    @Test
    void aRestoredMachineKnowsEpochWriterFormerHighestAndWhatIsDeleted() {
        apply(append("p", 0, "w1", 1, 4));
        apply(new DeleteEvents("p", 0, 2));
        apply(new Claim("p"));
        apply(append("q", 0, "v1", 1, 1));
        apply(new DeleteEvents("q", 0, 1));
        save("p", 4, 1, 0, false, "fo");
        JournalMachine other = restored(written(machine.freeze()));

        Operation[] next = {
            append("p", 1, "w1", 5, 5),
            append("p", 0, "w1", 5, 5),
            append("p", 1, "w2", 4, 5),
            append("p", 1, "w2", 5, 5),
            new Claim("q"),
            new SavePart("p", 4, 4, 1, 1, true, new byte[] {'u', 'r'}),
        };
        for (Operation operation : next) {
            ByteString command = Wired.command(List.of(operation));
            assertThat(other.apply(++index, command)).isEqualTo(machine.apply(index, command));
        }
        assertThat(events(other, "p")).isEqualTo(events(machine, "p")).containsExactly("w11", "w25");
        assertThat(snapshot(other, "p")).isEqualTo(snapshot(machine, "p")).contains("4:four");
        assertThat(written(other.freeze())).isEqualTo(written(machine.freeze()));
    }

    @Test
    void whatComesBetweenFreezingAndWritingIsLeftOutOrComesAgain() throws IOException {
        for (int nr = 1; nr <= 3; nr++) {
            apply(append("p", 0, "w", nr, nr));
        }
        StateMachine.State frozen = machine.freeze();
        List<Operation> after = List.of(append("p", 0, "w", 4, 4), new DeleteEvents("p", 0, 2), new Claim("p"));
        after.forEach(this::apply);

        JournalMachine other = restored(written(frozen));
        assertThat(events(other, "p")).containsExactly("w3");
        after.forEach(operation -> other.apply(++index, Wired.command(List.of(operation))));
        assertThat(written(other.freeze())).isEqualTo(written(machine.freeze()));
    }

    @Test
    void machinesThatApplyTheSameAreTheSameWheneverOneOfThemWasRestored() {
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            JournalMachine straight = machine();
            JournalMachine restoring = machine();
            for (int step = 1; step <= 200; step++) {
                ByteString command = Wired.command(List.of(random(random), random(random)));
                assertThat(restoring.apply(step, command))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(straight.apply(step, command));
                if (random.nextInt(20) == 0) {
                    restoring = restored(written(restoring.freeze()));
                }
            }
            assertThat(written(restoring.freeze())).isEqualTo(written(straight.freeze()));
        }
    }

    private static Operation random(Random random) {
        String id = "p" + random.nextInt(3);
        long number = 1 + random.nextInt(60);
        String writer = "w" + random.nextInt(2);
        return switch (random.nextInt(8)) {
            case 0 -> new Claim(id);
            case 1 -> new DeleteEvents(id, random.nextInt(3), number / 2);
            case 2 -> new SavePart(id, number, number, 1, random.nextInt(2), random.nextBoolean(), new byte[] {1, 2});
            case 3 -> new DeleteSnapshots(id, random.nextInt(3), new Selection(0, number, 0, Long.MAX_VALUE));
            default -> append(id, random.nextInt(4), writer, number, number + random.nextInt(2));
        };
    }

    // ---- bytes that are in logs, for good

    @Test
    void theBytesOfEveryOperationStayAsTheyWere() throws IOException {
        assertGolden(new Claim("p"), "010000000170");
        assertGolden(
                new Append("p", 2, "w", 3, 4, new byte[] {5}),
                "02000000017000000000000000020000000177000000000000000300000000000000040000000105");
        assertGolden(new DeleteEvents("p", 2, 6), "06000000017000000000000000020000000000000006");
        assertGolden(
                new SavePart("p", 7, 8, 9, 10, true, new byte[] {11}),
                "0400000001700000000000000007000000000000000800000000000000090000000a01000000010b");
        assertGolden(
                new DeleteSnapshots("p", 2, new Selection(1, 2, 3, 4)),
                "07000000017000000000000000020000000000000001000000000000000200000000000000030000000000000004");
    }

    @Test
    void aDeletionOfAVersionThatDidNotFenceThemIsReadAsOneOfNoEpoch() throws IOException {
        assertThat(read("0300000001700000000000000006")).isEqualTo(new DeleteEvents("p", 0, 6));
        assertThat(read("0500000001700000000000000001000000000000000200000000000000030000000000000004"))
                .isEqualTo(new DeleteSnapshots("p", 0, new Selection(1, 2, 3, 4)));
    }

    private static Operation read(String hex) throws IOException {
        return Operation.readFrom(
                new DataInputStream(new ByteArrayInputStream(HexFormat.of().parseHex(hex))));
    }

    private static void assertGolden(Operation operation, String hex) throws IOException {
        String command = "01" + "00000001" + hex;
        assertThat(HexFormat.of().formatHex(Wired.command(List.of(operation)).toArray()))
                .isEqualTo(command);
        assertThat(read(hex)).usingRecursiveComparison().isEqualTo(operation);
    }

    /** A node that is faulty, where the engine bears it, may have any bytes ordered. */
    @Test
    void whateverBytesAreOrderedOrAskedTheMachineGoesOn() {
        var random = new Random(7);
        byte[] good = Wired.command(List.of(append("a", 0, "w", 1, 1), new DeleteSnapshots("a", 0, ALL)))
                .toArray();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int flips = 0; flips <= i % 4; flips++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            machine.apply(++index, ByteString.fromArray(bytes));
            machine.query(ByteString.fromArray(bytes));
        }
        assertThat(apply(new Claim("b"))).isInstanceOf(Outcome.Claimed.class);
    }
}
