/**
 * A cluster of node JVMs on this machine's loopback, for people, demonstrations and tests.
 *
 * <p>There is no daemon: everything is in the cluster's folder, and whoever opens it can go on.
 *
 * <pre>
 *   .troupe/
 *     cluster.json       Layout: nodes, ports, systems, class path, and the partition that holds now
 *     n1/
 *       node.conf        written by NodeLauncher at every start
 *       process.json     NodeProcess: process id and start time, so that no stranger is ever killed
 *       node.log         all that the node printed, over all its lives
 *       data/            the node's data directory
 * </pre>
 *
 * <p>Starting: {@code LocalCluster.in(folder)…start()} assigns ports, writes the layout, launches the JVMs; {@code
 * awaitReady} asks each node's {@code /status} until it is up and its systems serve. Every later command is {@code
 * attach(folder)}, and then signals to processes or requests to nodes' HTTP ports ({@code NodeClient}).
 *
 * <p>Ports that nobody asked for by number are from {@code FreePorts}, also for servers that are started otherwise.
 *
 * <p>Start reading at {@code LocalCluster}.
 */
@NullMarked
package io.troupe.cluster.local;

import org.jspecify.annotations.NullMarked;
