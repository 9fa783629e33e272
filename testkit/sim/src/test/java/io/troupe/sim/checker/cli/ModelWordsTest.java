package io.troupe.sim.checker.cli;

import static io.troupe.sim.checker.cli.Check.check;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each model's words, in histories so short that one sees the verdict. */
class ModelWordsTest {

    /** Operations one after the other: process, f, argument and answer, with bars between; ! is a failure, ? unknown. */
    private static String history(String operations) {
        var text = new StringBuilder();
        for (String operation : operations.split(";")) {
            String[] word = operation.strip().split("\\|");
            String argument = word.length > 2 ? word[2].strip() : "nil";
            String answer = word.length > 3 ? word[3].strip() : argument;
            String type = answer.equals("!") ? ":fail" : answer.equals("?") ? ":info" : ":ok";
            String head = "{:process " + word[0].strip() + " :f :" + word[1].strip();
            text.append(head).append(" :type :invoke :value ").append(argument).append("}\n");
            text.append(head)
                    .append(" :type ")
                    .append(type)
                    .append(" :value ")
                    .append(type.equals(":ok") ? answer : argument)
                    .append("}\n");
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "0 # key-value # 0|put|[:a 1]; 1|get|[:a nil]|[:a 1]",
                "1 # key-value # 0|put|[:a 1]; 1|get|[:a nil]|[:a 2]",
                "0 # key-value # 0|append|[:a \"x\"]; 0|append|[:a \"y\"]; 1|get|[:a nil]|[:a \"xy\"]",
                "1 # key-value # 0|append|[:a \"x\"]; 0|append|[:a \"y\"]; 1|get|[:a nil]|[:a \"yx\"]",
                "0 # key-value # 0|put|[:a 1]; 0|delete|:a; 1|get|[:a nil]|[:a \"\"]",
                "1 # key-value # 0|put|[:a 1]; 0|cas|[:a [2 3]]",
                "0 # multi-register # 0|txn|[[:write :x 1] [:write :y 2]]; 1|txn|[[:read :x nil]]|[[:read :x 1]]",
                "1 # multi-register # 0|txn|[[:write :x 1] [:write :y 2]]; 1|txn|[[:read :y nil]]|[[:read :y 1]]",
                "0 # set # 0|add|1; 0|add|2; 1|read|nil|[2 1]",
                "1 # set # 0|add|1; 0|add|2; 1|read|nil|[2]",
                "0 # set # 0|add|1; 0|add|2|?; 1|read|nil|[1]",
                "0 # fifo-queue # 0|enqueue|1; 0|enqueue|2; 1|dequeue|nil|1; 1|dequeue|nil|2; 1|dequeue|nil|nil",
                "1 # fifo-queue # 0|enqueue|1; 0|enqueue|2; 1|dequeue|nil|2",
                "1 # fifo-queue # 0|enqueue|1; 1|dequeue|nil|nil",
                "0 # unordered-queue # 0|enqueue|1; 0|enqueue|2; 1|dequeue|nil|2",
                "1 # unordered-queue # 0|enqueue|1; 1|dequeue|nil|1; 2|dequeue|nil|1",
                "0 # mutex # 0|acquire; 1|release; 1|acquire",
                "1 # mutex # 0|acquire; 1|acquire",
                "0 # mutex # 0|acquire; 1|acquire|nil|!; 0|release; 1|acquire",
                "1 # lock # 0|acquire; 1|release",
                "0 # lock # 0|acquire; 0|release; 1|acquire",
                "0 # fenced-lock # 0|acquire|nil|33; 0|release; 1|acquire|nil|34",
                "1 # fenced-lock # 0|acquire|nil|33; 0|release; 1|acquire|nil|33",
                "1 # fenced-lock # 0|acquire|nil|33; 1|acquire|nil|34",
                "0 # mvcc # 0|put|{:key :a :value 1}|{:revision 2}; 1|get|{:key :a}|{:value 1 :mod-revision 2}",
                "1 # mvcc # 0|put|{:key :a :value 1}|{:revision 2}; 1|put|{:key :b :value 1}|{:revision 2}",
                "0 # mvcc # 0|put|{:key :a :value 1}; 1|txn|{:compare [[:value :a 9]] :then [[:put :a 2]]}|{:succeeded false}",
                "1 # mvcc # 0|put|{:key :a :value 1}; 1|txn|{:compare [[:value :a 1]] :then [[:put :a 2]]}|{:succeeded false}",
                "0 # list-append # 0|txn|[[:append :x 1]]; 1|txn|[[:r :x nil]]|[[:r :x [1]]]",
                "1 # list-append # 0|txn|[[:append :x 1]]; 1|txn|[[:r :x nil]]|[[:r :x []]]",
                "0 # list-append # 0|txn|[[:append :x 1] [:r :y]]|?; 1|txn|[[:r :x]]|[[:r :x [1]]]",
                "0 # rw-register # 0|txn|[[:w :x 1]]; 1|txn|[[:r :x nil]]|[[:r :x 1]]",
                "1 # rw-register # 0|txn|[[:w :x 1]]; 1|txn|[[:r :x nil]]|[[:r :x nil]]",
                "0 # stream # 0|send|[0 :a]; 0|send|[0 :b]; 1|poll|nil|[[0 :a] [0 :b]]",
                "1 # stream # 0|send|[0 :a]; 0|send|[0 :b]; 1|poll|nil|[[0 :b]]",
                "0 # sessions # 0|write|[:x 3]; 0|read|[:x nil]|[:x 3]; 1|read|[:x nil]|[:x 2]",
                "1 # sessions # 0|write|[:x 3]; 0|read|[:x nil]|[:x 2]",
                "3 # set # 0|push|1",
                "3 # set # 0|add|1; 0|read|nil|1",
                "3 # multi-register # 0|txn|[[:increment :x 1]]",
                "3 # key-value # 0|put|1",
                "3 # fenced-lock # 0|acquire|nil|:token",
                "3 # mvcc # 0|put|1",
                "3 # list-append # 0|txn|[[:w :x 1]]",
                "3 # rw-register # 0|txn|[[:append :x 1]]",
                "3 # list-append # 0|txn|7",
                "2 # list-append # 0|txn|[[:append :x 1]]; 0|txn|[[:append :x 1]]",
                "3 # stream # 0|send|7",
                "3 # sessions # 0|read|[:x :y]",
            })
    void aShortHistoryEndsWith(int code, String model, String operations) {
        var ran = check(history(operations), "--model", model);
        assertThat(ran.code()).as(ran.toString()).isEqualTo(code);
    }

    @Test
    void aConsistencyLevelDecidesWhichAnomaliesCount() {
        String writeSkew =
                """
                {:process 0 :type :invoke :f :txn :value [[:r :x nil] [:append :y 1]]}
                {:process 1 :type :invoke :f :txn :value [[:r :y nil] [:append :x 1]]}
                {:process 0 :type :ok :f :txn :value [[:r :x []] [:append :y 1]]}
                {:process 1 :type :ok :f :txn :value [[:r :y []] [:append :x 1]]}
                """;
        var serializable = check(writeSkew, "--model", "list-append", "--consistency", "serializable");
        assertThat(serializable.code()).isEqualTo(1);
        assertThat(serializable.out())
                .contains("strongest left:     snapshot-isolation")
                .contains("G2-item")
                .contains("T1 < T2 (rw), because T1 observed the initial, empty state of :x")
                .contains("but T2 < T1 (rw)");
        assertThat(check(writeSkew, "--model", "list-append", "--consistency", "snapshot-isolation")
                        .code())
                .isZero();
        assertThat(check(writeSkew, "--model", "list-append", "--consistency", "casual")
                        .code())
                .isEqualTo(64);
    }

    @Test
    void porcupinesKeyValueLogNamesItsKeyApart() {
        String log =
                """
                {:process 0, :type :invoke, :f :get, :key "7", :value nil}
                {:process 0, :type :ok, :f :get, :key "7", :value ""}
                {:process 0, :type :invoke, :f :append, :key "7", :value "x 0 0 y"}
                {:process 0, :type :ok, :f :append, :key "7", :value "x 0 0 y"}
                {:process 1, :type :invoke, :f :get, :key "7", :value nil}
                {:process 1, :type :ok, :f :get, :key "7", :value "%s"}
                """;
        assertThat(check(log.formatted("x 0 0 y"), "--model", "key-value", "--format", "porcupine-kv")
                        .code())
                .isZero();
        assertThat(check(log.formatted(""), "--model", "key-value").code()).isEqualTo(1);
        assertThat(check(log.formatted("x 0 0 y"), "--model", "key-value", "--partition-by", "none")
                        .code())
                .isZero();
    }
}
