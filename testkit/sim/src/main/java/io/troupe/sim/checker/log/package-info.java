/**
 * Checks that go through a log once: of streams ({@link io.troupe.sim.checker.log.StreamLog}) and of sessions ({@link
 * io.troupe.sim.checker.log.SessionGuarantees}).
 */
@NullMarked
package io.troupe.sim.checker.log;

import org.jspecify.annotations.NullMarked;
