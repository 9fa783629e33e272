package io.troupe.sim.checker.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputFormatTest {

    private static List<Entry> read(String text) throws IOException, BadInput {
        return InputFormat.AUTO.read(new StringReader(text));
    }

    private static List<Call> calls(String text) throws IOException, BadInput {
        return Calls.pair(read(text));
    }

    @Test
    void mapsMayStandAloneOrInOneVectorOrList() throws Exception {
        String maps = "{:process 0, :type :invoke, :f :read}\n ; a remark\n{:process 0, :type :ok, :f :read, :value 3}";
        for (var text : List.of(maps, "[" + maps + "]", "; first\n(" + maps + "\n)\n")) {
            assertThat(calls(text)).singleElement().satisfies(call -> {
                assertThat(call.isOk()).isTrue();
                assertThat(call.answer()).isEqualTo(3L);
            });
        }
        assertThat(read("[" + maps + "]").get(1).line()).isEqualTo(3);
    }

    @Test
    void recordsOfJepsenAreMaps() throws Exception {
        var entries = read(
                """
                #jepsen.history.Op{:index 0, :time 12, :type :invoke, :process 3, :f :txn, :value [[:r :x nil] [:w :y 2]]}
                #jepsen.history.Op{:index 1, :time 19, :type :ok, :process 3, :f :txn, :value [[:r :x #{1 2}] [:w :y 2]], :error #object[a.B "x"]}
                """);
        assertThat(entries).hasSize(2);
        assertThat(Values.show(entries.get(1).value())).isEqualTo("[[:r :x #{1 2}] [:w :y 2]]");
    }

    @Test
    void theNemesisIsNoClient() throws Exception {
        var calls = calls(
                """
                {:process :nemesis, :type :info, :f :start}
                {:process 0, :type :invoke, :f :read}
                {:process :nemesis, :type :info, :f :start, :value {:isolated #{"n1"}}}
                {:process :nemesis, :type :info, :f :stop}
                """);
        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).type()).isEqualTo(Entry.Type.INFO);
    }

    @Test
    void oldTuplesAreRead() throws Exception {
        assertThat(calls("[0 :invoke :write 3]\n[0 :ok :write 3]\n")).hasSize(1);
    }

    @Test
    void jsonMayStandInLinesOrInOneArray() throws Exception {
        String lines = "{\"process\": 0, \"type\": \"invoke\", \"f\": \"cas\", \"value\": [1, 2]}";
        assertThat(read(lines + "\n{\"process\": 0, \"type\": \"ok\", \"f\": \"cas\"}\n"))
                .hasSize(2);
        assertThat(read("[" + lines + "]").get(0).value()).isEqualTo(List.of(1L, 2L));
    }

    /** What is wrong, and the line that must be named for it; \ stands for a line break. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{:process 0 :type :invoke :f :read}\\{:process 0 :type :invoke :f :read}|2|still under way",
                "{:process 0 :type :ok :f :read :value 3}|1|did not invoke",
                "{:process 0 :type :invoke :f :read}\\\\{:process 0 :type :ok :f :write}|3|but it invoked :read in line 1",
                "{:process 0 :f :read}|1|no :type",
                "{:process 0 :type :began :f :read}|1|:began",
                "{:process 0 :type :invoke :f 7}|1|keyword",
                "{:process 0 :type :invoke\\:f :read|1|not EDN",
                "[{:process 0 :type :invoke :f :read}\\|2|not closed",
                "[{:process 0 :type :invoke :f :read}]\\7|2|more after",
                "{:process 0 :type :invoke :f :read}\\hello|2|an operation is a map",
                "{\"process\": 0, \"type\": \"invoke\"}\\{\"process\": 0 \"type\"|2|not JSON",
                "{\"process\": 0, \"type\": \"invoke\"}\\7|2|an operation is an object",
                "INFO  jepsen.util - 0 :invoke :read nil\\INFO  jepsen.util - 0 ok|2|was expected",
                "INFO  jepsen.util - 0 :invoke :read nil\\INFO  jepsen.util - 0 :ok :read [|2|not EDN",
            })
    void badInputIsRefusedWithItsLine(String text, int line, String why) {
        assertThatExceptionOfType(BadInput.class)
                .isThrownBy(() -> calls(text.replace('\\', '\n')))
                .withMessageContaining("line " + line + ":")
                .withMessageContaining(why)
                .satisfies(bad -> assertThat(bad.line()).isEqualTo(line));
    }

    @Test
    void nothingAtAllIsRefused() {
        assertThatExceptionOfType(BadInput.class).isThrownBy(() -> read(" \n ; only a remark\n"));
    }

    @Test
    void whatClojurePrintsAndEdnDoesNotHaveIsReadAllTheSame() throws Exception {
        var entries = read(
                """
                {:process 0, :type :invoke, :f :write, :value 2/6} ; 1/0 in a comment
                {:process 1, :type :invoke, :f :write, :value [-1/2 4/2 0x1F ##Inf ##-Inf ##NaN "1/2 #\\"0x" \\" \\;]}
                {:process 2, :type :info, :f :write, :value nil, :error #object[a.B 0x6d1c "\\"0x"], :re #"a\\.b\\"c"}
                {:process 3, :type :invoke, :f :write, :value 7, :other/value 8, :other/process 9}
                """);
        assertThat(entries).hasSize(4);
        assertThat(Values.show(entries.get(0).value())).isEqualTo("1/3");
        assertThat((List<?>) entries.get(1).value())
                .extracting(Values::show)
                .startsWith("-1/2", "2", "31", "Infinity", "-Infinity", "NaN", "\"1/2 #\\\"0x\"");
        assertThat(entries.get(3).value()).isEqualTo(7L);
        assertThat(entries.get(3).process()).isEqualTo(3L);
        assertThatExceptionOfType(BadInput.class)
                .isThrownBy(() -> read("{:process 0, :type :invoke, :f :write, :value 1/0}"))
                .withMessageContaining("divides by zero");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheHistory() throws Exception {
        assertThat(read("\uFEFF{:process 0, :type :invoke, :f :read}\r\n")).hasSize(1);
        assertThat(read("\uFEFF{\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}\r\n"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_480, 65_530, 65_534, 65_535, 65_536, 65_537})
    void numbersMayLieAcrossTheEndsOfBuffers(int blanks) throws Exception {
        var text = " ".repeat(blanks) + "{:process 0, :type :invoke, :f :write, :value [10/3 0xff #\"a\\.b\" 12]}";
        assertThat(Values.show(read(text).get(0).value()))
                .startsWith("[10/3 255 ")
                .endsWith(" 12]");
    }
}
