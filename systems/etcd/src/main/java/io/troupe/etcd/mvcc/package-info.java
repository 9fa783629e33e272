/**
 * The multi-version key-value store of etcd as a replicated state machine.
 *
 * <pre>
 *   EtcdStateMachine        decodes commands and queries, encodes results; tells a StoreListener what changed
 *     ├─ TxnRules           what a transaction may ask for (checked before it is proposed)
 *     ├─ TxnExecutor        compares, then all operations or none
 *     ├─ RangeReader        range, limit, sort, filters, at a revision
 *     ├─ Reads              answers queries about the present state
 *     ├─ Alarms             which members have raised what, and so what may still be changed
 *     ├─ Imports            another etcd's state, in pieces
 *     └─ MvccStore          one WriteTxn at a time; every write makes the next main revision
 *          ├─ CowTree       key → KeyHistory, ordered, frozen in constant time
 *          ├─ Arena         the changes themselves, as bytes; all else is views of them
 *          ├─ RevisionLog   every change in revision order since the last compaction: what watches catch up from
 *          └─ LeaseTable    lease → granted TTL, attached keys, and the term of the lessor that may expire them
 * </pre>
 *
 * <p>The model is etcd's (data model and API guarantees of the v3 API): a revision is (main, sub), main is
 * the store's logical clock, sub numbers the changes of one transaction. A key's life between creation and
 * tombstone is a generation; its version counts from 1 within a generation.
 *
 * <p>Deviates: tombstones at exactly the compacted revision are kept until the next compaction, so that a
 * watch from that revision misses nothing. All data is in memory; the log below makes it durable.
 */
@NullMarked
package io.troupe.etcd.mvcc;

import org.jspecify.annotations.NullMarked;
