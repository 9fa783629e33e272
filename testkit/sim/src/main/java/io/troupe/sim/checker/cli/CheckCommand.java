package io.troupe.sim.checker.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.InputFormat;
import io.troupe.sim.checker.isolation.IsolationLevel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code check}: judges histories in files. */
@Command(
        name = "check",
        description = {
            "Judge what clients saw: could it come from the object, or at the isolation level, it claims?",
            ""
        },
        exitCodeOnInvalidInput = ExitCode.USAGE,
        exitCodeOnExecutionException = ExitCode.BUG,
        exitCodeListHeading = "%nExit codes (of several files, the worst counts: 3, then 1, then 2):%n",
        exitCodeList = {
            "0:valid",
            "1:invalid; the anomaly is printed",
            "2:unknown: not decided within --timeout or memory, which is no good news",
            "3:a file could not be read, or is no history of this kind",
            "64:the command line was not understood"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  troupe check --model cas-register history.edn",
            "  troupe check --model cas-register --convention porcupine etcd_000.log",
            "  troupe check --model register --partition-by key --initial 0 independent.edn",
            "  troupe check --model list-append --consistency snapshot-isolation elle.edn",
            "  some-test | troupe check --model register --json -"
        })
public final class CheckCommand implements Callable<Integer> {

    private static final int SECONDS_BETWEEN_REPORTS = 5;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "NAME",
            completionCandidates = ModelNames.class,
            description = "What the history is judged against: ${COMPLETION-CANDIDATES}")
    private String model;

    @Option(
            names = "--convention",
            paramLabel = "jepsen|porcupine",
            description = {
                "jepsen (default): :fail did not happen, an :ok read of nil tells nothing",
                "porcupine: a failed cas is an observation, a read of nil found nothing"
            })
    private Convention convention = Convention.JEPSEN;

    @Option(
            names = {"-c", "--consistency"},
            paramLabel = "LEVEL",
            converter = LevelName.class,
            description = {
                "For transactions: read-uncommitted, read-committed, repeatable-read, snapshot-isolation, serializable,"
                        + " strong-session-serializable, strict-serializable (default)"
            })
    private IsolationLevel consistency = IsolationLevel.STRICT_SERIALIZABLE;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = FormatName.class,
            description = "auto (default), edn, jsonl, porcupine-etcd, porcupine-kv")
    private InputFormat format = InputFormat.AUTO;

    @Option(
            names = "--partition-by",
            paramLabel = "key|none",
            description = {
                "key: judge every key apart; where the model has no keys, values are Jepsen's independent [key value]",
                "none: judge as a whole. Default: by key where the model has keys, or the history looks independent"
            })
    private Partition partition = Partition.AUTO;

    @Option(
            names = "--initial",
            paramLabel = "EDN",
            description = "The object's value before the first operation, such as 0; nil or empty by default")
    private @Nullable String initial;

    @Option(
            names = "--timeout",
            paramLabel = "D",
            converter = DurationText.class,
            description = "How long to try for one file, such as 500ms, 30s, 5m; 60s by default")
    private Duration timeout = Duration.ofSeconds(60);

    @Option(names = "--json", description = "Print one JSON object a file")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Histories; - reads standard input")
    private List<String> files;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** With {@code --help}, and enum values in any case. */
    static CommandLine commandLine() {
        var line = new CommandLine(new CheckCommand());
        line.getCommandSpec().mixinStandardHelpOptions(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    @Override
    public Integer call() throws IOException {
        var judge = Judges.byName().get(model);
        if (judge == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "There is no model '" + model + "'; there are "
                            + String.join(", ", Judges.byName().keySet()));
        }
        int worst = ExitCode.VALID;
        for (String file : files) {
            worst = ExitCode.worse(worst, check(file, judge));
        }
        return worst;
    }

    private int check(String file, Judge judge) throws IOException {
        var out = spec.commandLine().getOut();
        var err = spec.commandLine().getErr();
        long started = System.nanoTime();
        try (var reporter = new Reporter(file, err, Duration.ofSeconds(SECONDS_BETWEEN_REPORTS))) {
            reporter.stage("reading");
            var settings = new Settings(
                    convention, partition, Limits.within(timeout), initialValue(), consistency, reporter::stage);
            Judgement judgement;
            try (var input = new InputStreamReader(open(file), StandardCharsets.UTF_8)) {
                judgement = judge.judge(format.read(input), settings);
            }
            long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
            print(file, judgement, millis, out);
            return ExitCode.of(judgement.answer());
        } catch (BadInput e) {
            refuse(file, e.getMessage(), e.line(), err, out);
            return ExitCode.BAD_INPUT;
        } catch (NoSuchFileException e) {
            refuse(file, "there is no such file", 0, err, out);
            return ExitCode.BAD_INPUT;
        } catch (IOException e) {
            refuse(file, "cannot be read: " + e, 0, err, out);
            return ExitCode.BAD_INPUT;
        } catch (OutOfMemoryError e) {
            var unknown = new Judgement(
                    Judgement.Answer.UNKNOWN, model + ": no answer within the memory of this JVM", List.of(), Map.of());
            print(file, unknown, Duration.ofNanos(System.nanoTime() - started).toMillis(), out);
            return ExitCode.UNKNOWN;
        }
    }

    private static InputStream open(String file) throws IOException {
        if (file.equals("-")) {
            return unzipped(System.in);
        }
        var path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        return unzipped(Files.newInputStream(path));
    }

    /** Long histories are kept as {@code .gz}: told by the first two bytes. */
    private static InputStream unzipped(InputStream bytes) throws IOException {
        var stream = new BufferedInputStream(bytes);
        stream.mark(2);
        boolean isZipped = stream.read() == (GZIPInputStream.GZIP_MAGIC & 0xFF)
                && stream.read() == GZIPInputStream.GZIP_MAGIC >> 8;
        stream.reset();
        return isZipped ? new GZIPInputStream(stream, 1 << 16) : stream;
    }

    private Optional<Object> initialValue() {
        if (initial == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(InputFormat.value(initial));
        } catch (BadInput e) {
            throw new ParameterException(spec.commandLine(), "--initial: " + e.getMessage(), e);
        }
    }

    private void print(String file, Judgement judgement, long millis, PrintWriter out) throws JsonProcessingException {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", file);
            object.put("verdict", judgement.answer().toString());
            object.put("model", model);
            object.put("summary", judgement.summary());
            object.putAll(judgement.facts());
            object.put("millis", millis);
            out.println(new ObjectMapper().writeValueAsString(object));
        } else {
            out.println(file + ": " + judgement.answer() + " (" + judgement.summary() + "; " + millis + " ms)");
            judgement.explanation().forEach(line -> out.println("  " + line));
        }
        out.flush();
    }

    private void refuse(String file, String why, int line, PrintWriter err, PrintWriter out)
            throws JsonProcessingException {
        err.println(file + ": " + why);
        err.flush();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", file);
            object.put("verdict", "bad-input");
            object.put("model", model);
            object.put("error", why);
            object.put("line", line);
            out.println(new ObjectMapper().writeValueAsString(object));
            out.flush();
        }
    }

    /** For {@code --help}. */
    static final class ModelNames implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Judges.byName().keySet().iterator();
        }
    }

    static final class LevelName implements CommandLine.ITypeConverter<IsolationLevel> {
        @Override
        public IsolationLevel convert(String name) {
            return IsolationLevel.named(name)
                    .orElseThrow(() -> new CommandLine.TypeConversionException("'" + name + "' is none of "
                            + Arrays.stream(IsolationLevel.values())
                                    .map(IsolationLevel::toString)
                                    .collect(Collectors.joining(", "))));
        }
    }

    static final class FormatName implements CommandLine.ITypeConverter<InputFormat> {
        @Override
        public InputFormat convert(String name) {
            return switch (name.toLowerCase(java.util.Locale.ROOT)) {
                case "auto" -> InputFormat.AUTO;
                case "edn" -> InputFormat.EDN;
                case "jsonl", "json" -> InputFormat.JSONL;
                case "porcupine-etcd" -> InputFormat.PORCUPINE_ETCD;
                case "porcupine-kv" -> InputFormat.PORCUPINE_KV;
                default ->
                    throw new CommandLine.TypeConversionException(
                            "'" + name + "' is none of auto, edn, jsonl, porcupine-etcd, porcupine-kv");
            };
        }
    }
}
