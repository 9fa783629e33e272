/** {@code troupe check}: the checkers of {@code troupe-sim} as a command of Troupe. */
@NullMarked
package io.troupe.bench.check;

import org.jspecify.annotations.NullMarked;
