/**
 * {@code troupe bench journal}: the journal under real persistent actors, beside a plain loop of write and force with
 * the same batch sizes on the same disk in the same run, which bounds what any journal can do there.
 */
@NullMarked
package io.troupe.bench.journal;

import org.jspecify.annotations.NullMarked;
