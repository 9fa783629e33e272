/**
 * The client port: TLS or not, then gRPC or HTTP/1, told apart by what a connection begins with, as etcd does it.
 *
 * <pre>
 * bytes → {@link io.troupe.etcd.port.TlsStage} (https addresses) → SslHandler → {@link io.troupe.etcd.port.ProtocolStage}
 *           "PRI" → gRPC's own handlers      anything else → HTTP codec → {@link io.troupe.etcd.port.HttpFace}
 *                                                  /v3/… → {@link io.troupe.etcd.port.HttpFace.Calls}
 * </pre>
 */
@NullMarked
package io.troupe.etcd.port;

import org.jspecify.annotations.NullMarked;
