package io.troupe.bench.replication;

import io.troupe.bench.load.ClosedLoop;
import io.troupe.bench.load.Costs;
import io.troupe.bench.load.Measured;
import io.troupe.bench.load.Operation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The JVM of one replica: reads commands from its standard input, a line each, and answers each with a line; ends with its
 * input, so that none outlives who started it. What it has to say besides goes to standard error.
 */
public final class ReplicaMain {

    static final String LEADS = "leads";
    static final String SYNCS = "syncs";
    static final String MEASURE = "measure";
    /** Stands before every answer, for whatever libraries print there, too. */
    static final String ANSWER = "=> ";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Engine.Replica replica;
    private final SplittableRandom seeds = new SplittableRandom(1);

    private ReplicaMain(Engine.Replica replica) {
        this.replica = replica;
    }

    /** {@code args}: engine, index, folder, and the ports of all replicas. */
    public static void main(String[] args) {
        PrintStream answers = System.out;
        System.setOut(System.err);
        List<Integer> ports = Arrays.stream(args).skip(3).map(Integer::valueOf).toList();
        var place = new Engine.Place(Integer.parseInt(args[1]), ports, Path.of(args[2]));
        int status = 1;
        try {
            new ReplicaMain(find(args[0]).start(place)).serve(answers);
            status = 0;
        } catch (Throwable failure) { // Else the engine's threads live on, and the bench waits for an answer.
            failure.printStackTrace();
        }
        System.exit(status); // An engine's threads need not all be daemons.
    }

    /** @throws IllegalArgumentException naming the engines that there are */
    static Engine find(String name) {
        List<Engine> all = ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return all.stream()
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no engine '" + name + "'; there are: "
                        + all.stream().map(Engine::name).sorted().collect(Collectors.joining(", "))));
    }

    private void serve(PrintStream answers) throws Exception {
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(ANSWER + answer(line.split(" ")));
            answers.flush();
        }
        replica.close();
    }

    private String answer(String[] words) throws InterruptedException, IOException {
        return switch (words[0]) {
            case LEADS -> Boolean.toString(replica.leads());
            case SYNCS -> Long.toString(replica.syncs());
            case MEASURE -> write(measure(words));
            default -> throw new IOException("not a command: " + words[0]);
        };
    }

    private Measured measure(String[] words) throws InterruptedException {
        Operation operation = operation(Workload.valueOf(words[1]), new byte[Integer.parseInt(words[2])]);
        return ClosedLoop.measure(
                client -> operation,
                Integer.parseInt(words[3]),
                Duration.ofMillis(Long.parseLong(words[4])),
                PATIENCE,
                () -> Costs.UNKNOWN,
                seeds);
    }

    private Operation operation(Workload workload, byte[] command) {
        Operation read = replica.read();
        Operation put = replica.put(command);
        return switch (workload) {
            case PUT -> put;
            case READ -> read;
            case MIXED -> (random, ended) -> (random.nextBoolean() ? put : read).send(random, ended);
        };
    }

    private static String write(Measured measured) {
        return measured.operationsPerSecond() + " " + measured.p50Micros() + " " + measured.p99Micros() + " "
                + measured.p999Micros() + " " + measured.failures();
    }

    /** Reads what {@link #write} wrote, and adds what the servers used. */
    static Measured read(String answer, double seconds, Costs used) {
        String[] words = answer.split(" ");
        double rate = Double.parseDouble(words[0]);
        double operations = rate * seconds;
        double syncsOfOne = (double) used.syncs() / used.servers();
        return new Measured(
                rate,
                Double.parseDouble(words[1]),
                Double.parseDouble(words[2]),
                Double.parseDouble(words[3]),
                operations == 0 ? 0 : used.cpu().toNanos() / 1e3 / operations,
                syncsOfOne == 0 ? 0 : operations / syncsOfOne,
                Long.parseLong(words[4]));
    }
}
