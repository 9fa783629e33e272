/**
 * {@code troupe etcd}: one node that starts and behaves as the program {@code etcd} does (3.4), for scripts and test
 * harnesses that start one.
 *
 * <pre>
 * arguments, ETCD_* variables, a configuration file
 *    → Flags       what each flag is called and means here       → FlagValues
 *    → MemberSetup who the members are: from --initial-cluster at the first start, from the data directory later
 *    → NodeConfig  the node's HOCON                              → a node's lives ({@link io.troupe.cluster.node.Lives})
 * </pre>
 *
 * <p>With {@code --snapshot-to} no node is started: {@link io.troupe.etcd.standalone.StoppedMember} reads the data directory.
 *
 * <p>A peer URL's host and port are where Artery listens: peers speak Troupe's protocol, not etcd's, so that a cluster
 * consists of these processes alone. Begin with {@link io.troupe.etcd.standalone.EtcdStandalone}.
 */
@NullMarked
package io.troupe.etcd.standalone;

import org.jspecify.annotations.NullMarked;
