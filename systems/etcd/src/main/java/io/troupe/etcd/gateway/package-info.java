/**
 * etcd's gRPC services on one node. gRPC's threads validate and bound a request and hand it to an actor; the
 * actor's answer goes back through the call's observer. Every response carries etcd's header: cluster and
 * member id, revision, term.
 */
@NullMarked
package io.troupe.etcd.gateway;

import org.jspecify.annotations.NullMarked;
