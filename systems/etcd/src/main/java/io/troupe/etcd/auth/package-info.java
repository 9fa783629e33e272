/**
 * Who may do what: etcd's users, roles and permissions.
 *
 * <pre>
 *   client ──token──▶ gateway: {@link io.troupe.etcd.auth.AuthView} says which {@link io.troupe.etcd.auth.Caller} that is
 *                        └─ command or query, in the caller's name ──▶ log ▶ EtcdStateMachine
 *                                                                        └─ {@link io.troupe.etcd.auth.AuthState}: may it?
 *   Authenticate ▶ password checked against its bcrypt hash, beside the actors ▶ log ▶ every node learns the token
 * </pre>
 *
 * <p>The state is replicated with the store and part of its snapshots; a password enters it as its hash, which the
 * gateway makes: hashing is salted and slow, applying a command is neither. Whether a command is allowed is decided where
 * it is applied, alike on every replica, by the auth revision its caller was known under: when users or roles changed
 * between the two, the command is refused ("revision of auth store is old"). Tokens are no part of the state: each node
 * keeps those whose creation it has applied, and forgets them when they are not used for long ({@link
 * io.troupe.etcd.auth.SimpleTokens}), or keeps none and trusts a signature ({@link io.troupe.etcd.auth.JwtTokens}).
 */
@NullMarked
package io.troupe.etcd.auth;

import org.jspecify.annotations.NullMarked;
