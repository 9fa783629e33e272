/**
 * Mutation of simulated applications: a {@link io.troupe.sim.mutants.Mutant} is a bug planted into the bytes of one
 * production class, in its place and for as long as it is hunted, and a {@link io.troupe.sim.mutants.MutantHunt} (or, on
 * the cluster stage, a {@link io.troupe.sim.mutants.ClusterMutantHunt}) tells which seed of a scenario finds it. Where a suite
 * has several scenarios, {@link io.troupe.sim.mutants.Planted} has the one that finds each. A simulation
 * is worth what it finds, and only what a property says is a finding: a mutant that crashes is broken.
 * Needs Byte Buddy and its agent, which whoever uses this package depends on.
 */
@NullMarked
package io.troupe.sim.mutants;

import org.jspecify.annotations.NullMarked;
