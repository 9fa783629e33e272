package io.troupe.cluster.cli;

import java.util.concurrent.Callable;

/**
 * One subcommand of {@code troupe demo}, found by {@link java.util.ServiceLoader}. {@code troupe demo} alone runs
 * the first that is found.
 */
public interface Demo {

    /** The subcommand's name, such as {@code "etcd"}. */
    String name();

    /** One line for {@code troupe demo --help}. */
    String description();

    /**
     * A fresh picocli command object: a class with {@link picocli.CommandLine.Command}, its options and
     * parameters, and the exit code as its result ({@link ExitCodes}).
     */
    Callable<Integer> command();
}
