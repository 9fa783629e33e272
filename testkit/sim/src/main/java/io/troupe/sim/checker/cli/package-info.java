/**
 * The {@code check} command: reads a history, has it judged, and says so in words, as JSON, and by its exit code.
 *
 * <pre>
 *   CheckCommand ── InputFormat.read ──► Entry … ── Judge of the model ──► Judgement ──► text or JSON, ExitCode
 *                                          ├─ LinearizabilityJudge: a Vocabulary turns calls into a Model's operations
 *                                          └─ …
 * </pre>
 *
 * <p>{@link io.troupe.sim.checker.cli.Judges} lists what {@code --model} takes.
 */
@NullMarked
package io.troupe.sim.checker.cli;

import org.jspecify.annotations.NullMarked;
