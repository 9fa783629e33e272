package io.troupe.generals.byzantine;

import java.util.List;

/**
 * Whether a general does what its role says. A traitor may say anything to anybody at any time, or nothing; it cannot
 * speak in another's name (A2), for the {@link General} below it puts the name on its letters.
 */
@FunctionalInterface
public interface Allegiance {

    /**
     * @param round that now begins, from 1
     * @param due what a loyal general in this place would send now
     * @return what is sent instead
     */
    List<Sending> send(int round, List<Sending> due);

    static Allegiance loyal() {
        return (round, due) -> due;
    }
}
