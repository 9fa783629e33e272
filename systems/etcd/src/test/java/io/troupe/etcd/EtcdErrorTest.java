package io.troupe.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes and texts that clients compare with (etcd 3.4, etcdserver/api/v3rpc/rpctypes/error.go). */
class EtcdErrorTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    EMPTY_KEY              | INVALID_ARGUMENT    | etcdserver: key is not provided
                    KEY_NOT_FOUND          | INVALID_ARGUMENT    | etcdserver: key not found
                    VALUE_PROVIDED         | INVALID_ARGUMENT    | etcdserver: value is provided
                    LEASE_PROVIDED         | INVALID_ARGUMENT    | etcdserver: lease is provided
                    TOO_MANY_OPS           | INVALID_ARGUMENT    | etcdserver: too many operations in txn request
                    DUPLICATE_KEY          | INVALID_ARGUMENT    | etcdserver: duplicate key given in txn request
                    COMPACTED              | OUT_OF_RANGE        | etcdserver: mvcc: required revision has been compacted
                    FUTURE_REVISION        | OUT_OF_RANGE        | etcdserver: mvcc: required revision is a future revision
                    NO_SPACE               | RESOURCE_EXHAUSTED  | etcdserver: mvcc: database space exceeded
                    LEASE_NOT_FOUND        | NOT_FOUND           | etcdserver: requested lease not found
                    LEASE_EXISTS           | FAILED_PRECONDITION | etcdserver: lease already exists
                    LEASE_TTL_TOO_LARGE    | OUT_OF_RANGE        | etcdserver: too large lease TTL
                    MEMBER_NOT_FOUND       | NOT_FOUND           | etcdserver: member not found
                    REQUEST_TOO_LARGE      | INVALID_ARGUMENT    | etcdserver: request is too large
                    TOO_MANY_REQUESTS      | RESOURCE_EXHAUSTED  | etcdserver: too many requests
                    ROOT_USER_NOT_EXIST    | FAILED_PRECONDITION | etcdserver: root user does not exist
                    ROOT_ROLE_NOT_EXIST    | FAILED_PRECONDITION | etcdserver: root user does not have root role
                    USER_ALREADY_EXIST     | FAILED_PRECONDITION | etcdserver: user name already exists
                    USER_EMPTY             | INVALID_ARGUMENT    | etcdserver: user name is empty
                    USER_NOT_FOUND         | FAILED_PRECONDITION | etcdserver: user name not found
                    ROLE_ALREADY_EXIST     | FAILED_PRECONDITION | etcdserver: role name already exists
                    ROLE_NOT_FOUND         | FAILED_PRECONDITION | etcdserver: role name not found
                    ROLE_EMPTY             | INVALID_ARGUMENT    | etcdserver: role name is empty
                    AUTH_FAILED            | INVALID_ARGUMENT    | etcdserver: authentication failed, invalid user ID or password
                    PERMISSION_DENIED      | PERMISSION_DENIED   | etcdserver: permission denied
                    ROLE_NOT_GRANTED       | FAILED_PRECONDITION | etcdserver: role is not granted to the user
                    PERMISSION_NOT_GRANTED | FAILED_PRECONDITION | etcdserver: permission is not granted to the role
                    AUTH_NOT_ENABLED       | FAILED_PRECONDITION | etcdserver: authentication is not enabled
                    INVALID_AUTH_TOKEN     | UNAUTHENTICATED     | etcdserver: invalid auth token
                    INVALID_AUTH_MGMT      | INVALID_ARGUMENT    | etcdserver: invalid auth management
                    NO_LEADER              | UNAVAILABLE         | etcdserver: no leader
                    NOT_LEADER             | FAILED_PRECONDITION | etcdserver: not leader
                    LEADER_CHANGED         | UNAVAILABLE         | etcdserver: leader changed
                    STOPPED                | UNAVAILABLE         | etcdserver: server stopped
                    TIMEOUT                | UNAVAILABLE         | etcdserver: request timed out
                    TIMEOUT_LEADER_FAILED  | UNAVAILABLE         | etcdserver: request timed out, possibly due to previous leader failure
                    BAD_LEADER_TRANSFEREE  | FAILED_PRECONDITION | etcdserver: bad leader transferee
                    CORRUPT                | DATA_LOSS           | etcdserver: corrupt cluster
                    MEMBER_EXISTS          | FAILED_PRECONDITION | etcdserver: member ID already exist
                    PEER_URL_EXISTS        | FAILED_PRECONDITION | etcdserver: Peer URLs already exists
                    MEMBER_NOT_ENOUGH_STARTED | UNKNOWN | etcdserver: re-configuration failed due to not enough started members
                    MEMBER_BAD_URLS        | INVALID_ARGUMENT    | etcdserver: given member URLs are invalid
                    MEMBER_NOT_LEARNER     | FAILED_PRECONDITION | etcdserver: can only promote a learner member
                    LEARNER_NOT_READY      | FAILED_PRECONDITION | etcdserver: can only promote a learner member which is in sync with leader
                    TOO_MANY_LEARNERS      | FAILED_PRECONDITION | etcdserver: too many learner members in cluster
                    UNHEALTHY              | UNAVAILABLE         | etcdserver: unhealthy cluster
                    TIMEOUT_LEADER_TRANSFER | UNAVAILABLE        | etcdserver: request timed out, leader transfer took too long
                    NOT_SUPPORTED_FOR_LEARNER | UNAVAILABLE      | etcdserver: rpc not supported for learner
                    """)
    void eachIsSaidAsEtcdSaysIt(EtcdError error, Status.Code code, String message) {
        Status status = error.toException().getStatus();
        assertThat(status.getCode()).isEqualTo(code);
        assertThat(status.getDescription()).isEqualTo(message);
    }

    @Test
    void eachTravelsUnderANumberOfItsOwn() {
        assertThat(Arrays.stream(EtcdError.values()).map(EtcdError::wireId)).doesNotHaveDuplicates();
        for (EtcdError error : EtcdError.values()) {
            assertThat(EtcdError.ofWireId(error.wireId())).isEqualTo(error);
        }
        assertThatThrownBy(() -> EtcdError.ofWireId(0)).hasMessageContaining("0");
    }
}
