package io.troupe.sim.checker.isolation;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The levels that a history may be judged against; each implies those it names. Adya's PL-1, PL-2, PL-2.99, PL-SI, PL-3,
 * and the two that add an order of sessions or of real time (Elle's strong session and strict).
 */
public enum IsolationLevel {
    READ_UNCOMMITTED,
    READ_COMMITTED(READ_UNCOMMITTED),
    REPEATABLE_READ(READ_COMMITTED),
    SNAPSHOT_ISOLATION(READ_COMMITTED),
    SERIALIZABLE(REPEATABLE_READ, SNAPSHOT_ISOLATION),
    STRONG_SESSION_SERIALIZABLE(SERIALIZABLE),
    STRICT_SERIALIZABLE(STRONG_SESSION_SERIALIZABLE);

    private final IsolationLevel[] implied;

    IsolationLevel(IsolationLevel... implied) {
        this.implied = implied;
    }

    /** This level and every stronger one: all are violated when this one is. */
    Set<IsolationLevel> andStronger() {
        var stronger = EnumSet.of(this);
        for (var level : values()) {
            if (Arrays.stream(level.implied).anyMatch(stronger::contains)) {
                stronger.add(level);
            }
        }
        return stronger;
    }

    /** Those of {@code levels} that no other of them implies. */
    static Set<IsolationLevel> strongest(Set<IsolationLevel> levels) {
        var strongest = EnumSet.noneOf(IsolationLevel.class);
        for (var level : levels) {
            if (levels.stream()
                    .noneMatch(other -> other != level && level.andStronger().contains(other))) {
                strongest.add(level);
            }
        }
        return strongest;
    }

    /** As in {@code snapshot-isolation}; Elle's other names for the same are understood too. */
    public static Optional<IsolationLevel> named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "strong-serializable", "pl-ss" -> Optional.of(STRICT_SERIALIZABLE);
            case "conflict-serializable", "pl-3" -> Optional.of(SERIALIZABLE);
            case "pl-1" -> Optional.of(READ_UNCOMMITTED);
            case "pl-2" -> Optional.of(READ_COMMITTED);
            case "pl-2.99" -> Optional.of(REPEATABLE_READ);
            case "pl-si" -> Optional.of(SNAPSHOT_ISOLATION);
            default ->
                Arrays.stream(values())
                        .filter(level -> level.toString().equalsIgnoreCase(name))
                        .findFirst();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
