package io.troupe.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The errors of the etcd v3 API, with the codes and messages that clients compare against (etcd
 * api/v3/v3rpc/rpctypes). Those decided by the state machine travel as {@link #wireId}, never reused.
 */
public enum EtcdError {
    EMPTY_KEY(1, Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
    KEY_NOT_FOUND(2, Status.Code.INVALID_ARGUMENT, "etcdserver: key not found"),
    VALUE_PROVIDED(3, Status.Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
    LEASE_PROVIDED(4, Status.Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
    TOO_MANY_OPS(5, Status.Code.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
    DUPLICATE_KEY(6, Status.Code.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
    INVALID_SORT_OPTION(7, Status.Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
    COMPACTED(8, Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
    FUTURE_REVISION(9, Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
    NO_SPACE(10, Status.Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
    LEASE_NOT_FOUND(11, Status.Code.NOT_FOUND, "etcdserver: requested lease not found"),
    LEASE_EXISTS(12, Status.Code.FAILED_PRECONDITION, "etcdserver: lease already exists"),
    LEASE_TTL_TOO_LARGE(13, Status.Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
    REQUEST_TOO_LARGE(14, Status.Code.INVALID_ARGUMENT, "etcdserver: request is too large"),
    /** The code is rpctypes'; etcd 3.4's server loses it and says UNKNOWN. */
    TOO_MANY_REQUESTS(15, Status.Code.RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
    NO_LEADER(16, Status.Code.UNAVAILABLE, "etcdserver: no leader"),
    LEADER_CHANGED(17, Status.Code.UNAVAILABLE, "etcdserver: leader changed"),
    STOPPED(18, Status.Code.UNAVAILABLE, "etcdserver: server stopped"),
    TIMEOUT(19, Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
    TIMEOUT_LEADER_FAILED(
            20, Status.Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
    MEMBER_NOT_FOUND(21, Status.Code.NOT_FOUND, "etcdserver: member not found"),
    NOT_LEADER(22, Status.Code.FAILED_PRECONDITION, "etcdserver: not leader"),
    BAD_LEADER_TRANSFEREE(23, Status.Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
    MALFORMED(24, Status.Code.INTERNAL, "etcdserver: request could not be parsed"),
    ROOT_USER_NOT_EXIST(25, Status.Code.FAILED_PRECONDITION, "etcdserver: root user does not exist"),
    ROOT_ROLE_NOT_EXIST(26, Status.Code.FAILED_PRECONDITION, "etcdserver: root user does not have root role"),
    USER_ALREADY_EXIST(27, Status.Code.FAILED_PRECONDITION, "etcdserver: user name already exists"),
    USER_EMPTY(28, Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
    USER_NOT_FOUND(29, Status.Code.FAILED_PRECONDITION, "etcdserver: user name not found"),
    ROLE_ALREADY_EXIST(30, Status.Code.FAILED_PRECONDITION, "etcdserver: role name already exists"),
    ROLE_NOT_FOUND(31, Status.Code.FAILED_PRECONDITION, "etcdserver: role name not found"),
    ROLE_EMPTY(32, Status.Code.INVALID_ARGUMENT, "etcdserver: role name is empty"),
    AUTH_FAILED(33, Status.Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"),
    PERMISSION_DENIED(34, Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"),
    ROLE_NOT_GRANTED(35, Status.Code.FAILED_PRECONDITION, "etcdserver: role is not granted to the user"),
    PERMISSION_NOT_GRANTED(36, Status.Code.FAILED_PRECONDITION, "etcdserver: permission is not granted to the role"),
    AUTH_NOT_ENABLED(37, Status.Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),
    INVALID_AUTH_TOKEN(38, Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token"),
    INVALID_AUTH_MGMT(39, Status.Code.INVALID_ARGUMENT, "etcdserver: invalid auth management"),
    AUTH_OLD_REVISION(40, Status.Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),
    /** etcd has no code for it. */
    NO_PASSWORD_USER(41, Status.Code.UNKNOWN, "auth: authentication failed, password was given for no password user"),
    CORRUPT(42, Status.Code.DATA_LOSS, "etcdserver: corrupt cluster"),
    MEMBER_EXISTS(43, Status.Code.FAILED_PRECONDITION, "etcdserver: member ID already exist"),
    PEER_URL_EXISTS(44, Status.Code.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
    /** etcd 3.4 has no code for it. */
    MEMBER_NOT_ENOUGH_STARTED(
            45, Status.Code.UNKNOWN, "etcdserver: re-configuration failed due to not enough started members"),
    MEMBER_BAD_URLS(46, Status.Code.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
    MEMBER_NOT_LEARNER(47, Status.Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
    LEARNER_NOT_READY(
            48,
            Status.Code.FAILED_PRECONDITION,
            "etcdserver: can only promote a learner member which is in sync with leader"),
    TOO_MANY_LEARNERS(49, Status.Code.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster"),
    UNHEALTHY(50, Status.Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),
    /** etcd 3.4 has no code for it. */
    TIMEOUT_LEADER_TRANSFER(51, Status.Code.UNKNOWN, "etcdserver: request timed out, leader transfer took too long"),
    NOT_SUPPORTED_FOR_LEARNER(52, Status.Code.UNAVAILABLE, "etcdserver: rpc not supported for learner"),
    /** A command found no leader until its time was over: etcd has no error for it, and says what Go's context says. */
    NO_LEADER_IN_TIME(53, Status.Code.UNKNOWN, "context deadline exceeded");

    private static final Map<Integer, EtcdError> BY_WIRE_ID =
            Arrays.stream(values()).collect(Collectors.toMap(EtcdError::wireId, Function.identity()));

    private final int wireId;
    private final Status.Code code;
    private final String message;

    EtcdError(int wireId, Status.Code code, String message) {
        this.wireId = wireId;
        this.code = code;
        this.message = message;
    }

    public int wireId() {
        return wireId;
    }

    public Status.Code code() {
        return code;
    }

    public String message() {
        return message;
    }

    public StatusRuntimeException toException() {
        return Status.fromCode(code).withDescription(message).asRuntimeException();
    }

    /** @throws IllegalArgumentException for an id that no error has */
    public static EtcdError ofWireId(int wireId) {
        EtcdError error = BY_WIRE_ID.get(wireId);
        if (error == null) {
            throw new IllegalArgumentException("no etcd error has the id " + wireId);
        }
        return error;
    }
}
