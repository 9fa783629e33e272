/**
 * The JVMs that this module's tests start beside their own.
 *
 * <p>Much of what a member does until it serves is to read, verify and link ten thousand classes of Pekko, Scala, Netty, gRPC
 * and Troupe. {@link io.troupe.etcd.jvms.LaidOutClasses} has one member do it for all, and {@link
 * io.troupe.etcd.jvms.MemberJvms} starts the others with what it laid out, as the launcher of the distribution does. The one
 * costs what half a dozen others save, and there are about thirty; modules whose tests start fewer do without.
 */
package io.troupe.etcd.jvms;
