/**
 * etcd's gRPC gateway: each call as JSON over HTTP/1, for who has no gRPC ({@code curl -d '{"key":"Zm9v"}'
 * http://…/v3/kv/range}).
 *
 * <pre>
 *  HTTP/1 ─► port.HttpFace ─► JsonGateway ─ Routes: which call ─► JsonCall ══ in this process ══► the services of the client port
 *                 ▲                           Schema: JSON ⇄ protobuf │
 *                 └───── one answer, or a line for each message ◄─────┘
 * </pre>
 *
 * <p>Names are those of the protobuf files, or the same in camel case; whole numbers of 64 bits are strings, bytes are Base64.
 * Streams are a line {@code {"result":…}} for each message; what the client sends are objects one after another in the body.
 */
@NullMarked
package io.troupe.etcd.json;

import org.jspecify.annotations.NullMarked;
