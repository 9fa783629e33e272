package io.troupe.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.lease.LeaseAnswer.Held;
import io.troupe.cluster.lease.LeaseAnswer.NotHeld;
import io.troupe.cluster.lease.LeaseCommand.Acquire;
import io.troupe.cluster.lease.LeaseCommand.Expire;
import io.troupe.cluster.lease.LeaseCommand.Release;
import io.troupe.cluster.lease.LeaseCommand.Renew;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The replicated leases, without a group around them. The index of a command is how many there were. */
class LeaseMachineTest {

    private static final long TTL = 1_000;

    private final Map<String, LeaseRecord> told = new TreeMap<>();
    private final LeaseMachine machine = new LeaseMachine(told::putAll);
    private long index;

    private LeaseAnswer apply(LeaseCommand command) {
        try {
            return LeaseAnswer.of(machine.apply(++index, command.toBytes()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoComesFirstHoldsItUntilItIsReleased() {
        assertThat(apply(new Acquire("l", "a", 1, TTL))).isEqualTo(new Held(1));
        assertThat(apply(new Acquire("l", "b", 2, TTL))).isEqualTo(new NotHeld("lease l is held by a in epoch 1", 1));
        apply(new Release("l", 1));
        assertThat(apply(new Acquire("l", "b", 2, TTL))).isEqualTo(new Held(2));
        assertThat(apply(new Acquire("other", "a", 3, TTL))).isEqualTo(new Held(1));
    }

    @Test
    void theSameAcquisitionAskedForAgainIsTheSameEpochAndTheOwnersNextIsAnother() {
        apply(new Acquire("l", "a", 1, TTL));
        assertThat(apply(new Acquire("l", "a", 1, TTL))).isEqualTo(new Held(1));
        assertThat(apply(new Acquire("l", "a", 5, TTL))).isEqualTo(new Held(2));
        assertThat(apply(new Renew("l", 1))).isInstanceOf(NotHeld.class);
        assertThat(apply(new Renew("l", 5))).isEqualTo(new Held(2));
    }

    @Test
    void aReleaseThatComesLateFreesNothing() {
        apply(new Acquire("l", "a", 1, TTL));
        apply(new Acquire("l", "a", 2, TTL));
        apply(new Release("l", 1));
        assertThat(apply(new Renew("l", 2))).isEqualTo(new Held(2));
    }

    @Test
    void itRunsOutOnlyWhenItWasNotRenewedSince() {
        apply(new Acquire("l", "a", 1, TTL));
        apply(new Renew("l", 1));
        apply(new Expire("l", 1, 1));
        assertThat(apply(new Acquire("l", "b", 2, TTL))).as("renewed at 2").isInstanceOf(NotHeld.class);
        apply(new Expire("l", 1, 2));
        assertThat(apply(new Renew("l", 1))).isEqualTo(new NotHeld("lease l is free, its last epoch was 1"));
        assertThat(apply(new Acquire("l", "b", 2, TTL))).isEqualTo(new Held(2));
        apply(new Expire("l", 1, 2));
        assertThat(apply(new Renew("l", 2))).as("of an earlier epoch").isEqualTo(new Held(2));
    }

    @Test
    void theFencingTokenOutlivesTheHolderAndTheReplica() throws IOException {
        apply(new Acquire("l", "a", 1, TTL));
        apply(new Release("l", 1));
        apply(new Acquire("m", "a", 2, TTL));
        var bytes = new ByteArrayOutputStream();
        machine.freeze().writeTo(bytes);
        Map<String, LeaseRecord> toldOther = new TreeMap<>();
        var other = new LeaseMachine(toldOther::putAll);
        other.restore(new ByteArrayInputStream(bytes.toByteArray()));

        assertThat(toldOther).isEqualTo(told);
        ByteString acquire = new Acquire("l", "b", 3, TTL).toBytes();
        assertThat(LeaseAnswer.of(other.apply(++index, acquire))).isEqualTo(new Held(2));
        assertThat(LeaseAnswer.of(other.apply(++index, new Renew("m", 2).toBytes())))
                .isEqualTo(new Held(1));
    }

    @Test
    void whatIsNoCommandChangesNothing() throws IOException {
        assertThat(LeaseAnswer.of(machine.apply(++index, ByteString.fromString("nonsense"))))
                .isInstanceOf(NotHeld.class);
        assertThat(told).isEmpty();
    }

    @Test
    void thereAreSoManyLeasesAndNoMore() {
        for (int i = 0; i < LeaseMachine.LEASES_MAX; i++) {
            apply(new Acquire("l" + i, "a", 1, TTL));
        }
        assertThat(apply(new Acquire("one more", "a", 1, TTL)))
                .isEqualTo(new NotHeld("there are 10000 leases already"));
        assertThat(apply(new Acquire("l7", "a", 1, TTL))).isEqualTo(new Held(1));
    }

    @Test
    void theBytesOfEveryCommandStayAsTheyWere() throws IOException {
        assertGolden(
                new Acquire("l", "a", 2, 3), "0101" + "00016c" + "000161" + "0000000000000002" + "0000000000000003");
        assertGolden(new Renew("l", 2), "0102" + "00016c" + "0000000000000002");
        assertGolden(new Release("l", 2), "0103" + "00016c" + "0000000000000002");
        assertGolden(new Expire("l", 2, 3), "0104" + "00016c" + "0000000000000002" + "0000000000000003");
    }

    private static void assertGolden(LeaseCommand command, String hex) throws IOException {
        assertThat(HexFormat.of().formatHex(command.toBytes().toArray())).isEqualTo(hex);
        assertThat(LeaseCommand.of(ByteString.fromArray(HexFormat.of().parseHex(hex))))
                .isEqualTo(command);
    }

    /** A node that is faulty, where the engine bears it, may have any bytes ordered. */
    @Test
    void whateverBytesAreOrderedTheMachineGoesOn() {
        var random = new Random(7);
        byte[] good = new Acquire("lease", "owner", 1, TTL).toBytes().toArray();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int flips = 0; flips <= i % 4; flips++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            machine.apply(++index, ByteString.fromArray(bytes));
        }
        String longest = "n".repeat(65_535);
        assertThat(apply(new Renew(longest, 1))).isInstanceOf(NotHeld.class);
        assertThat(apply(new Acquire("l", longest, 1, TTL))).isInstanceOf(NotHeld.class);
        assertThat(apply(new Acquire("l", "a", 2, TTL))).isInstanceOf(Held.class);
    }
}
