package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Standing;

/**
 * The network loses messages (§2), and nothing is acknowledged: instead each replica says now and then where it stands, and
 * who is further says again what that one has missed (thesis, message retransmission).
 */
final class Standings {

    /** Slots said again for one standing: more come with the next. */
    private static final int SLOTS_AT_ONCE = 16;
    /** Standings without progress until a state is fetched. */
    private static final int PATIENCE = 4;

    private final Core core;
    private final Execution execution;
    private final Repeats repeats;
    private final ViewChanger viewChanger;
    private final StateTransfer stateTransfer;
    private final Pace pace;
    /** Sequence numbers through this one were in use an interval ago: what is said about later ones is still on its way. */
    private long settled;

    private long used;

    Standings(Core core, Execution execution, Repeats repeats, ViewChanger viewChanger, StateTransfer stateTransfer) {
        this.core = core;
        this.execution = execution;
        this.repeats = repeats;
        this.viewChanger = viewChanger;
        this.stateTransfer = stateTransfer;
        this.pace = new Pace(core);
    }

    void onTick() {
        long interval = core.settings.ticks(core.settings.standingInterval());
        if (core.now() % interval == 0) {
            settled = used;
            used = core.highestUsed();
            core.multicast(new Standing(
                    core.ledger.view(), core.ledger.isActive(), core.ledger.stableSequence(), core.executed()));
            execution.goOn(); // Asks again for a batch that is missing.
            stateTransfer.onLook(viewChanger.start(), PATIENCE * interval);
            viewChanger.onLook();
        }
    }

    void onStanding(String from, Standing standing) {
        if (from.equals(core.node)) {
            return;
        }
        core.elsewhere.hear(from, standing, core.now());
        if (!pace.isDue(from)) {
            return;
        }
        viewChanger.onStanding(from, standing);
        stateTransfer.sayAgain(from, standing.stable());
        core.slotsBetween(standing.executed(), settled).stream()
                .limit(SLOTS_AT_ONCE)
                .forEach(slot -> repeats.sayAll(slot, from));
    }
}
