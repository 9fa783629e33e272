/**
 * The read journal {@code troupe.persistence.query}: events and persistence ids as streams, a page at a time from the
 * disk as downstream asks, live ones woken by the journal's writer.
 */
@NullMarked
package io.troupe.persistence.query;

import org.jspecify.annotations.NullMarked;
