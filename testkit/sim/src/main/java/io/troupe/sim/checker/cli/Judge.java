package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Entry;
import java.util.List;

/** Judges histories of one kind. */
interface Judge {

    /** @throws BadInput when an entry is no operation of this kind */
    Judgement judge(List<Entry> entries, Settings settings) throws BadInput;
}
