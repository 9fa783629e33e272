package io.troupe.sim;

/** Kinds of things that happen at one moment on one node, or everywhere. */
public enum Mark {
    START,
    STOP,
    CRASH,
    PAUSE,
    RESUME,
    NETWORK,
    FAULT,
    ERROR,
    PERSISTED,
    TIMER,
    NOTE,
    STATE
}
