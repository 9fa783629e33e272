package io.troupe.generals;

/** What generals agree upon. */
public enum Order {
    ATTACK,
    RETREAT;

    public Order opposite() {
        return this == ATTACK ? RETREAT : ATTACK;
    }
}
