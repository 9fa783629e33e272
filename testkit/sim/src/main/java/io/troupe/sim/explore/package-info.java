/**
 * Explores small systems exhaustively: every order of deliveries and timers, and within stated numbers every loss,
 * duplication, crash and restart (stateless model checking, Godefroid, <em>Model checking for programming languages using
 * VeriSoft</em>, POPL 1997, with a memory of states).
 *
 * <pre>
 *   Explorer ── what to explore, and within which bounds
 *     ├─ Search ── depth-first: takes a choice, looks at the state, goes on or goes back
 *     │    ├─ Execution ── one run of the real actors, steered choice by choice; going back is running again
 *     │    ├─ Independence ── which choices commute: the sleep sets are made of it
 *     │    └─ StateGraph ── the states seen, and how each was reached first
 *     ├─ Liveness ── goals: dead ends and fair cycles of the graph without them
 *     └─ Report ── exhausted or bounded, and the shortest schedule that breaks a property
 * </pre>
 *
 * <p>Start with {@link io.troupe.sim.explore.Explorer}.
 */
@NullMarked
package io.troupe.sim.explore;

import org.jspecify.annotations.NullMarked;
