package io.troupe.bench.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.options.GetOption;
import io.troupe.sim.checker.KeyValue;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Verdict;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What is left when the load has ended.
 *
 * @param lost acknowledged keys that a node does not have, by the node's endpoint; empty lists when all is well
 * @param registers whether what the clients saw of the registers is linearizable
 */
record Verification(Map<URI, List<String>> lost, Verdict registers) {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration CHECKER_TIME = Duration.ofSeconds(120);
    private static final int PAGE_KEYS = 10_000;
    private static final String PREFIX = "written/";
    private static final String PREFIX_END = "written0";

    /** Asks every node by itself for every acknowledged key, and the checker for its verdict. */
    static Verification of(List<URI> endpoints, Load.Record record)
            throws InterruptedException, ExecutionException, TimeoutException {
        var acknowledged = record.acknowledgedKeys();
        Map<URI, List<String>> lost = new LinkedHashMap<>();
        for (URI endpoint : endpoints) {
            Set<String> found = keysAt(endpoint);
            lost.put(
                    endpoint,
                    acknowledged.stream().filter(key -> !found.contains(key)).toList());
        }
        var verdict = Linearizability.check(new KeyValue(), record.registerHistory(), Limits.within(CHECKER_TIME));
        return new Verification(lost, verdict);
    }

    /** Keys that at least one node lost. */
    long lostCount() {
        return lost.values().stream().flatMap(List::stream).distinct().count();
    }

    boolean isGood() {
        return lostCount() == 0 && registers.isValid();
    }

    private static Set<String> keysAt(URI endpoint) throws InterruptedException, ExecutionException, TimeoutException {
        try (Client client = Client.builder().endpoints(endpoint).build()) {
            KV kv = client.getKVClient();
            Set<String> keys = new HashSet<>();
            String from = PREFIX;
            boolean more = true;
            while (more) {
                var page = kv.get(
                                LoadClient.bytes(from),
                                GetOption.builder()
                                        .withRange(LoadClient.bytes(PREFIX_END))
                                        .withKeysOnly(true)
                                        .withLimit(PAGE_KEYS)
                                        .build())
                        .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                for (var pair : page.getKvs()) {
                    from = pair.getKey().toString(UTF_8);
                    keys.add(from);
                }
                from = from + '\0';
                more = page.isMore();
            }
            return keys;
        }
    }
}
