/**
 * What a system sees of the node that hosts it.
 *
 * <p>A system is one class that implements {@link io.troupe.cluster.TroupeSystem}, found by {@code ServiceLoader}. The
 * node hands its guardian a {@link io.troupe.cluster.NodeContext}: who it is, who the others are, a folder, the
 * configuration, the host of consensus groups. From then on they speak {@link io.troupe.cluster.SystemGuardian}:
 *
 * <pre>
 *   node                                    the system's guardian
 *     │ guardian(NodeContext) ───────────────────▶ │   when the node is a member
 *     │ GetHealth ────────────────────────────────▶│   at every /ready and /status
 *     │ ◀──────────────────────────────────── Health
 *     │ Leave ────────────────────────────────────▶│   coordinated shutdown: finish with the clients
 *     │ ◀────────────────────────────────────── Done   leadership is handed over after that
 * </pre>
 *
 * <p>Start reading at {@code TroupeSystem}; the smallest one is {@code echo} among the tests. {@code node} is the node
 * itself, {@code lease} leases in a consensus group, {@code local} a cluster of JVMs on one machine, {@code cli} the {@code troupe} command.
 */
@NullMarked
package io.troupe.cluster;

import org.jspecify.annotations.NullMarked;
