package io.troupe.cluster.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.jvms.ReplayedLog;
import io.troupe.sim.jvms.UnlikeJvms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The same log comes to the same answers and the same state, to the byte, wherever a replica runs. */
class LeaseDeterminismTest {

    private static final int COMMANDS = 1_000;

    @Test
    void replicasOnUnlikeJvmsHaveTheSameLeases() throws InterruptedException {
        var printed = UnlikeJvms.run(LeaseDeterminismTest.class);
        assertThat(new HashSet<>(printed.values())).as("%s", printed).hasSize(1);
    }

    public static void main(String[] none) throws IOException {
        new ReplayedLog(log()).print(() -> {
            LeaseMachine machine = new LeaseMachine(changed -> {});
            return new ReplayedLog.Machine(
                    machine::apply, out -> machine.freeze().writeTo(out), machine::restore);
        });
    }

    private static List<ByteString> log() {
        var random = new SplittableRandom(1);
        List<ByteString> log = new ArrayList<>();
        log.add(ByteString.fromString("no command"));
        for (int index = 2; index <= COMMANDS; index++) {
            String name = "title-\u0131I\u00e9-" + random.nextInt(30);
            long acquisition = random.nextLong(6);
            LeaseCommand command =
                    switch (random.nextInt(5)) {
                        case 0, 1 ->
                            new LeaseCommand.Acquire(name, "owner-" + random.nextInt(4), acquisition, 1 + acquisition);
                        case 2 -> new LeaseCommand.Renew(name, acquisition);
                        case 3 -> new LeaseCommand.Release(name, acquisition);
                        default -> new LeaseCommand.Expire(name, random.nextLong(20), index - random.nextLong(200));
                    };
            log.add(command.toBytes());
        }
        return log;
    }
}
