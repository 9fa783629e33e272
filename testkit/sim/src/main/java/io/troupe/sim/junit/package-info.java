/**
 * JUnit 5 face of the simulator: {@link io.troupe.sim.junit.SimulationTest} runs a test method for many seeds, and says
 * how to replay the one that failed; {@link io.troupe.sim.junit.QuietLogs} keeps its console readable meanwhile.
 */
@NullMarked
package io.troupe.sim.junit;

import org.jspecify.annotations.NullMarked;
