/**
 * The {@code troupe} command: one class a subcommand, parsed by picocli.
 *
 * <pre>
 *   troupe ─┬─ up, status, down, kill, restart, partition, heal, logs    of a local cluster (io.troupe.cluster.local)
 *           ├─ node                                                      one node in this process (io.troupe.cluster.node)
 *           └─ demo, bench                                               with subcommands found by ServiceLoader
 * </pre>
 *
 * <p>Results go to standard output, progress and errors to the error stream; {@code ExitCodes} says what a code means.
 * A failure is one line that says what to do next; a command in it can be pasted ({@code Hint}). Only a bug prints a
 * stack trace.
 *
 * <p>Start reading at {@code Troupe}, then {@code UpCommand}.
 */
@NullMarked
package io.troupe.cluster.cli;

import org.jspecify.annotations.NullMarked;
