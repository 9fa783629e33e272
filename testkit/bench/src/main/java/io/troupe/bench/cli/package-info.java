/** What the commands of benches and demos have in common. */
@NullMarked
package io.troupe.bench.cli;

import org.jspecify.annotations.NullMarked;
