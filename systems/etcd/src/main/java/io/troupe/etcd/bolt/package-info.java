/**
 * bbolt's database file (go.etcd.io/bbolt, the format of its version 2): what etcd keeps its state in, what {@code
 * etcdctl snapshot} saves and restores.
 *
 * <pre>
 *   page 0, 1   meta: page size, where the root bucket and the list of free pages are, how many pages there are
 *   page 2      the list of free pages, which is empty here
 *   page 3 …    for each bucket its leaves, then its branches, level by level; at the end the root bucket's leaf
 * </pre>
 *
 * A bucket is a B+ tree of keys and values; the root bucket's values say where the others' roots are. A page begins with
 * its number, kind, count of elements, and how many pages it runs on over; elements have their key and value behind all
 * of them. Numbers are little-endian.
 *
 * <p>{@link io.troupe.etcd.bolt.BoltImage} lays a whole file out before its first byte is made, so that it can be
 * sent page by page, in order, with its length known, from data that is nowhere a file.
 */
@NullMarked
package io.troupe.etcd.bolt;

import org.jspecify.annotations.NullMarked;
