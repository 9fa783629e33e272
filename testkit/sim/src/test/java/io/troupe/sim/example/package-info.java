/** The example of testkit/README.md, as it compiles and runs: a dispenser of numbered tickets, and its simulation. */
package io.troupe.sim.example;
