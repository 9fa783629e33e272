package io.troupe.bench.replication;

/** The state machine of every engine: how many commands there were, and how many bytes. */
final class Tally {

    private long commands;
    private long bytes;

    void add(int commandBytes) {
        commands++;
        bytes += commandBytes;
    }

    void set(long newCommands, long newBytes) {
        commands = newCommands;
        bytes = newBytes;
    }

    long commands() {
        return commands;
    }

    long bytes() {
        return bytes;
    }
}
