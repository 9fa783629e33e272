package io.troupe.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Codes and texts that clients compare with, as {@link RpcTypes} has them from etcd. */
class EtcdErrorTest {

    @ParameterizedTest
    @EnumSource
    void eachIsSaidAsEtcdSaysIt(EtcdError error) {
        RpcTypes.assertRefused(
                () -> {
                    throw error.toException();
                },
                error);
    }

    @Test
    void noneIsLeftOutOfTheTable() {
        assertThat(RpcTypes.rows()).isEqualTo(EnumSet.allOf(EtcdError.class));
    }

    @Test
    void eachTravelsUnderANumberOfItsOwn() {
        assertThat(Arrays.stream(EtcdError.values()).map(EtcdError::wireId)).doesNotHaveDuplicates();
        for (EtcdError error : EtcdError.values()) {
            assertThat(EtcdError.ofWireId(error.wireId())).isEqualTo(error);
        }
        assertThatThrownBy(() -> EtcdError.ofWireId(0)).hasMessageContaining("0");
    }

    @ParameterizedTest
    @CsvSource({
        "NO_LEADER, NO_LEADER_IN_TIME",
        "OVERLOADED, TOO_MANY_REQUESTS",
        "OUTCOME_UNKNOWN, TIMEOUT",
        "SESSION_EXPIRED, TIMEOUT",
        "TOO_LARGE, REQUEST_TOO_LARGE",
        "STOPPING, STOPPED"
    })
    void whatTheConsensusGroupRefusesIsSaidInEtcdsWords(Replica.Reason reason, EtcdError error) {
        var failed = new SessionClient.Failed(1, reason, "why");
        assertThat(SessionCalls.result(failed)).isEqualTo(new Result.Refused(error));
        assertThat(SessionCalls.answer(failed))
                .as("a read without a leader times out, and may be asked again")
                .isEqualTo(new Result.Refused(reason == Replica.Reason.NO_LEADER ? EtcdError.TIMEOUT : error));
    }
}
