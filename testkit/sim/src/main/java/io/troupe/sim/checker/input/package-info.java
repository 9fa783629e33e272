/**
 * Histories as others write them: Jepsen's and Knossos's EDN, the same as JSON, and the log that Porcupine's etcd tests
 * read. A reader turns text into {@link io.troupe.sim.checker.input.Entry entries}, one an event, each with its line;
 * {@link io.troupe.sim.checker.input.Calls} pairs them.
 *
 * <pre>
 *   text ── EdnEntries / JsonEntries / LogEntries ──► Entry … ── Calls.pair ──► Call …  ── a model's vocabulary ──► History
 * </pre>
 *
 * <p>Whatever cannot be understood is a {@link io.troupe.sim.checker.input.BadInput} with its line: a history is
 * judged whole or not at all.
 */
@NullMarked
package io.troupe.sim.checker.input;

import org.jspecify.annotations.NullMarked;
