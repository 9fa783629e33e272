/**
 * The replicated journal and snapshot store: each write is committed by a consensus group before it is acknowledged, so
 * that a cluster singleton or a sharded entity recovers on another node.
 *
 * <pre>
 * persistent actor ─► ReplicatedJournal ─ Operation ─► JournalClient ─ one command at a time ─► SessionClient ─► replica
 *                  └► ReplicatedSnapshotStore ─┘            │                                                    │
 *                        ▲                                  └─ Question ──► this node's replica                  │ committed
 *                        └──────────── Outcome, events in pages ─────────────── JournalMachine ◄─────────────────┘
 *                                                                                 EventStream     who may write
 *                                                                                 SnapshotSeries  what is saved
 *                                                                                 Store           the bytes, on disk
 * </pre>
 *
 * <p>Start with {@link io.troupe.persistence.replicated.EventStream}: it holds the rule by which no two incarnations of a
 * persistent actor write. {@link io.troupe.persistence.replicated.ReplicatedPersistence} says where the replica comes from.
 */
@NullMarked
package io.troupe.persistence.replicated;

import org.jspecify.annotations.NullMarked;
