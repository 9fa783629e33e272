/**
 * Watches: every change of the keys a client asked for, from a revision on, complete and in order.
 *
 * <pre>
 *   EtcdStateMachine ──StoreFeed──▶ WatchHub ◀──Open, Cancel, Taken── WatchSession (one a stream)
 *                                     │  └────Opened, Events, …──────▶
 *                                     └──history query──▶ session client ▶ replica
 * </pre>
 *
 * <p>A watch is <em>synced</em> when it has been handed everything up to the hub's revision: it gets changes as they
 * are applied. It is <em>behind</em> when it began in the past, when its client does not take what it was sent, or
 * when the hub itself fell behind the store; then it reads stretches of the store's history, as fast as its
 * client takes them, until it has caught up. Nothing waits for a slow client but its own stream.
 *
 * <p>A revision's changes are never split over two deliveries, and a stretch ends between revisions, so a
 * watch resumed on any node at (last revision seen + 1) misses and repeats nothing.
 */
@NullMarked
package io.troupe.etcd.watch;

import org.jspecify.annotations.NullMarked;
