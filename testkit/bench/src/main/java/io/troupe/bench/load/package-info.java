/**
 * What every benchmark of servers shares: a closed loop of so many operations outstanding, what a pass of it measured, and
 * the report that lays peers side by side.
 *
 * <pre>
 * a benchmark ─► ClosedLoop: Operation … Ended ─► Measured ─► Report (table, ratios, JSON)
 *                    └ Costs of the servers, before and after
 * </pre>
 */
@NullMarked
package io.troupe.bench.load;

import org.jspecify.annotations.NullMarked;
