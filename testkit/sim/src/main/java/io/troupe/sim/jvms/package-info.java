/**
 * A guard of determinism for what runs outside a simulation (Schneider, <em>Implementing Fault-Tolerant Services Using the
 * State Machine Approach</em>, ACM Computing Surveys 1990, §1: outputs are determined by the sequence of requests,
 * "independent of time and any other activity in a system"): {@link io.troupe.sim.jvms.UnlikeJvms} runs the same program in
 * JVMs that have little in common, and {@link io.troupe.sim.jvms.ReplayedLog} is such a program, for a state machine and
 * its log. A test compares what they print.
 */
@NullMarked
package io.troupe.sim.jvms;

import org.jspecify.annotations.NullMarked;
