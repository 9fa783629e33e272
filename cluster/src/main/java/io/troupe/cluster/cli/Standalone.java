package io.troupe.cluster.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * One node as the real system's own server program: {@code troupe NAME ARGUMENTS}, where the arguments are that
 * program's, in its own syntax. Found by {@link java.util.ServiceLoader}.
 */
public interface Standalone {

    /** The command's name, such as {@code "etcd"}. */
    String name();

    /** One line for {@code troupe --help}. */
    String description();

    /**
     * Blocks until the node's life is over.
     *
     * @param arguments as they stand after the command's name
     * @param environment of the process
     * @return the exit code, which is as the real program's
     */
    int run(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err);
}
