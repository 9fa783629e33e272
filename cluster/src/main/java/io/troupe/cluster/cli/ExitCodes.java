package io.troupe.cluster.cli;

/** What the exit code of {@code troupe} means. */
public final class ExitCodes {

    private ExitCodes() {}

    public static final int OK = 0;
    /** The command was understood and could not be carried out. */
    public static final int FAILURE = 1;
    /** Unknown command or option, or a parameter that is no such thing. */
    public static final int USAGE = 2;
    /** A value in the configuration is wrong. */
    public static final int CONFIGURATION = 3;
    /** The data directory cannot be used: locked, unwritable, or another node's. */
    public static final int DATA_DIRECTORY = 4;
    /** A port is in use, or an address is not this machine's. */
    public static final int ADDRESS = 5;
    /** The cluster at the configured addresses is another one, or already has a live node of this id. */
    public static final int REFUSED = 6;
    /**
     * The node found itself in a minority and downed itself; started again it rejoins. 75 is the
     * customary code of a failure that a retry may cure (EX_TEMPFAIL of sysexits.h).
     */
    public static final int DOWNED = 75;
}
