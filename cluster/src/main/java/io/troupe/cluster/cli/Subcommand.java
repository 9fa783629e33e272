package io.troupe.cluster.cli;

import java.util.concurrent.Callable;

/**
 * One command of {@code troupe} itself, from a module that this one does not know, found by {@link
 * java.util.ServiceLoader}. Its exit codes are its own: picocli's {@code exitCodeOnInvalidInput} and {@code
 * exitCodeOnExecutionException} are kept where {@link ExitCodes#USAGE} and {@link ExitCodes#FAILURE} would mean
 * something else.
 */
public interface Subcommand {

    /** The command's name, such as {@code "check"}. */
    String name();

    /** One line for {@code troupe --help}. */
    String description();

    /** A fresh picocli command object, whose result is the exit code. */
    Callable<Integer> command();
}
