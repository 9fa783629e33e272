package io.troupe.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * The errors of the API as etcd says them, written down a second time: what clients compare with. From etcd 3.4's
 * etcdserver/api/v3rpc/rpctypes/error.go, and from toGRPCErrorMap in util.go beside it: what is not in that map goes
 * out as UNKNOWN. Not as 3.4 does it: "invalid sort option" is a later etcd's, MALFORMED ours alone, and "too many
 * requests" has the code that error.go gives it, which 3.4's server loses on the way to its client.
 */
public final class RpcTypes {

    private static final String TABLE =
            """
            EMPTY_KEY                 | INVALID_ARGUMENT    | etcdserver: key is not provided
            KEY_NOT_FOUND             | INVALID_ARGUMENT    | etcdserver: key not found
            VALUE_PROVIDED            | INVALID_ARGUMENT    | etcdserver: value is provided
            LEASE_PROVIDED            | INVALID_ARGUMENT    | etcdserver: lease is provided
            TOO_MANY_OPS              | INVALID_ARGUMENT    | etcdserver: too many operations in txn request
            DUPLICATE_KEY             | INVALID_ARGUMENT    | etcdserver: duplicate key given in txn request
            INVALID_SORT_OPTION       | INVALID_ARGUMENT    | etcdserver: invalid sort option
            COMPACTED                 | OUT_OF_RANGE        | etcdserver: mvcc: required revision has been compacted
            FUTURE_REVISION           | OUT_OF_RANGE        | etcdserver: mvcc: required revision is a future revision
            NO_SPACE                  | RESOURCE_EXHAUSTED  | etcdserver: mvcc: database space exceeded
            LEASE_NOT_FOUND           | NOT_FOUND           | etcdserver: requested lease not found
            LEASE_EXISTS              | FAILED_PRECONDITION | etcdserver: lease already exists
            LEASE_TTL_TOO_LARGE       | OUT_OF_RANGE        | etcdserver: too large lease TTL
            REQUEST_TOO_LARGE         | INVALID_ARGUMENT    | etcdserver: request is too large
            TOO_MANY_REQUESTS         | RESOURCE_EXHAUSTED  | etcdserver: too many requests
            NO_LEADER                 | UNAVAILABLE         | etcdserver: no leader
            LEADER_CHANGED            | UNAVAILABLE         | etcdserver: leader changed
            STOPPED                   | UNAVAILABLE         | etcdserver: server stopped
            TIMEOUT                   | UNAVAILABLE         | etcdserver: request timed out
            TIMEOUT_LEADER_FAILED     | UNAVAILABLE         | etcdserver: request timed out, possibly due to previous leader failure
            MEMBER_NOT_FOUND          | NOT_FOUND           | etcdserver: member not found
            NOT_LEADER                | FAILED_PRECONDITION | etcdserver: not leader
            BAD_LEADER_TRANSFEREE     | FAILED_PRECONDITION | etcdserver: bad leader transferee
            MALFORMED                 | INTERNAL            | etcdserver: request could not be parsed
            ROOT_USER_NOT_EXIST       | FAILED_PRECONDITION | etcdserver: root user does not exist
            ROOT_ROLE_NOT_EXIST       | FAILED_PRECONDITION | etcdserver: root user does not have root role
            USER_ALREADY_EXIST        | FAILED_PRECONDITION | etcdserver: user name already exists
            USER_EMPTY                | INVALID_ARGUMENT    | etcdserver: user name is empty
            USER_NOT_FOUND            | FAILED_PRECONDITION | etcdserver: user name not found
            ROLE_ALREADY_EXIST        | FAILED_PRECONDITION | etcdserver: role name already exists
            ROLE_NOT_FOUND            | FAILED_PRECONDITION | etcdserver: role name not found
            ROLE_EMPTY                | INVALID_ARGUMENT    | etcdserver: role name is empty
            AUTH_FAILED               | INVALID_ARGUMENT    | etcdserver: authentication failed, invalid user ID or password
            PERMISSION_DENIED         | PERMISSION_DENIED   | etcdserver: permission denied
            ROLE_NOT_GRANTED          | FAILED_PRECONDITION | etcdserver: role is not granted to the user
            PERMISSION_NOT_GRANTED    | FAILED_PRECONDITION | etcdserver: permission is not granted to the role
            AUTH_NOT_ENABLED          | FAILED_PRECONDITION | etcdserver: authentication is not enabled
            INVALID_AUTH_TOKEN        | UNAUTHENTICATED     | etcdserver: invalid auth token
            INVALID_AUTH_MGMT         | INVALID_ARGUMENT    | etcdserver: invalid auth management
            AUTH_OLD_REVISION         | INVALID_ARGUMENT    | etcdserver: revision of auth store is old
            NO_PASSWORD_USER          | UNKNOWN             | auth: authentication failed, password was given for no password user
            CORRUPT                   | DATA_LOSS           | etcdserver: corrupt cluster
            MEMBER_EXISTS             | FAILED_PRECONDITION | etcdserver: member ID already exist
            PEER_URL_EXISTS           | FAILED_PRECONDITION | etcdserver: Peer URLs already exists
            MEMBER_NOT_ENOUGH_STARTED | UNKNOWN             | etcdserver: re-configuration failed due to not enough started members
            MEMBER_BAD_URLS           | INVALID_ARGUMENT    | etcdserver: given member URLs are invalid
            MEMBER_NOT_LEARNER        | FAILED_PRECONDITION | etcdserver: can only promote a learner member
            LEARNER_NOT_READY         | FAILED_PRECONDITION | etcdserver: can only promote a learner member which is in sync with leader
            TOO_MANY_LEARNERS         | FAILED_PRECONDITION | etcdserver: too many learner members in cluster
            UNHEALTHY                 | UNAVAILABLE         | etcdserver: unhealthy cluster
            TIMEOUT_LEADER_TRANSFER   | UNKNOWN             | etcdserver: request timed out, leader transfer took too long
            NOT_SUPPORTED_FOR_LEARNER | UNAVAILABLE         | etcdserver: rpc not supported for learner
            NO_LEADER_IN_TIME         | UNKNOWN             | context deadline exceeded
            """;

    private record Said(Status.Code code, String message) {}

    private static final Map<EtcdError, Said> SAID = new EnumMap<>(EtcdError.class);

    static {
        TABLE.lines().map(row -> row.split(" *\\| *")).forEach(row -> {
            var said = new Said(Status.Code.valueOf(row[1]), row[2]);
            if (SAID.put(EtcdError.valueOf(row[0]), said) != null) {
                throw new IllegalStateException(row[0] + " has two rows; it must have one");
            }
        });
    }

    private RpcTypes() {}

    /** The errors that have a row. */
    static Set<EtcdError> rows() {
        return SAID.keySet();
    }

    /** The call fails with this error's code and words, in whatever exception its stub gives. */
    public static void assertRefused(ThrowingCallable call, EtcdError error) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).as("%s", error).isNotNull();
        Status status = Status.fromThrowable(failure);
        assertThat(new Said(status.getCode(), String.valueOf(status.getDescription())))
                .as("%s", error)
                .isEqualTo(SAID.get(error));
    }
}
