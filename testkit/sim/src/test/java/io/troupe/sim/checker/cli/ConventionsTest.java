package io.troupe.sim.checker.cli;

import static io.troupe.sim.checker.cli.Check.check;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The same history, read as Jepsen or as Porcupine means it. */
class ConventionsTest {

    private static final String WRITE_1 =
            "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :write :value 1}\n";

    private static int jepsen(String history) {
        return check(history, "--model", "cas-register").code();
    }

    private static int porcupine(String history) {
        return check(history, "--model", "cas-register", "--convention", "porcupine")
                .code();
    }

    @Test
    void aFailedCasDidNotHappenForJepsenAndIsAnObservationForPorcupine() {
        String itHeldOne = WRITE_1
                + "{:process 1 :type :invoke :f :cas :value [1 2]}\n{:process 1 :type :fail :f :cas :value [1 2]}\n";
        assertThat(jepsen(itHeldOne)).isZero();
        assertThat(porcupine(itHeldOne)).isEqualTo(1);
        String itHeldAnother = WRITE_1
                + "{:process 1 :type :invoke :f :cas :value [9 2]}\n{:process 1 :type :fail :f :cas :value [9 2]}\n";
        assertThat(porcupine(itHeldAnother)).isZero();
    }

    @Test
    void aReadOfNilTellsNothingForJepsenAndFindsNothingForPorcupine() {
        String history = WRITE_1
                + "{:process 1 :type :invoke :f :read :value nil}\n{:process 1 :type :ok :f :read :value nil}\n";
        assertThat(jepsen(history)).isZero();
        assertThat(porcupine(history)).isEqualTo(1);
    }

    @Test
    void aFailedWriteDidNotHappenForJepsenAndMayHaveForPorcupine() {
        String history = WRITE_1
                + """
                {:process 2 :type :invoke :f :write :value 2}
                {:process 2 :type :fail :f :write :value 2}
                {:process 1 :type :invoke :f :read :value nil}
                {:process 1 :type :ok :f :read :value 2}
                """;
        assertThat(jepsen(history)).isEqualTo(1);
        assertThat(porcupine(history)).isZero();
    }

    @Test
    void anInfoStaysOpenForEver() {
        String lostWrite =
                "{:process 2 :type :invoke :f :write :value 2}\n{:process 2 :type :info :f :write :value :timed-out}\n";
        String later =
                lostWrite + WRITE_1 + "{:process 1 :type :invoke :f :read}\n{:process 1 :type :ok :f :read :value 2}\n";
        assertThat(jepsen(later)).isZero();
        assertThat(jepsen(later + "{:process 3 :type :invoke :f :read}\n{:process 3 :type :ok :f :read :value 1}\n"))
                .isEqualTo(1);
    }

    @Test
    void anInvocationWithoutAnEndStaysOpenToo() {
        String history = "{:process 2 :type :invoke :f :write :value 2}\n" + WRITE_1
                + "{:process 1 :type :invoke :f :read}\n{:process 1 :type :ok :f :read :value 2}\n";
        assertThat(jepsen(history)).isZero();
    }

    @Test
    void aRegisterHoldsNilAtFirstUnlessTold() {
        String cas = "{:process 1 :type :invoke :f :cas :value [0 2]}\n{:process 1 :type :ok :f :cas :value [0 2]}\n";
        assertThat(jepsen(cas)).isEqualTo(1);
        assertThat(check(cas, "--model", "cas-register", "--initial", "0").code())
                .isZero();
        assertThat(jepsen(cas.replace("[0 2]", "[nil 2]"))).isZero();
    }

    @Test
    void independentTuplesAreJudgedKeyByKey() {
        String history =
                """
                {:process 0 :type :invoke :f :write :value [:x 1]}
                {:process 0 :type :ok :f :write :value [:x 1]}
                {:process 0 :type :invoke :f :write :value [:y 2]}
                {:process 0 :type :ok :f :write :value [:y 2]}
                {:process 1 :type :invoke :f :cas :value [:x [1 5]]}
                {:process 1 :type :ok :f :cas :value [:x [1 5]]}
                {:process 1 :type :invoke :f :read :value [:x nil]}
                {:process 1 :type :ok :f :read :value [:x %d]}
                {:process 1 :type :invoke :f :read :value [:y nil]}
                {:process 1 :type :ok :f :read :value [:y nil]}
                """;
        assertThat(check(history.formatted(5), "--model", "cas-register", "--partition-by", "key")
                        .code())
                .isZero();
        var broken = check(history.formatted(1), "--model", "cas-register", "--partition-by", "key");
        assertThat(broken.code()).isEqualTo(1);
        assertThat(broken.out()).contains("2 keys").contains("key :x").contains("possible states before it:  5");
        String tagged = history.formatted(5).replace(":value [:", ":value #jepsen.independent.Tuple [:");
        assertThat(check(tagged, "--model", "cas-register").code()).isZero();
        assertThat(check(history.formatted(5), "--model", "cas-register").code())
                .as("told by reads that name a key and nothing else")
                .isZero();
        assertThat(check(history.formatted(5), "--model", "cas-register", "--partition-by", "none")
                        .code())
                .isEqualTo(1);
    }

    @Test
    void porcupinesEtcdLogIsRecognised() {
        String log =
                """
                INFO  jepsen.util - 0	:invoke	:read	nil
                WARN  something.else - not an operation
                INFO  jepsen.util - 0	:ok	:read	nil
                INFO  jepsen.util - 1	:invoke	:write	3
                INFO  jepsen.util - 1	:info	:write	:timed-out
                INFO  jepsen.util - 2	:invoke	:cas	[3 4]
                INFO  jepsen.util - 2	:ok	:cas	[3 4]
                INFO  jepsen.util - 3	:invoke	:read	nil
                INFO  jepsen.util - 3	:fail	:read	:timed-out
                INFO  jepsen.util - 4	:invoke	:cas	[4 5]
                INFO  jepsen.util - 4	:%s	:cas	[4 5]
                """;
        assertThat(porcupine(log.formatted("ok"))).isZero();
        assertThat(porcupine(log.formatted("fail"))).isEqualTo(1);
        assertThat(jepsen(log.formatted("fail"))).isZero();
    }
}
