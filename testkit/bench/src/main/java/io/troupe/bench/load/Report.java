package io.troupe.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.troupe.bench.cli.Measuring;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What was measured, by load and peer: medians as a table with ratios of the first peer to each other, or all as JSON. */
public final class Report {

    private static final String ROW = "%-22s %7s %11s %-14s %9s %9s %9s %9s %8s %9s %7s%n";

    private final Map<Load, Map<String, List<Measured>>> measured = new LinkedHashMap<>();

    public void add(Load load, String peer, Measured pass) {
        measured.computeIfAbsent(load, first -> new LinkedHashMap<>())
                .computeIfAbsent(peer, first -> new ArrayList<>())
                .add(pass);
    }

    public void print(PrintWriter out) {
        out.printf(
                "%n" + ROW,
                "load",
                "bytes",
                "outstanding",
                "server",
                "ops/s",
                "p50",
                "p99",
                "p99.9",
                "cpu/op",
                "ops/sync",
                "failed");
        measured.forEach((load, byPeer) -> {
            Map<String, Measured> medians = new LinkedHashMap<>();
            byPeer.forEach((peer, passes) -> medians.put(peer, median(passes)));
            medians.forEach((peer, median) -> row(out, load, peer, median));
            ratios(out, load, medians);
        });
        out.flush();
    }

    private static void row(PrintWriter out, Load load, String peer, Measured of) {
        out.printf(
                ROW,
                load.title(),
                load.valueBytes(),
                load.outstanding(),
                peer,
                whole(of.operationsPerSecond()),
                whole(of.p50Micros()),
                whole(of.p99Micros()),
                whole(of.p999Micros()),
                of.serverCpuMicros() == 0 ? "-" : whole(of.serverCpuMicros()),
                of.operationsPerSync() == 0 ? "-" : String.format(Locale.ROOT, "%.1f", of.operationsPerSync()),
                of.failures());
    }

    private static void ratios(PrintWriter out, Load load, Map<String, Measured> medians) {
        List<String> peers = List.copyOf(medians.keySet());
        Measured ours = medians.values().iterator().next();
        for (String peer : peers.subList(1, peers.size())) {
            Measured other = medians.getOrDefault(peer, ours);
            out.printf(
                    ROW,
                    load.title(),
                    load.valueBytes(),
                    load.outstanding(),
                    peers.get(0) + "/" + peer,
                    ratio(ours, other, Measured::operationsPerSecond),
                    ratio(ours, other, Measured::p50Micros),
                    ratio(ours, other, Measured::p99Micros),
                    ratio(ours, other, Measured::p999Micros),
                    ratio(ours, other, Measured::serverCpuMicros),
                    ratio(ours, other, Measured::operationsPerSync),
                    "");
        }
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static String ratio(Measured ours, Measured other, ToDoubleFunction<Measured> of) {
        double divisor = of.applyAsDouble(other);
        return divisor == 0 ? "-" : String.format(Locale.ROOT, "%.2f", of.applyAsDouble(ours) / divisor);
    }

    /** Each figure's own median; failures are summed. */
    static Measured median(List<Measured> passes) {
        return new Measured(
                median(passes, Measured::operationsPerSecond),
                median(passes, Measured::p50Micros),
                median(passes, Measured::p99Micros),
                median(passes, Measured::p999Micros),
                median(passes, Measured::serverCpuMicros),
                median(passes, Measured::operationsPerSync),
                passes.stream().mapToLong(Measured::failures).sum());
    }

    private static double median(List<Measured> passes, ToDoubleFunction<Measured> of) {
        return Measuring.median(passes.stream().mapToDouble(of));
    }

    /** One row a load and peer. */
    private record Row(Load load, String peer, Measured median, List<Measured> passes) {}

    /** @param more what a benchmark measured besides, by name */
    public void write(Path file, Map<String, Object> more) throws IOException {
        List<Row> rows = new ArrayList<>();
        measured.forEach((load, byPeer) ->
                byPeer.forEach((peer, passes) -> rows.add(new Row(load, peer, median(passes), passes))));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("loads", rows);
        all.putAll(more);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), all);
    }
}
